package commands

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

// bounded finds an error that is about a limit of numbers.
var bounded = regexp.MustCompile(`too (large|long|short)|at (most|least)|(more|less) than|from [\d.]+.* to |up to `)

// limits returns the errors about limits that a kind answers to extreme numbers.
func limits(k lang.Kind) (found []string) {
	for _, text := range []string{"0", "0s", "1ns", "1us", "1B", "0%", "101%", "99999d", "999TiB", "99999999999999999", "x1000001"} {
		if _, err := k.Parse(text); err != nil && bounded.MatchString(err.Error()) {
			found = append(found, err.Error())
		}
	}
	return found
}

// TestHelpTellsEveryLimit walks the whole table: a value that can be too large or too
// small has its range in help, and a setting its default as well.
func TestHelpTellsEveryLimit(t *testing.T) {
	c := world(t, refused)
	told := 0
	for _, cmd := range language().Commands {
		for _, p := range cmd.Params {
			if p.Kind.Parse == nil {
				continue
			}
			if found := limits(p.Kind); len(found) > 0 {
				require.NotEmpty(t, p.Kind.Range, "%s %s refuses numbers: %s", cmd.Name, p.Name, strings.Join(found, "; "))
			}
			if p.Kind.Range == "" {
				continue
			}
			told++
			topic := cmd.Name
			if p.Keyed {
				topic = "setting " + p.Name
			}
			var out strings.Builder
			require.NoError(t, c.Execute(t.Context(), "help "+topic, &out))
			help := out.String()
			flat := strings.Join(strings.Fields(help), " ")
			require.Contains(t, flat, p.Kind.Range, "help %s", topic)
			if p.Keyed && p.Default != "" {
				require.Contains(t, help, "default  "+p.Default, "help %s", topic)
			}
		}
	}
	require.Greater(t, told, 60)
}
