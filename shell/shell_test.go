package shell

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/shell/ptytest"
)

// status is the check of most tests after every frame: the last row is the
// clock, and the visible rows of the graph are in order.
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
	s.See("^toy shell")
	s.See("^>$")
	s.See("^CLOCK")
	s.Always(status)
	s.Send("echo hello\r")
	s.See("^  hello")
	s.Always(nil)
	s.Send("quit\r")
	require.Zero(t, s.Wait())
	s.See("^toy summary")
	s.See("^no leak")
	s.Gone("^CLOCK")
	s.RequireRestored()
}

func TestTypingWhilePainting(t *testing.T) {
	s := open(t, 60, 24, "")
	s.See("^CLOCK")
	typed := "echo " + strings.Repeat("abcdefghi ", 12)
	s.Always(func(rows []string) error {
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
		s.Send(string(r))
	}
	s.Until("the whole line", func() bool {
		return strings.Contains(strings.Join(s.Rows(), ""), strings.TrimSpace(typed[len(typed)-60:]))
	})
	s.Always(status)
	s.Send("\r")
	s.See("^  abcdefghi abc")
}

func TestPopupCoversTheGraphAndGoes(t *testing.T) {
	s := open(t, 80, 24, "freeze")
	s.See("^CLOCK")
	s.See("^>$")
	before := s.Rows()
	s.Always(status)
	s.Send("s")
	s.See("seq +what seq does")
	s.Send("\t\t")
	s.See("^> sleep$")
	s.Send("\x15")
	s.Gone("what seq does")
	s.See("^>$")
	require.Equal(t, before, s.Rows())
	s.Send("\t")
	s.See("fail +what fail does")
	s.See("^> echo$")
	s.Send("\t\r")
	s.See("^> seq$")
	s.Gone("what fail does")
}

func TestPopupOnATinyWindow(t *testing.T) {
	s := open(t, 40, 6, "")
	s.See("^CLOCK")
	s.Always(status)
	s.Send("s")
	s.See("seq +what seq")
	s.Send("tray\r")
	s.See("stray logrus")
}

func TestOutputGoesToTheScrollback(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^CLOCK")
	s.Always(status)
	s.Send("seq 500\r")
	s.See("^line 500$")
	s.See("^>$")
	s.Send("echo done\r")
	s.See("^  done$")
	all := append(s.Scrollback(), s.Rows()...)
	next := 1
	for _, row := range all {
		var n int
		if _, err := fmt.Sscanf(row, "line %d", &n); err == nil {
			require.Equal(t, next, n)
			next++
		}
	}
	require.Equal(t, 501, next)
	for _, row := range s.Scrollback() {
		require.NotRegexp(t, "^(G[0-9]{2} |STATE|CLOCK)", row)
	}
}

func TestNotesComeAboveTheLineBeingTyped(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^CLOCK")
	s.Send("notes 4\r")
	s.Send("half typed")
	s.See("^note 4$")
	s.See("^> half typed$")
	rows := strings.Join(s.Rows(), "\n")
	require.Regexp(t, `(?s)note 1\nnote 2\nnote 3\nnote 4\n> half typed`, rows)
	s.Send("\x15")
	s.Send("notes 50\r")
	s.See(`more notes$`)
}

func TestResizesKeepTheLine(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^CLOCK")
	s.Send("seq 40\r")
	s.See("^line 40")
	s.Send("echo survivor")
	s.See("^> echo survivor$")
	for i := range 60 {
		width, height := 10+(i*37)%190, 4+(i*13)%46
		s.Resize(width, height)
		if i%10 == 0 {
			s.Send("x")
		}
	}
	s.Resize(90, 30)
	s.See("^CLOCK.* of 90, 19$")
	s.See("^> echo survivorxxxxxx$")
	s.Until("the clock in the last row", func() bool { return status(s.Rows()) == nil })
	s.Always(status)
	s.Send("\r")
	s.See("^  survivorxxxxxx$")
}

// Whatever the sizes, each line of output is once on the screen or in the scrollback.
func TestResizesKeepEachLineOnce(t *testing.T) {
	for _, words := range []string{"", "graph"} {
		s := open(t, 100, 30, "")
		s.See("^CLOCK")
		s.Send("seq 80\r")
		s.See("^line 80")
		if words != "" {
			s.Send(words + "\r")
		}
		for _, size := range [][2]int{{99, 30}, {99, 24}, {80, 24}, {80, 50}, {120, 36}, {60, 12}, {200, 50}, {100, 30}} {
			s.Resize(size[0], size[1])
			s.See(fmt.Sprintf("^CLOCK.* of %d, ", size[0]))
			s.Until("the clock in the last row", func() bool { rows := s.Rows(); return len(rows) == size[1] && status(rows) == nil })
			seen := map[string]int{}
			for _, row := range append(s.Scrollback(), s.Rows()...) {
				if strings.HasPrefix(row, "line ") {
					seen[row]++
				}
			}
			require.Len(t, seen, 80, "%v", size)
			for row, n := range seen {
				require.Equal(t, 1, n, "%s at %v", row, size)
			}
		}
	}
}

func TestWaysOut(t *testing.T) {
	for name, c := range map[string]struct {
		words string
		leave func(s *ptytest.Terminal)
		code  int
	}{
		"Ctrl-D":                          {"leaks", func(s *ptytest.Terminal) { s.Send("\x04") }, 0},
		"quit":                            {"leaks", func(s *ptytest.Terminal) { s.Send("quit\r") }, 0},
		"panic":                           {"", func(s *ptytest.Terminal) { s.Send("panic\r") }, 2},
		"SIGTERM":                         {"leaks", signalled(syscall.SIGTERM), 143},
		"SIGHUP":                          {"leaks", signalled(syscall.SIGHUP), 129},
		"SIGINT":                          {"leaks", signalled(syscall.SIGINT), 130},
		"SIGQUIT":                         {"leaks", signalled(syscall.SIGQUIT), 131},
		"Ctrl-D with a half line":         {"", func(s *ptytest.Terminal) { s.Send("half\x15\x04") }, 0},
		"SIGTERM during a command":        {"leaks", func(s *ptytest.Terminal) { s.Send("sleep 60\r"); s.See("… sleep 60"); signalled(syscall.SIGTERM)(s) }, 143},
		"quit after a command that hangs": {"leaks", func(s *ptytest.Terminal) { s.Send("sleep 60\r"); s.See("… sleep 60"); s.Send("quit\r") }, 0},
		"skipped close":                   {"slowclose", func(s *ptytest.Terminal) { s.Send("\x04"); s.See("stopping.*, Ctrl-C skips"); s.Send("\x03") }, 0},
		"stuck close":                     {"stuckclose", func(s *ptytest.Terminal) { s.Send("\x04") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, 80, 24, c.words)
			s.See("^CLOCK")
			s.See("^>$")
			c.leave(s)
			code := s.Wait()
			if strings.Contains(c.words, "leaks") {
				s.See("^no leak")
			} else {
				require.Equal(t, c.code, code)
			}
			s.Gone("^>$")
			if code >= 0 && code != 2 {
				s.Gone("^(CLOCK|STATE|G00)")
			}
			s.RequireRestored()
		})
	}
}

