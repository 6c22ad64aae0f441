package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

// TestCompletionLeadsToValidLines types the examples of all commands byte by byte. At
// each byte completion offers something, unless the user is free to write anything there;
// and each offered word, if it is taken, leaves a line that is valid or the beginning of
// a valid one.
func TestCompletionLeadsToValidLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=10; consume start sub1 topic=fast; read start r1 topic=fast; wait 1s; mark m; save mine; guard fast.p99<10s; wait 1s", &out))
		l := language()
		taken := map[string]bool{}
		for _, cmd := range l.Commands {
			for _, line := range cmd.Examples {
				for n := range len(line) + 1 {
					typed := line[:n]
					offered, from := c.Complete(typed, n)
					if len(offered) == 0 {
						require.True(t, isFree(l, typed), "%q: nothing is offered", typed)
					}
					for _, s := range offered {
						if whole := typed[:from] + s.Text; !taken[whole] {
							taken[whole] = true
							requireBegins(t, l, whole, from)
						}
					}
				}
			}
		}
		require.Greater(t, len(taken), 2000)
	})
}

// freeKinds are the kinds of which any value may be meant.
var freeKinds = []string{"NAME", "TEXT", "VARIABLE", "VALUE… run FILE", "COUNT|TEXT", "MARK"}

// isFree reports whether the place at the end of a line takes a value that is not in a
// list, and that completion therefore may not know: a new name, or the rest of a number,
// a file or a name that is begun.
func isFree(l *lang.Language, typed string) bool {
	begun := !strings.HasSuffix(typed, " ") && !strings.HasSuffix(typed, "=")
	compared := strings.ContainsAny(typed[max(len(typed)-1, 0):], "<>=")
	if !begun || strings.HasSuffix(typed, `"`) {
		typed += "x" // so that At tells of the word that follows
	}
	_, cmd, param := l.At(typed, len(typed))
	switch {
	case cmd == nil:
		return false
	case param == nil:
		return cmd.Assigns
	case param.Kind.Name == "CONDITION" && compared:
		return true // the value of a comparison
	case slices.Contains(freeKinds, param.Kind.Name):
		return true
	}
	return begun && param.Kind.Name != "WORD" && !param.Kind.Listed
}

// unfinished finds an error that more words mend.
var unfinished = regexp.MustCompile(`(^| )needs |compares nothing|has an empty graph next to`)

// requireBegins requires that a line with an offered word from an offset on is valid, as
// far as it goes.
func requireBegins(t *testing.T, l *lang.Language, whole string, from int) {
	t.Helper()
	_, errs := l.Parse(whole)
	for _, e := range errs {
		open := lang.Begun(whole) && e.To > from
		require.True(t, open || e.To >= from && unfinished.MatchString(e.Message), "%q: %s", whole, e.Message)
	}
}
