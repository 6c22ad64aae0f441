package commands

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

func TestTheJournalHoldsWhatWasRunAndTested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		s, err := ParseScript("dir/x.pulsh", "load low\nremove nobody\nexpect perf.workers>0")
		require.NoError(t, err)
		var out strings.Builder
		_, _ = c.RunScript(t.Context(), s, &out, lang.Options{KeepGoing: true})
		j := c.Journal()
		require.Len(t, j.Lines, 3)
		require.Equal(t, "x.pulsh:1", j.Lines[0].Place)
		require.Equal(t, "remove nobody", j.Lines[1].Text)
		require.Contains(t, j.Lines[1].Failure, "nobody")
		require.Len(t, j.Checks, 1)
		require.Equal(t, "x.pulsh:3", j.Checks[0].Place)
	})
}