// TestAQuitTypedAheadWaits for a line that takes long on purpose.
func TestAQuitTypedAheadWaits(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24, "")
	s.See("^>$")
	begun := time.Now()
	s.Send("sleep 3\recho done\rquit\r")
	s.Wait()
	s.See("^  done")
	require.Greater(t, time.Since(begun), 2900*time.Millisecond)

	s = open(t, 80, 24, "")
	s.See("^>$")
	begun = time.Now()
	s.Send("sleep 3\rquit\r")
	s.Wait()
	require.Greater(t, time.Since(begun), 2900*time.Millisecond)
}

func TestTheTerminalSurvivesAKill(t *testing.T) {
	s := open(t, 80, 24, "under")
	s.See("^CLOCK")
	s.See("^>$")
	var pid int
	for _, row := range s.Rows() {
		if _, err := fmt.Sscanf(row, "pid %d", &pid); err == nil {
			break
		}
	}
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	s.Until("paste mode off", func() bool { return strings.Contains(s.Stream(), "\x1b[?2004l") })
	s.Gone("^CLOCK")
	s.RequireRestored()
}

func signalled(n syscall.Signal) func(s *ptytest.Terminal) {
	return func(s *ptytest.Terminal) { _ = s.Cmd.Process.Signal(n) } // what does not end fails in Wait
}

func TestCtrlC(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Always(status)
	s.Send("half a line")
	s.See("^> half a line$")
	s.Send("\x03")
	s.See(`^> half a line\^C$`)
	s.See("^>$")
	s.Send("\x03")
	s.Send("\x03")
	s.See("^quit or Ctrl-D leaves$")
	s.Send("sleep 60\r")
	s.See("^… sleep 60  .*[0-9]+s, Ctrl-C cancels")
	s.Send("echo ahead\r")
	s.See("Ctrl-C cancels  echo ahead⏎$")
	s.Send("\x03")
	s.See("^  cancelled$")
	s.Send("echo after\r")
	s.See("^  after$")
	require.NotContains(t, strings.Join(s.Rows(), "\n"), "\n  ahead")
}

