package commands

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

// The name of a group as a line, and a file that is nearly the name of a report, are
// answered with the line that was meant.
func TestWhatIsMeantIsAdvised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		t.Chdir(t.TempDir())
		r.do("export first.json")
		for line, want := range map[string]string{
			"fast": "show fast", " sub1 ": "show sub1", "nosuch": "help",
			"compare first.json frist.json": "compare first.json first.json", "compare first.json quite-another.json": "export quite-another.json",
			"set session":               "set session refresh=100ms",
			"wait until sub1 idle soon": "wait until sub1 idle 10s", "guard sub1 idle": "guard sub1 idle 10s",
		} {
			err := r.Execute(t.Context(), line, &r.out)
			var refused *lang.Error
			require.ErrorAs(t, err, &refused, line)
			require.Equal(t, want, refused.Try, line)
		}
	})
}
