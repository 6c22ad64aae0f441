package commands

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pulsh/commands/find"
	"pulsh/commands/host"
	"pulsh/commands/lang"
)

// ranScript runs a script on a cluster in memory.
func ranScript(t *testing.T, path string, o lang.Options, see func(c *host.Host, out string, err error), vars ...lang.Variable) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t), func(e *host.Env) { e.Variables = vars })
		s, err := ReadScript(path, vars...)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=100", &out))
		_, err = c.RunScript(t.Context(), s, &out, o)
		see(c, out.String(), err)
	})
}

// A variable takes the result of a search, and lines below, in scripts that run scripts too,
// use it as if it had been typed.
func TestAVariableTakesTheResultOfASearch(t *testing.T) {
	dir := files(t, map[string]string{
		"all.pulsh": "let best=find fast.rate where fast.p99<1s from=1k to=4k hold=1s\nlet same=$best\nrate fast $same\nmark \"at ${best}\"\n" +
			"run inner.pulsh x=$best\nfor r in 500 $best run each.pulsh\nwait until fast.rate>1 timeout=1m\nlet took=wait until fast.rate>2k timeout=1m\nwait $took\nlet",
		"inner.pulsh": "rate fast $x\nlet best=7k\nrate fast $best",
		"each.pulsh":  "rate fast $r\nrate fast $same",
	})
	ranScript(t, filepath.Join(dir, "all.pulsh"), lang.Options{}, func(c *host.Host, out string, err error) {
		require.NoError(t, err, out)
		found := find.Results(c)
		require.Len(t, found, 1)
		require.EqualValues(t, 4000, found[0].Best)
		for _, want := range []string{"  best = 4k\n", "  same = 4k\n", "  took = ", "best  4k", "→ 7.00k/s", "→ 500/s"} {
			assert.Contains(t, out, want)
		}
		results := c.Results()
		require.Len(t, results, 2)
		require.Equal(t, "best", results[0].Name)
		require.Equal(t, "4k", results[0].Value)
		require.Equal(t, "all.pulsh:1", results[0].Origin)
		var lines []string
		for _, l := range c.Journal().Lines {
			lines = append(lines, l.Text)
		}
		require.Contains(t, lines, `mark "at 4k"`)
		require.Contains(t, lines, "rate fast 4k")
	})
}

func TestAResultAtThePrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		var out strings.Builder
		run := func(line string) error { return c.Execute(t.Context(), line, &out) }
		require.NoError(t, run("connect pulsar://localhost:6650; produce start fast rate=2k; let took=wait until fast.rate>1k timeout=1m; wait $took"))
		require.NoError(t, run("wait $took"), "later lines know it too")
		require.Error(t, run("let other=wait until fast.rate>1M timeout=1s"))
		require.ErrorContains(t, run("wait $other"), "no variable", "a command that fails sets nothing")
		offered, _ := c.Complete("let best=find fast.", len("let best=find fast."))
		require.NotEmpty(t, offered)
		require.Equal(t, "fast.rate", offered[0].Text)
	})
}

// A value of a flag makes the search needless, so that a script can be repeated without it.
func TestAFlagLeavesTheSearchOut(t *testing.T) {
	dir := files(t, map[string]string{"all.pulsh": "let best=find fast.rate where fast.p99<1s\nrate fast $best"})
	flag := lang.Variable{Name: "best", Value: "3k", Origin: "--set", Fixed: true}
	ranScript(t, filepath.Join(dir, "all.pulsh"), lang.Options{}, func(c *host.Host, out string, err error) {
		require.NoError(t, err)
		require.Contains(t, out, "best = 3k (--set), so find is left out")
		require.Contains(t, out, "→ 3.00k/s")
		require.Empty(t, find.Results(c))
		require.Empty(t, c.Results())
	}, flag)
}

// Lines below a search that failed have no value to use, and say so.
func TestWithoutAResultTheLinesThatUseItFail(t *testing.T) {
	dir := files(t, map[string]string{"all.pulsh": "let best=wait until fast.rate>1M timeout=1s\nwait $best\nmark after"})
	var told []string
	o := lang.Options{KeepGoing: true, Report: func(err error) { told = append(told, err.Error()) }}
	ranScript(t, filepath.Join(dir, "all.pulsh"), o, func(c *host.Host, out string, err error) {
		require.Error(t, err)
		require.Len(t, told, 2)
		require.Contains(t, told[1], "all.pulsh:2:6: $best has no value: the line that sets it has failed")
	})
}

func TestWrongResults(t *testing.T) {
	for line, want := range map[string]string{
		"let x=produce start fast":                                 "produce start has no result for a variable; find, wait until and wait done have",
		"let x=find fast.rat where fast.p99<1s":                    `there is no figure "rat"`,
		"let x=wait done; rate fast $x":                            `"1s" is not a rate ($x is known later, such as 1s)`,
		"let x=find fast.rate where fast.p99<1s; wait $x":          "($x is known later, such as 1k)",
		"let x=find fast.rate where fast.p99<1s; let y=$x;wait $y": "($y is known later, such as 1k)",
		"let Best=find fast.rate where fast.p99<1s":                "a name begins with a lower-case letter",
		"let b-c=find fast.rate where fast.p99<1s":                 "is not a variable name",
		"let x=find fast.rate where fast.p99<1s; mark $best":       `no variable "best"`,
	} {
		_, errs := language().Parse(line)
		require.Len(t, errs, 1, line)
		assert.Contains(t, Paint(errs[0], 0), want, line)
		if errs[0].Try != "" {
			assert.True(t, language().Valid(errs[0].Try), errs[0].Try)
		}
	}
	for _, line := range []string{"let x=find", "let x=find y=3", "let x=wait y=done"} { // as they always were
		_, errs := language().Parse(line)
		require.Empty(t, errs, line)
	}
}
