package shell

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/shell/screen"
)

func TestLinesOfOutput(t *testing.T) {
	var got [][]string
	l := &lines{print: func(lines ...string) { got = append(got, lines) }}
	fmt.Fprint(l, "one\r\ntwo\nthr")
	fmt.Fprint(l, "ee")
	require.Equal(t, [][]string{{"one", "two"}}, got, "all lines of a write come together")
	l.flush()
	l.flush()
	require.Equal(t, [][]string{{"one", "two"}, {"three"}}, got)
	fmt.Fprint(l, strings.Repeat("x", tailMax+1))
	require.Len(t, got, 3, "a line without an end is broken")
	fmt.Fprint(l, "y\n")
	require.Equal(t, []string{"y"}, got[3])
}

func TestNotesAreBounded(t *testing.T) {
	var n notes
	require.Empty(t, n.take())
	for i := range notesPerFrame + 5 {
		n.add(fmt.Sprint(i))
	}
	got := n.take()
	require.Len(t, got, notesPerFrame+1)
	require.Equal(t, "  … and 5 more notes", got[notesPerFrame])
	require.Empty(t, n.take())
}

func TestJoiner(t *testing.T) {
	var j joiner
	for _, c := range []struct {
		in, whole string
		complete  bool
	}{
		{`one`, `one`, true},
		{`one \`, ``, false},
		{`two \`, ``, false},
		{`three`, `one two three`, true},
		{`a\\`, `a\\`, true},
		{`\`, ``, false},
		{``, ``, true},
	} {
		whole, complete := j.add(c.in)
		require.Equal(t, c.whole, whole)
		require.Equal(t, c.complete, complete)
		require.Equal(t, !c.complete, j.open)
	}
}

type codedError struct{ error }

func (codedError) ExitCode() int { return 3 }

func TestExitCodes(t *testing.T) {
	require.Equal(t, 1, exitCode(errors.New("x")))
	require.Equal(t, 3, exitCode(fmt.Errorf("x: %w", codedError{errors.New("y")})))
	require.Equal(t, 130, signalCode(os.Interrupt))
	require.Equal(t, 143, signalCode(syscall.SIGTERM))
}

func TestErrorLines(t *testing.T) {
	require.Equal(t, []string{
		"\x1b[31m  ^^ fault\x1b[0m", "more", "\x1b[2m  try: this\x1b[22m", "\x1b[2m       or this\x1b[22m",
	}, errorLines(errors.New("  ^^ fault\nmore\n  try: this\n       or this\n")))
	require.Empty(t, errorLines(errors.New("")))
}

func TestTheRowOfACommandShowsWhatIsTypedAhead(t *testing.T) {
	heads := []string{"… wait 1h  half of it  2 s, Ctrl-C cancels", "… wait 1h  2 s, Ctrl-C cancels", "… Ctrl-C cancels"}
	for _, c := range []struct {
		width       int
		ahead, want string
	}{
		{80, "", heads[0]}, {80, "list", heads[0] + "  list"}, {40, "list", heads[1] + "  list"}, {24, "list", heads[2] + "  list"},
		{10, "list", "list"}, {10, "a longer line", "…nger line"}, {36, "a line that is longer than its row", heads[2] + "  …nger than its row"}, {10, "", heads[0]},
	} {
		require.Equal(t, c.want, screen.PlainText(runningRow(c.width, c.ahead, heads...)))
	}
}
