package commands

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
)

// update makes the tests of this package rewrite what they compare with:
// go test ./commands -update
var update = flag.Bool("update", false, "rewrite REFERENCE.md, the README's list of commands and the transcripts")

const (
	reference = "REFERENCE.md"
	readme    = "../README.md"
	begin     = "<!-- commands -->\n"
	end       = "<!-- /commands -->"
)

func TestReferenceIsFresh(t *testing.T) {
	want := Reference()
	if *update {
		require.NoError(t, os.WriteFile(reference, []byte(want), 0o644))
		return
	}
	have, err := os.ReadFile(reference)
	require.NoError(t, err)
	require.True(t, want == string(have), "commands/%s is stale: run make docs", reference)
}

// TestReadmeListsEveryCommand compares the README's list of commands with the table.
func TestReadmeListsEveryCommand(t *testing.T) {
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(data), begin)
	require.True(t, found, "%s has no %s", readme, begin)
	have, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no %s", readme, end)
	want := commandList()
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644))
		return
	}
	require.Equal(t, want, have, "run make docs")
}

// commandList is a Markdown table with a row for each section of commands. Rows of
// the command table with the same name, such as those of wait, are listed once.
func commandList() string {
	var b strings.Builder
	b.WriteString("\n| section | commands |\n| --- | --- |\n")
	for _, section := range host.Sections() {
		fmt.Fprintf(&b, "| %s |", section)
		last := ""
		for _, c := range language().Commands {
			if c.Section == section && c.Name != last {
				fmt.Fprintf(&b, " `%s`", c.Name)
				last = c.Name
			}
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n")
	return b.String()
}
