package shell

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// status is the invariant of most tests: the last row is the clock, and the
// rows of the graph, where they are not covered, stand in order.
func status(rows []string) error {
	if last := rows[len(rows)-1]; !strings.HasPrefix(last, "CLOCK") {
		return fmt.Errorf("the last row is %q", last)
	}
	first := -1
	for y, row := range rows {
		var n int
		if _, err := fmt.Sscanf(row, "G%02d ┤", &n); err != nil {
			continue
		}
		if first < 0 {
			first = y - n
		}
		if y-n != first {
			return fmt.Errorf("graph row %d stands in row %d", n, y)
		}
	}
	return nil
}

func TestALineRunsAndQuitLeaves(t *testing.T) {
	s := open(t, 80, 24, "leaks")
	s.see("^toy shell")
	s.see("^>$")
	s.see("^CLOCK")
	s.always(status)
	s.send("echo hello\r")
	s.see("^  hello")
	s.always(nil)
	s.send("quit\r")
	require.Zero(t, s.wait())
	s.see("^toy summary")
	s.see("^no leak")
	s.gone("^CLOCK")
	s.requireRestored()
}

func TestTypingWhilePainting(t *testing.T) {
	s := open(t, 60, 24, "")
	s.see("^CLOCK")
	typed := "echo " + strings.Repeat("abcdefghi ", 12)
	s.always(func(rows []string) error {
		if err := status(rows); err != nil {
			return err
		}
		shown := ""
		for y, row := range rows {
			if strings.HasPrefix(row, ">") {
				shown = strings.TrimPrefix(row, "> ")
				for _, more := range rows[y+1:] {
					if more == "" || regexp.MustCompile(`^(G\d\d|STATE| +[a-z]+ +what)`).MatchString(more) {
						break
					}
					shown += more
				}
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if !strings.HasPrefix(squeeze(typed), squeeze(shown)) && shown != ">" {
			return fmt.Errorf("the input line shows %q", shown)
		}
		return nil
	})
	for _, r := range typed {
		s.send(string(r))
	}
	s.until("the whole line", func() bool {
		return strings.Contains(strings.Join(s.rows(), ""), strings.TrimSpace(typed[len(typed)-60:]))
	})
	s.always(status)
	s.send("\r")
	s.see("^  abcdefghi abc")
}

func TestPopupCoversTheGraphAndGoes(t *testing.T) {
	s := open(t, 80, 24, "freeze")
	s.see("^CLOCK")
	s.see("^>$")
	before := s.rows()
	s.always(status)
	s.send("s")
	s.see("seq +what seq does")
	s.send("\t\t")
	s.see("^> sleep$")
	s.send("\x15")
	s.gone("what seq does")
	s.see("^>$")
	require.Equal(t, before, s.rows())
	s.send("\t")
	s.see("fail +what fail does")
	s.send("\t\r")
	s.see("^> echo$")
}

func TestPopupOnATinyWindow(t *testing.T) {
	s := open(t, 40, 6, "")
	s.see("^CLOCK")
	s.always(status)
	s.send("s")
	s.see("seq +what seq")
	s.send("tray\r")
	s.see("stray logrus")
}

func TestOutputGoesToTheScrollback(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^CLOCK")
	s.always(status)
	s.send("seq 500\r")
	s.see("^line 500$")
	s.see("^>$")
	s.send("echo done\r")
	s.see("^  done$")
	all := append(s.scrollback(), s.rows()...)
	next := 1
	for _, row := range all {
		var n int
		if _, err := fmt.Sscanf(row, "line %d", &n); err == nil {
			require.Equal(t, next, n)
			next++
		}
	}
	require.Equal(t, 501, next)
	for _, row := range s.scrollback() {
		require.NotRegexp(t, "^(G[0-9]{2} |STATE|CLOCK)", row)
	}
}

func TestNotesComeAboveTheLineBeingTyped(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^CLOCK")
	s.send("notes 4\r")
	s.send("half typed")
	s.see("^note 4$")
	s.see("^> half typed$")
	rows := strings.Join(s.rows(), "\n")
	require.Regexp(t, `(?s)note 1\nnote 2\nnote 3\nnote 4\n> half typed`, rows)
	s.send("\x15")
	s.send("notes 50\r")
	s.see(`more notes$`)
}

func TestResizesKeepTheLine(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^CLOCK")
	s.send("seq 40\r")
	s.see("^line 40")
	s.send("echo survivor")
	s.see("^> echo survivor$")
	for i := range 60 {
		width, height := 10+(i*37)%190, 4+(i*13)%46
		s.resize(width, height)
		if i%10 == 0 {
			s.send("x")
		}
	}
	s.resize(90, 30)
	s.see("^CLOCK.* of 90, 19$")
	s.see("^> echo survivorxxxxxx$")
	s.until("the clock in the last row", func() bool { return status(s.rows()) == nil })
	s.always(status)
	s.send("\r")
	s.see("^  survivorxxxxxx$")
}

func TestWaysOut(t *testing.T) {
	for name, c := range map[string]struct {
		words string
		leave func(s *terminal)
		code  int
	}{
		"Ctrl-D":                   {"leaks", func(s *terminal) { s.send("\x04") }, 0},
		"quit":                     {"leaks", func(s *terminal) { s.send("quit\r") }, 0},
		"panic":                    {"", func(s *terminal) { s.send("panic\r") }, 2},
		"SIGTERM":                  {"leaks", signalled(syscall.SIGTERM), 143},
		"SIGHUP":                   {"leaks", signalled(syscall.SIGHUP), 129},
		"SIGINT":                   {"leaks", signalled(syscall.SIGINT), 130},
		"SIGQUIT":                  {"leaks", signalled(syscall.SIGQUIT), 131},
		"Ctrl-D with a half line":  {"", func(s *terminal) { s.send("half\x15\x04") }, 0},
		"SIGTERM during a command": {"leaks", func(s *terminal) { s.send("sleep 60\r"); s.see("… sleep 60"); signalled(syscall.SIGTERM)(s) }, 143},
		"skipped close":            {"slowclose", func(s *terminal) { s.send("\x04"); s.see("stopping, Ctrl-C skips"); s.send("\x03") }, 0},
		"stuck close":              {"stuckclose", func(s *terminal) { s.send("\x04") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, 80, 24, c.words)
			s.see("^CLOCK")
			s.see("^>$")
			c.leave(s)
			code := s.wait()
			if strings.Contains(c.words, "leaks") {
				s.see("^no leak")
			} else {
				require.Equal(t, c.code, code)
			}
			s.gone("^>$")
			if code >= 0 && code != 2 {
				s.gone("^(CLOCK|STATE|G00)")
			}
			s.requireRestored()
		})
	}
}

func TestTheTerminalSurvivesAKill(t *testing.T) {
	s := open(t, 80, 24, "under")
	s.see("^CLOCK")
	s.see("^>$")
	var pid int
	for _, row := range s.rows() {
		if _, err := fmt.Sscanf(row, "pid %d", &pid); err == nil {
			break
		}
	}
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	s.until("paste mode off", func() bool { return strings.Contains(s.stream(), "\x1b[?2004l") })
	s.gone("^CLOCK")
	s.requireRestored()
}

func signalled(n syscall.Signal) func(s *terminal) {
	return func(s *terminal) { require.NoError(s.t, s.cmd.Process.Signal(n)) }
}

func TestCtrlC(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.always(status)
	s.send("half a line")
	s.see("^> half a line$")
	s.send("\x03")
	s.see(`^> half a line\^C$`)
	s.see("^>$")
	s.send("\x03")
	s.send("\x03")
	s.see("^quit or Ctrl-D leaves$")
	s.send("sleep 60\r")
	s.see("^… sleep 60  [0-9]+ s, Ctrl-C cancels")
	s.send("echo ahead\r")
	s.see("Ctrl-C cancels  echo ahead⏎$")
	s.send("\x03")
	s.see("^  cancelled$")
	s.send("echo after\r")
	s.see("^  after$")
	require.NotContains(t, strings.Join(s.rows(), "\n"), "\n  ahead")
}

func TestTypedAheadLinesRunInOrder(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.send("sleep 1\r")
	s.see("^… sleep 1")
	s.send("echo one\recho two\recho thr")
	s.see("^  two$")
	s.see("^> echo thr$")
	require.Regexp(t, `(?s)> echo one\n  one\n> echo two\n  two\n> echo thr`, strings.Join(s.rows(), "\n"))
}

func TestPastes(t *testing.T) {
	for _, count := range []int{20, 1000} {
		for _, marks := range [][2]string{{"", ""}, {"\x1b[200~", "\x1b[201~"}} {
			var text strings.Builder
			for i := range count {
				fmt.Fprintf(&text, "echo paste %d\r", i+1)
			}
			s := open(t, 80, 24, "")
			s.see("^>$")
			go s.send(marks[0] + text.String() + marks[1]) // the tty holds 4 KiB at a time
			s.see(fmt.Sprintf("^  paste %d$", count))
			next := 1
			for _, row := range append(s.scrollback(), s.rows()...) {
				var n int
				if _, err := fmt.Sscanf(row, "  paste %d", &n); err == nil {
					require.Equal(t, next, n)
					next++
				}
			}
			require.Equal(t, count+1, next)
		}
	}
}

func TestHistoryAndSearch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "history")
	s := open(t, 80, 24, "", "TOY_HISTORY="+file)
	s.see("^>$")
	s.send("echo alpha\r")
	s.see("^  alpha")
	s.send("echo beta\r")
	s.see("^  beta")
	s.see("^>$")
	s.send("\x1b[A")
	s.see("^> echo beta$")
	s.send("\x1b[A")
	s.see("^> echo alpha$")
	s.send("\x15\x12lph")
	s.see("^search: lph  ›  echo alpha$")
	s.send("\x07")
	s.see("^>$")
	s.send("\x12bet\r")
	s.until("beta twice", func() bool {
		return strings.Count(strings.Join(s.rows(), "\n"), "\n  beta") == 2
	})
	s.send("\x04")
	require.Zero(t, s.wait())
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "echo alpha\necho beta\n", string(kept))
}

