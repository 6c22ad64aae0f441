package shell

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheEndOfAnEarlierLineIsShownAhead(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("echo one two\r")
	s.See("^  one two$")
	s.Send("ec")
	s.See("^> echo one two$")
	s.Send("\r")
	s.See(`no command "ec"`)
	s.Send("ec")
	s.Send("\x1bf")
	s.Send("\x1b[Fx\r")
	s.See("^  one twox$")
}

func TestEnterTakesASuggestionAndRunsTheNextTime(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("s\t\r")
	s.See("^> seq$")
	s.Gone("what seq does")
	s.Send("2\r")
	s.See("^line 2$")
	s.Send("ec\tthere\r") // the only suggestion is taken by Tab alone
	s.See("^  there$")
	s.Send("s\t")
	s.See("what seq does")
	s.Send("\x1b")
	s.Gone("what seq does")
	s.Send("x")
	s.See("^> sx$")
}

func TestSearchWhileACommandRuns(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("echo alpha\rsleep 60\r")
	s.See("^… sleep 60")
	s.Send("\x12lph")
	s.See("Ctrl-C cancels  search: lph  ›  echo alpha$")
	s.Send("\t beta\r")
	s.See("Ctrl-C cancels  echo alpha beta⏎$")
	s.Send("\x12nothing")
	s.See("nothing like it$")
	s.Send("\x07")
	s.See("Ctrl-C cancels  echo alpha beta⏎$")
	s.Send("\x03")
	s.See("^  cancelled$")
	s.See("^>$")
	s.Send("sleep 1\r")
	s.See("^… sleep 1")
	s.Send("\x12lph")
	s.See("^search: lph  ›  echo alpha$")
	s.Send("\r")
	s.Until("alpha twice", func() bool { return strings.Count(strings.Join(s.Rows(), "\n"), "\n  alpha\n") == 2 })
}

func TestAQuestionIsAnsweredAfterItWasAsked(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Always(status)
	s.Send("echo s one\rsure\ry\r") // what was typed ahead is no answer
	s.See(`^are you sure\? \(y/n\)$`)
	s.Send("s")
	s.See(`^are you sure\? \(y/n\) s$`)
	s.Gone("what seq does")
	s.Send("\x15yes\r")
	s.See(`^are you sure\? \(y/n\) yes$`)
	s.See("^  sure: true$")
	s.See(`no command "y"$`)
	for _, no := range []string{"\r", "no\r", "\x03", "\x04"} {
		s.Send("\x0c")
		s.Gone("sure: ")
		s.Send("sure\r")
		s.See(`^are you sure\? \(y/n\)$`)
		s.Send(no)
		s.See("^  sure: false$")
		s.See("^>$")
	}
	s.Send("\x1b[A")
	s.See("^> sure$")
	s.Send("\x1b[A")
	s.See("^> y$")
}

func TestWhatComesFirstCanBeCancelled(t *testing.T) {
	s := open(t, 80, 24, "first")
	s.See("^toy shell$")
	s.See(`^… opening  ██░░ 50 %  \d+s, Ctrl-C cancels$`)
	s.Send("echo ahead")
	s.See("Ctrl-C cancels  echo ahead$")
	s.Send("\x03")
	s.See("^opened all the same$")
	s.See("^  cancelled$")
	s.See("^>$")
	s.Send("echo on\r")
	s.See("^  on$")
}

func TestLinesByTheirNumber(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("echo one\recho two\r!!\r!1\r!-2 more\r!ec\r!nothing\r")
	s.See("^no line of the history is !nothing; history shows them$")
	rows := strings.Join(append(s.Scrollback(), s.Rows()...), "\n")
	require.Regexp(t, `(?s)> echo two\n  two\n> echo two\n  two\n> echo one\n  one\n> echo two more\n  two more\n> echo two more\n  two more`, rows)
	s.Send("x\x15!nothing")
	s.See("^> !nothing$")
	s.Send("\r")
	s.Until("two notes", func() bool { return strings.Count(strings.Join(s.Rows(), "\n"), "no line of the history") == 2 })
	s.See("^> !nothing$")
}

