package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
)

func TestEveryExampleParses(t *testing.T) {
	for _, c := range table() {
		require.NotEmpty(t, c.Examples, c.Name)
		require.NotEmpty(t, c.Summary, c.Name)
		require.NotNil(t, c.Run, c.Name)
		for _, e := range c.Examples {
			calls, errs := language().Parse(e)
			require.Empty(t, errs, e)
			require.Len(t, calls, 1, e)
			require.Equal(t, c.Name, calls[0].Command.Name, e)
		}
	}
}

func TestSamplesAreRight(t *testing.T) {
	for _, c := range table() {
		for _, p := range c.Params {
			_, err := p.Kind.Parse(p.Kind.Sample)
			require.NoError(t, err, "%s %s", c.Name, p.Name)
		}
	}
	for _, k := range kinds.Kinds() {
		require.NotEmpty(t, k.Doc, k.Name)
	}
}

// wrongLines are the lines of testdata/wrong.txt: all ways to mistype.
func wrongLines(t testing.TB) []string {
	t.Helper()
	body, err := os.ReadFile("testdata/wrong.txt")
	require.NoError(t, err)
	var lines []string
	for line := range strings.SplitSeq(string(body), "\n") {
		if typed, found := strings.CutPrefix(line, "> "); found {
			lines = append(lines, typed)
		}
	}
	return lines
}

func TestWrongLinesAreErrorsOfUsage(t *testing.T) {
	c := New(host.Env{})
	for _, line := range wrongLines(t) {
		err := c.Execute(t.Context(), line, nil)
		require.Error(t, err, line)
		require.Equal(t, lang.ExitUsage, lang.ExitCode(err), line)
	}
}

func TestScriptErrorsAreListedWithTheirLines(t *testing.T) {
	_, err := ParseScript("ramp.pulsh", "# a comment\nsek sub1 -5m\nproduce start fast \\\n  rate=50kk\nwait 1s\n")
	require.Equal(t, `ramp.pulsh:2:1: no command "sek"
  sek sub1 -5m
  ^^^
  try: seek sub1 -5m
ramp.pulsh:4:8: "50kk" is not a rate
    rate=50kk
         ^^^^
  try: produce start fast rate=50k     (50k, 1.5M, 300/m, max, ramp(1k..50k,2m))`, Paint(err, 2))
	require.Equal(t, lang.ExitUsage, lang.ExitCode(err))
}

func TestExamplesOfTheRepositoryParse(t *testing.T) {
	files, err := filepath.Glob("../examples/*.pulsh")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		_, err := ReadScript(f)
		require.NoError(t, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range table() {
		for _, e := range c.Examples {
			f.Add(e)
		}
	}
	for _, line := range wrongLines(f) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		calls, errs := language().Parse(line)
		for _, e := range errs {
			require.NotEmpty(t, e.Message)
			require.LessOrEqual(t, e.From, e.To)
			require.LessOrEqual(t, e.To, len(e.Text))
			Paint(e, 2)
			if e.Try != "" {
				require.True(t, language().Valid(e.Try), "try: %s", e.Try)
			}
		}
		for _, c := range calls {
			require.True(t, language().Valid(c.Plain()), "%q", c.Source())
		}
	})
}

// The lines of the seeds must be both accepted and refused, else the fuzzing
// would prove nothing.
func TestSeedsAreAcceptedAndRefused(t *testing.T) {
	accepted, refused := 0, 0
	for _, c := range table() {
		for _, e := range c.Examples {
			if language().Valid(e) {
				accepted++
			}
		}
	}
	for _, line := range wrongLines(t) {
		if !language().Valid(line) {
			refused++
		}
	}
	require.Greater(t, accepted, 40)
	require.Equal(t, len(wrongLines(t)), refused)
}
