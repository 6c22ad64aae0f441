package commands

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// TestCompletionBearsEveryLine completes all lines of the transcripts, the wrong
// ones above all, at each of their bytes, as if somebody typed them.
func TestCompletionBearsEveryLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		for _, name := range []string{"wrong", "running", "ready"} {
			body, err := os.ReadFile("testdata/" + name + ".txt")
			require.NoError(t, err)
			for line := range strings.Lines(string(body)) {
				typed, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> ")
				for cursor := range len(typed) + 1 {
					require.NotPanics(t, func() { c.Complete(typed, cursor) }, "%q at %d", typed, cursor)
				}
				if ok {
					require.NotPanics(t, func() { c.Complete(typed+" ", len(typed)+1) }, "%q", typed)
				}
			}
		}
	})
}
