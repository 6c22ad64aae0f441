package editor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

func TestHistoryKeepsEachLineOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "b", "history")
	h := OpenHistory(file, func(line string) { t.Error(line) })
	for _, line := range []string{"one", "two", "one", "one", "", "   ", " secret", "three", "two"} {
		h.Add(line)
	}
	want := []string{"one", "three", "two"}
	require.Equal(t, want, h.Lines())
	require.Equal(t, want, OpenHistory(file, nil).Lines())
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(kept), "secret")
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var b strings.Builder
	for i := range fileLinesMax + 1 {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()+"no line feed"), 0o600))
	h := OpenHistory(file, nil)
	require.Len(t, h.Lines(), historyMax)
	require.Equal(t, "no line feed", h.Lines()[historyMax-1])
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, historyMax, strings.Count(string(kept), "\n"), "the file was written anew")
	h.Add("more")
	require.Equal(t, "more", OpenHistory(file, nil).Lines()[historyMax-1])
}

func TestAHistoryWithoutAFile(t *testing.T) {
	h := OpenHistory("", nil)
	h.Add("one")
	require.Equal(t, []string{"one"}, h.Lines())
}

func TestAFaultIsToldOnce(t *testing.T) {
	var notes []string
	note := func(line string) { notes = append(notes, line) }
	h := OpenHistory("/proc/none/history", note)
	h.Add("one")
	h.Add("two")
	require.Equal(t, []string{"one", "two"}, h.Lines())
	require.Len(t, notes, 1)

	notes = nil
	directory := t.TempDir()
	h = OpenHistory(directory, note)
	h.Add("one")
	require.Equal(t, []string{"one"}, h.Lines())
	require.Len(t, notes, 1)
}

func TestSearch(t *testing.T) {
	h := OpenHistory("", nil)
	for _, line := range []string{"rate fast 10k", "scale fast +4", "rate slow 1k"} {
		h.Add(line)
	}
	s := newSearch(h)
	press := func(tokens ...token) verdict {
		var out verdict
		for _, k := range tokens {
			out = s.take(k)
		}
		return out
	}
	require.Equal(t, searching, press(text("ra"), text("te")))
	require.Equal(t, "rate slow 1k", s.match)
	press(pressed(prompt.ControlR))
	require.Equal(t, "rate fast 10k", s.match)
	press(pressed(prompt.ControlR))
	require.Equal(t, "rate fast 10k", s.match, "there is no older one")
	press(text(" fast"))
	require.Equal(t, "rate fast 10k", s.match)
	press(text("x"))
	require.Empty(t, s.match)
	require.Contains(t, s.text(), "nothing like it")
	press(pressed(prompt.Backspace))
	require.Equal(t, "rate fast 10k", s.match)
	v := s.view(20)
	require.Len(t, v.Rows, 2)
	require.Equal(t, 17, v.X)
	press(pressed(prompt.ControlR), pressed(prompt.ControlS))
	require.Equal(t, "rate fast 10k", s.match, "Ctrl-S goes back to the newer one")
	require.Equal(t, running, press(enterKey))
	require.Equal(t, leaving, press(pressed(prompt.ControlG)))
	require.Equal(t, leaving, press(pressed(prompt.ControlC)))
	require.Equal(t, accepting, press(pressed(prompt.Tab)))
	require.Equal(t, passing, press(key("\x1b[A")))
	for range 20 {
		press(pressed(prompt.Backspace))
	}
	require.Empty(t, s.query)
}

// A line that was refused, or that holds a secret, is not suggested; it can be recalled.
func TestRefusedLinesAreNotSuggested(t *testing.T) {
	h := OpenHistory("", nil)
	h.KeepOut(func(text string) bool { return strings.Contains(text, "token") })
	h.SuggestOnly(func(text string) bool { return !strings.Contains(text, "wrong") })
	for _, line := range []string{"rate fast 5k", "rate fast wrong", "rate fast token"} {
		h.Add(line)
	}
	y := newTyping(h, nil)
	y.press(text("rate f"))
	require.Equal(t, "ast 5k", y.ghost)
	y.press(pressed(prompt.ControlU))
	y.press(pressed(prompt.Up))
	require.Equal(t, "rate fast token", y.Text)
	y.press(pressed(prompt.Up))
	require.Equal(t, "rate fast wrong", y.Text)
	require.Empty(t, y.ghost)
}