func TestAHistoryThatCannotBeWrittenIsOneNote(t *testing.T) {
	s := open(t, 80, 24, "", "TOY_HISTORY=/proc/none/history")
	s.see("^>$")
	s.send("echo one\recho two\r")
	s.see("^  two$")
	require.Equal(t, 1, strings.Count(strings.Join(s.rows(), "\n"), "history is not saved"))
}

func TestFunctionKeysTypeOnAnEmptyLine(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.send("\x1bOQ")
	s.see("^  F2$")
	s.send("half")
	s.see("^> half$")
	s.send("\x1bOQ")
	s.send("way")
	s.see("^> halfway$")
}

func TestCtrlLClears(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.send("seq 3\r")
	s.see("^line 3$")
	s.send("\x0c")
	s.gone("^line 3$")
	require.Equal(t, ">", s.rows()[0])
	require.Contains(t, s.scrollback(), "line 3")
}

func TestErrorsAndContinuation(t *testing.T) {
	s := open(t, 80, 24, "lines")
	s.see("^  second$")
	s.send("fail\r")
	s.see(`^ +\^\^\^\^ "fail" fails$`)
	s.see("^  try: echo$")
	require.Contains(t, s.stream(), "31m")
	s.send("echo one \\\r")
	s.see("^…$")
	s.send("two\r")
	s.see("^  one two$")
	s.send("echo dropped \\\r")
	s.see("^…$")
	s.send("\x03echo kept\r")
	s.see("^  kept$")
}