func TestTypedAheadLinesRunInOrder(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("sleep 1\r")
	s.See("^… sleep 1")
	s.Send("echo one\recho two\recho thr")
	s.See("^  two$")
	s.See("^> echo thr$")
	require.Regexp(t, `(?s)> echo one\n  one\n> echo two\n  two\n> echo thr`, strings.Join(s.Rows(), "\n"))
}

func TestPastes(t *testing.T) {
	for _, count := range []int{20, 1000} {
		for _, marks := range [][2]string{{"", ""}, {"\x1b[200~", "\x1b[201~"}} {
			var text strings.Builder
			for i := range count {
				fmt.Fprintf(&text, "echo paste %d\r", i+1)
			}
			s := open(t, 80, 24, "")
			s.See("^>$")
			end := marks[1]
			if end != "" {
				end += "\r" // a pasted block waits for it
			}
			go s.Send(marks[0] + text.String() + end) // the tty holds 4 KiB at a time
			s.See(fmt.Sprintf("^  paste %d$", count))
			next := 1
			for _, row := range append(s.Scrollback(), s.Rows()...) {
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
	s.See("^>$")
	s.Send("echo alpha\r")
	s.See("^  alpha")
	s.Send("echo beta\r")
	s.See("^  beta")
	s.See("^>$")
	s.Send("\x1b[A")
	s.See("^> echo beta$")
	s.Send("\x1b[A")
	s.See("^> echo alpha$")
	s.Send("\x15\x12lph")
	s.See("^search: lph  ›  echo alpha$")
	s.Send("\x07")
	s.See("^>$")
	s.Send("\x12bet\r")
	s.Until("beta twice", func() bool {
		return strings.Count(strings.Join(s.Rows(), "\n"), "\n  beta") == 2
	})
	s.Send("\x04")
	require.Zero(t, s.Wait())
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "echo alpha\necho beta\n", string(kept))
}

func TestAHistoryThatCannotBeWrittenIsOneNote(t *testing.T) {
	s := open(t, 80, 24, "", "TOY_HISTORY=/proc/none/history")
	s.See("^>$")
	s.Send("echo one\recho two\r")
	s.See("^  two$")
	s.See("history is not saved")
	require.Equal(t, 1, strings.Count(strings.Join(s.Rows(), "\n"), "history is not saved"))
}

func TestFunctionKeysTypeOnAnEmptyLine(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("\x1bOQ")
	s.See("^  F2$")
	s.Send("half")
	s.See("^> half$")
	s.Send("\x1bOQ")
	s.Send("way")
	s.See("^> halfway$")
}

func TestCtrlLClears(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("seq 3\r")
	s.See("^line 3$")
	s.Send("\x0c")
	s.Gone("^line 3$")
	require.Equal(t, ">", s.Rows()[0])
	require.Contains(t, s.Scrollback(), "line 3")
}

func TestErrorsAndContinuation(t *testing.T) {
	s := open(t, 80, 24, "lines")
	s.See("^  second$")
	s.Send("fail\r")
	s.See(`^ +\^\^\^\^ "fail" fails$`)
	s.See("^  try: echo$")
	require.Contains(t, s.Stream(), "31m")
	s.Send("echo one \\\r")
	s.See("^…$")
	s.Send("two\r")
	s.See("^  one two$")
	s.Send("echo dropped \\\r")
	s.See("^…$")
	s.Send("\x03echo kept\r")
	s.See("^  kept$")
}

func TestStrayOutputIsPrintedAbove(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Always(status)
	s.Send("stray\r")
	for _, what := range []string{"stray stdout", "stray stderr", "stray log$", "stray logrus"} {
		s.See(what)
	}
}

func TestSuspendAndContinue(t *testing.T) {
	s := open(t, 80, 24, "jobs")
	s.See("^>$")
	s.Send("echo half")
	s.See("^> echo half$")
	s.Send("\x1a")
	s.See("^STOPPED$")
	s.RequireRestored()
	s.Gone("^CLOCK")
	s.Send("go on\n")
	s.See("^CLOCK")
	s.See("^> echo half$")
	s.Send("\r")
	s.See("^  half$")
	s.Send("quit\r")
	s.See("^ENDED$")
	s.RequireRestored()
}

func TestCtrlZWithoutJobControlGoesOn(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("\x1aecho on")
	s.See("^> echo on$")
	s.See("^CLOCK")
}

func TestNoColorHasNoColorCodes(t *testing.T) {
	s := open(t, 80, 24, "", "NO_COLOR=1")
	s.See("^>$")
	s.Send("s")
	s.See("what seq does")
	s.Send("\t\r\r")
	s.Send("fail\r")
	s.See(`"fail" fails`)
	s.Send("quit\r")
	require.Zero(t, s.Wait())
	s.RequireColorless()
}
