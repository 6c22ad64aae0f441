package editor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpand(t *testing.T) {
	h := OpenHistory("", nil)
	for _, l := range []string{"produce start fast", "rate fast 1k", "produce stop fast", "rate fast 1k"} {
		h.Add(l)
	}
	for typed, want := range map[string]string{
		"!!": "rate fast 1k", "!1": "produce start fast", "!4": "rate fast 1k", "!-1": "rate fast 1k", "!-3": "produce start fast",
		"!pro": "produce stop fast", "!r": "rate fast 1k", "!! ; list": "rate fast 1k ; list",
		"list": "list", "!": "!", "expect a!=1": "expect a!=1", "": "", "! x": "! x",
	} {
		got, err := h.Expand(typed)
		require.NoError(t, err, typed)
		require.Equal(t, want, got, typed)
	}
	for _, typed := range []string{"!2", "!99", "!0", "!-9", "!nothing"} {
		_, err := h.Expand(typed)
		require.ErrorContains(t, err, "no line of the history is "+typed)
	}
}

// Several pulsh write one file: no line is lost or mixed, and the file stays
// bounded.
func TestHistoriesShareAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	const writers, each = 4, 1500
	var running sync.WaitGroup
	for w := range writers {
		h := OpenHistory(file, func(line string) { t.Error(line) })
		running.Go(func() {
			for i := range each {
				h.Add(fmt.Sprintf("writer %d line %d %s", w, i, strings.Repeat("x", i%50)))
			}
		})
	}
	running.Wait()
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.LessOrEqual(t, strings.Count(string(kept), "\n"), 2*fileLinesMax)
	lines := OpenHistory(file, nil).Lines()
	require.Len(t, lines, historyMax)
	for _, l := range lines {
		require.Regexp(t, `^writer \d line \d+( x+)?$`, l)
	}
	for w := range writers {
		require.Contains(t, string(kept), fmt.Sprintf("writer %d line %d", w, each-1))
	}
}

func TestLongLinesAreNotKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	h := OpenHistory(file, nil)
	h.Add(strings.Repeat("x", entryMax+1))
	h.Add("list   ")
	require.Equal(t, []string{"list"}, OpenHistory(file, nil).Lines())
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("y", fileBytesMax)+"\nlist\nbad\xff\n"), 0o600))
	require.Equal(t, []string{"list", "bad\uFFFD"}, OpenHistory(file, nil).Lines())
}