func TestAnOpenQuoteGoesOnInTheNextLine(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("\x1b[200~echo 'one\ntwo'\n echo hidden\x1b[201~\r")
	s.See("^  'one two'$")
	s.See("^  hidden$")
	s.Send("\x1b[A")
	s.See("^> echo 'one two'$")
}

// A paste of ten thousand lines is shown and run line by line, and Ctrl-C ends
// it at once.
func TestALongPasteCanBeInterrupted(t *testing.T) {
	s := open(t, 80, 24, "", "TOY_HISTORY="+filepath.Join(t.TempDir(), "history"))
	s.See("^>$")
	var paste strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&paste, "echo paste %d\n", i+1)
		if i == 4_999 {
			paste.WriteString("sleep 60\n")
		}
	}
	go s.Send("\x1b[200~" + paste.String() + "\x1b[201~\r")
	s.See("^… Ctrl-C cancels  ….*echo paste 50")
	s.Send("\x03")
	s.See("^  cancelled$")
	s.See("^>$")
	s.Send("echo after\r")
	s.See("^  after$")
	ran := regexp.MustCompile(`(?m)^  paste (\d+)$`).FindAllString(strings.Join(append(s.Scrollback(), s.Rows()...), "\n"), -1)
	require.Len(t, ran, 5000)
}

func TestFunctionKeysOfAllTerminals(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	for n, seq := range []string{"\x1bOQ", "\x1b[[B", "\x1b[12~", "\x1b[Q"} {
		s.Send(seq)
		s.Until(fmt.Sprintf("F2 as %q", seq), func() bool {
			return strings.Count(strings.Join(s.Rows(), "\n"), "> echo F2\n  F2") == n+1
		})
	}
	s.Send("\x1bOR")
	s.See("^no group$")
}

// TestPageKeysLookBack checks that the page keys scroll the frames while the
// line is empty, and the popup otherwise.
func TestPageKeysLookBack(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("\x1b[5~")
	s.See("^page -1$")
	s.Send("\x1b[6~")
	s.See("^page \\+1$")
	s.Send("zzz\x1b[5~\x1b[6~x")
	s.See("^> zzzx$")
	s.Send("\x15echo done\r")
	s.See("^  done$")
	require.Equal(t, 2, strings.Count(strings.Join(append(s.Scrollback(), s.Rows()...), "\n"), "page "))
}

func TestCharactersAreEditedWhole(t *testing.T) {
	s := open(t, 40, 12, "")
	s.See("^>$")
	s.Send("echo 日本ж\u0301x👨\u200d👩\u200d👧🇩🇪y")
	s.See("^> echo 日本ж\u0301x👨\u200d👩\u200d👧🇩🇪y$")
	s.Send("\x1b[D\x7f")
	s.See("^> echo 日本ж\u0301x👨\u200d👩\u200d👧y$")
	s.Send("\x7f")
	s.See("^> echo 日本ж\u0301xy$")
	s.Send("\x1b[D\x7f")
	s.See("^> echo 日本xy$")
	s.Send("\x7f\x14")
	s.See("^> echo 日x本y$|^> echo x日y$")
	s.Send("\x1f\x1f\x05\r")
	s.See("^  日本xy$|^  日本ж\u0301xy$")
}

// A pasted block is shown and waits; it answers no question.
func TestAPastedBlockRunsAndAnswersNothingByItself(t *testing.T) {
	s := open(t, 80, 24, "")
	s.See("^>$")
	s.Send("\x1b[200~echo one\necho two\n\x1b[201~")
	s.See("^> echo one$")
	s.See("^  echo two")
	s.See("^  2 lines pasted: Enter runs them, Ctrl-C drops them")
	s.Gone("^  one$")
	s.Send("\r")
	s.See("^  two$")
	s.Send("sure\r")
	s.See(`are you sure\? \(y/n\)$`)
	s.Send("\x1b[200~y\n\x1b[201~")
	s.See("^a pasted block is no answer$")
	s.See(`are you sure\? \(y/n\) y$`)
	s.Send("\x7fn\r")
	s.See("^  sure: false$")
	s.Send("\x1b[200~echo three\necho four\x1b[201~\x03")
	s.Gone("lines pasted")
	s.Send("echo five\r")
	s.See("^  five$")
	s.Gone("^  (three|four)$")
}