func TestStrayOutputIsPrintedAbove(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.always(status)
	s.send("stray\r")
	for _, what := range []string{"stray stdout", "stray stderr", "stray log$", "stray logrus"} {
		s.see(what)
	}
}

func TestSuspendAndContinue(t *testing.T) {
	s := open(t, 80, 24, "jobs")
	s.see("^>$")
	s.send("echo half")
	s.see("^> echo half$")
	s.send("\x1a")
	s.see("^STOPPED$")
	s.requireRestored()
	s.gone("^CLOCK")
	s.send("go on\n")
	s.see("^CLOCK")
	s.see("^> echo half$")
	s.send("\r")
	s.see("^  half$")
	s.send("quit\r")
	s.see("^ENDED$")
	s.requireRestored()
}

func TestCtrlZWithoutJobControlGoesOn(t *testing.T) {
	s := open(t, 80, 24, "")
	s.see("^>$")
	s.send("\x1aecho on")
	s.see("^> echo on$")
	s.see("^CLOCK")
}

func TestNoColorHasNoColorCodes(t *testing.T) {
	s := open(t, 80, 24, "", "NO_COLOR=1")
	s.see("^>$")
	s.send("s")
	s.see("what seq does")
	s.send("\t\r")
	s.send("fail\r")
	s.see(`"fail" fails`)
	s.send("quit\r")
	require.Zero(t, s.wait())
	for _, m := range regexp.MustCompile("\x1b\\[([0-9;]*)m").FindAllStringSubmatch(s.stream(), -1) {
		require.NotRegexp(t, `(^|;)([349][0-7]|10[0-7]|38|48)($|;)`, m[1])
	}
}
