package commands

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// update makes the tests of this package rewrite what they compare with:
// go test ./commands -update
var update = flag.Bool("update", false, "rewrite the README's reference and the transcripts")

const (
	readme = "../README.md"
	begin  = "<!-- commands -->\n"
	end    = "<!-- /commands -->"
)

func TestReferenceInReadmeIsFresh(t *testing.T) {
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(data), begin)
	require.True(t, found, "%s has no %s", readme, begin)
	have, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no %s", readme, end)
	want := "\n" + Reference() + "\n"
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644))
		return
	}
	require.True(t, want == have, "%s is stale: run go test ./commands -run Reference -update", readme)
}
