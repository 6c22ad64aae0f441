package commands

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

// files writes scripts into a folder of the test's own.
func files(t *testing.T, bodies map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, body := range bodies {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	}
	return dir
}

// played runs a script without a cluster and returns what it printed.
func played(t *testing.T, path string, vars ...lang.Variable) (out string, result lang.Result, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		s, read := ReadScript(path, vars...)
		require.NoError(t, read)
		var b strings.Builder
		result, err = c.RunScript(t.Context(), s, &b, lang.Options{})
		out = b.String()
	})
	return out, result, err
}

func TestFilesBeginBesideTheScriptThatNamesThem(t *testing.T) {
	dir := files(t, map[string]string{
		"all.pulsh":       "run steps/one.pulsh",
		"steps/one.pulsh": "run two.pulsh",
		"steps/two.pulsh": "let x=1",
	})
	out, _, err := played(t, filepath.Join(dir, "all.pulsh"))
	require.NoError(t, err)
	require.Equal(t, "  x = 1\n", out)

	t.Chdir(filepath.Join(dir, "steps"))
	_, err = ParseScript("stdin", "run two.pulsh")
	require.NoError(t, err, "what is no file begins in the working folder")
	_, err = ParseScript("stdin", "run steps/two.pulsh")
	require.ErrorContains(t, err, `stdin:1:5: no file "steps/two.pulsh"`)
}

func TestNestedFilesAreReadBeforeTheFirstLine(t *testing.T) {
	dir := files(t, map[string]string{
		"all.pulsh":   "list\nrun wrong.pulsh w=4x\nrun none\nfor n in 2 3x run step.pulsh\n",
		"wrong.pulsh": "sek sub1 -5m\nwait $w\n",
		"step.pulsh":  "produce start fast workers=$n",
	})
	_, err := ReadScript(filepath.Join(dir, "all.pulsh"))
	require.Error(t, err)
	require.Equal(t, lang.ExitUsage, lang.ExitCode(err))
	painted := strings.ReplaceAll(Paint(err, 0), dir+"/", "")
	require.Equal(t, `wrong.pulsh:1:1: no command "sek"
  sek sub1 -5m
  ^^^
  try: seek sub1 -5m
wrong.pulsh:2:6: "4x" is not a duration ($w is 4x, from all.pulsh:2)
  wait $w
       ^^
  try: wait 10s     (300ms, 10s, 1h30m, 2d)
all.pulsh:3:5: no file "none"
  run none
      ^^^^
step.pulsh:1:28: "3x" is not a whole number ($n is 3x, from all.pulsh:4)
  produce start fast workers=$n
                             ^^
  try: produce start fast workers=4     (8, 10k)`, painted)
}

func TestScriptsThatRunEachOtherWithoutAnEnd(t *testing.T) {
	bodies := map[string]string{"self.pulsh": "run ./self.pulsh", "a.pulsh": "repeat 3 b.pulsh", "b.pulsh": "for x in 1 run a.pulsh"}
	for i := range lang.ScriptDepthMax + 1 {
		bodies[fmt.Sprintf("deep%d.pulsh", i)] = fmt.Sprintf("run deep%d.pulsh", i+1)
	}
	bodies[fmt.Sprintf("deep%d.pulsh", lang.ScriptDepthMax+1)] = "list"
	dir := files(t, bodies)
	for name, say := range map[string]string{
		"self.pulsh":  `self.pulsh:1:5: "self.pulsh" runs itself`,
		"a.pulsh":     "b.pulsh:1:16: scripts run each other in a circle: a.pulsh → b.pulsh → a.pulsh",
		"deep0.pulsh": fmt.Sprintf("deep%d.pulsh:1:5: scripts are nested more than %d deep", lang.ScriptDepthMax-1, lang.ScriptDepthMax),
	} {
		_, err := ReadScript(filepath.Join(dir, name))
		require.ErrorContains(t, err, say)
	}
	_, err := ReadScript(filepath.Join(dir, "deep2.pulsh"))
	require.NoError(t, err)
}

// A for reads its file once for each value, so that some of them within each
// other come to very much; reading ends all the same.
func TestReadingEnds(t *testing.T) {
	values := strings.Repeat("1 ", 150)
	dir := files(t, map[string]string{
		"a.pulsh": "for a in " + values + "run b.pulsh", "b.pulsh": "for b in " + values + "run c.pulsh",
		"c.pulsh": "for c in " + values + "run d.pulsh", "d.pulsh": "# nothing",
	})
	_, err := ReadScript(filepath.Join(dir, "a.pulsh"))
	require.ErrorContains(t, err, "more than 20000 commands, with those of nested scripts")
	require.Less(t, len(err.Error()), 1000, "it is said once")
}

func TestRepeatAndFor(t *testing.T) {
	dir := files(t, map[string]string{
		"all.pulsh":  "load low\nrepeat 2 wait.pulsh d=2s\nfor w in 1 2 'a b' run step.pulsh x=$$",
		"wait.pulsh": "let d=1s\nwait $d",
		"step.pulsh": "mark \"w is $w, x is $x\"\nexpect perf.workers>0",
	})
	out, result, err := played(t, filepath.Join(dir, "all.pulsh"))
	require.NoError(t, err, out)
	require.Equal(t, 4*time.Second, result.Elapsed.Truncate(time.Second))
	for _, say := range []string{
		"  wait.pulsh  run 1 of 2\n  d = 2s (an argument of run)\n", "  wait.pulsh  run 2 of 2\n",
		"  step.pulsh  run 2 of 3  w=2\nPASS  step.pulsh:2  w=2  perf.workers > 0", "PASS  step.pulsh:2  w='a b'  perf.workers > 0",
	} {
		require.Contains(t, out, say)
	}
	require.Len(t, result.Checks, 3)
	require.Equal(t, "w=1", result.Checks[0].Turn)
}

func TestForErrors(t *testing.T) {
	for line, say := range map[string]string{
		"for w in 1 2 4":            "does not end in run FILE",
		"for w in run step.pulsh":   "does not end in run FILE",
		"for W in 1 run step.pulsh": `"W" is not a variable name`,
		"for w of 1 run step.pulsh": `"of" is not "in"`,
		"repeat 0 step.pulsh":       "is not a number of runs from 1 to 86400",
		"repeat x step.pulsh":       `"x"`,
		"run step.pulsh W=4":        `"W=4" is not NAME=VALUE`,
		"run step.pulsh w-x=4":      `"w-x" is not a variable name`,
		"run step.pulsh w=1 w=2":    "w is given twice",
	} {
		_, errs := language().Parse(line)
		require.Len(t, errs, 1, line)
		require.Contains(t, errs[0].Message, say)
		require.NotEmpty(t, errs[0].Try, line)
		require.True(t, language().Valid(errs[0].Try), errs[0].Try)
	}
}
