package commands

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pulsh/commands/lang"
)

func TestVariableErrors(t *testing.T) {
	for line, want := range map[string]string{
		"mark $rat":                        "     ^^^^ no variable \"rat\" (only rate)\n  try: mark 50kk",
		"let d=10s; wait $dd":              "                ^^^ no variable \"dd\" (d, rate)\n  try: wait 10s",
		"wait $other":                      "     ^^^^^^ no variable \"other\" (only rate)\n  try: let other=20k",
		"wait ${":                          "     ^^ $ needs the name of a variable; $$ is a dollar sign\n  try: wait until fast.rate>1k timeout=30s",
		"mark a $ b":                       "       ^ $ needs the name of a variable; $$ is a dollar sign\n  try: mark a $$ b",
		"mark ${rate":                      "     ^^ $ needs the name of a variable; $$ is a dollar sign\n  try: mark $$rate",
		"rate fast $rate":                  "          ^^^^^ \"50kk\" is not a rate ($rate is 50kk, from --set)\n  try: rate fast 50k     (50k, 300/m, max, +10%, x2, ramp(1k..50k,2m))",
		"set fast rate=ramp($rate..1k,2m)": "              ^^^^^^^^^^^^^^^^^^",
		"let rate":                         "    ^^^^ \"rate\" is not NAME=VALUE; a name begins with a lower-case letter\n  try: let rate=20k",
		"let a-b=1":                        "    ^^^ \"a-b\" is not a variable name: a lower-case letter, then lower-case letters, digits and _\n  try: let rate=20k",
		"scale fsat $rate":                 "           ^^^^^ \"50kk\" is not a number of workers ($rate is 50kk, from --set)\n  try: scale fsat +4     (8, +4, -2)",
	} {
		_, errs := language().Parse(line, lang.Variable{Name: "rate", Value: "50kk", Origin: "--set", Fixed: true})
		require.Len(t, errs, 1, line)
		assert.Contains(t, Paint(errs[0], 0), want, line)
	}
}

// A line after another has the variables that were set before it, and which of
// several settings counts is as the manual says.
func TestWhichVariableCounts(t *testing.T) {
	dir := files(t, map[string]string{
		"all.pulsh":     "let a=let b=let c=let\nlet d=$a\nrun inner.pulsh c=argument\nlet a=again\nlet",
		"inner.pulsh":   "let a=inner c=inner\nlet b=inner\nlet\nrun deepest.pulsh",
		"deepest.pulsh": "let c=deepest\nlet a=deepest",
	})
	vars := append([]lang.Variable{{Name: "b", Value: "environment", Origin: "PULSH_VAR_B", Fixed: true}},
		lang.Variable{Name: "b", Value: "flag", Origin: "--set", Fixed: true})
	out, _, err := played(t, filepath.Join(dir, "all.pulsh"), vars...)
	require.NoError(t, err)
	require.Equal(t, `  a = let · b = flag (--set) · c = let
  d = let
  a = inner · c = argument (an argument of run)
  b = flag (--set)
  a  inner     inner.pulsh:1
  b  flag      --set
  c  argument  all.pulsh:3
  d  let       all.pulsh:2
  c = deepest
  a = deepest
  a = again
  a  again  all.pulsh:4
  b  flag   --set
  c  let    all.pulsh:1
  d  let    all.pulsh:2
`, out)
}

func TestVariablesOfThePrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "let", &out))
		require.NoError(t, c.Execute(t.Context(), "let d=2s name=x; wait $d", &out))
		require.Error(t, c.Execute(t.Context(), "let d=9s; sek sub1", &out), "nothing of a wrong line runs")
		require.NoError(t, c.Execute(t.Context(), `mark "$name is '$d'"; let`, &out))
		require.Equal(t, "  no variables; set one with let rate=20k and use it as $rate\n  d = 2s · name = x\n  d     2s\n  name  x\n", out.String())
		offered, from := c.Complete("let wait=$d", 11)
		require.Equal(t, []lang.Suggestion{{Text: "d", Description: "2s"}}, offered)
		require.Equal(t, 10, from)
		offered, _ = c.Complete("wait ${", 7)
		require.Equal(t, []lang.Suggestion{{Text: "d", Description: "2s"}, {Text: "name", Description: "x"}}, offered)
		offered, _ = c.Complete("mark $$d", 8)
		require.Empty(t, offered)
		j := c.Journal()
		require.Equal(t, "wait 2s", j.Lines[2].Text)
		require.Equal(t, "wait $d", j.Lines[2].Source)
	})
}

func TestVariablesOfTheEnvironment(t *testing.T) {
	vars, err := lang.EnvironmentVariables([]string{"PULSH_VAR_RATE=20k", "PULSH_VAR_long_name=a=b", "PULSH_TOKEN=secret", "PULSH_URL=x", "HOME=/"})
	require.NoError(t, err)
	require.Equal(t, []lang.Variable{
		{Name: "long_name", Value: "a=b", Origin: "PULSH_VAR_long_name", Fixed: true},
		{Name: "rate", Value: "20k", Origin: "PULSH_VAR_RATE", Fixed: true},
	}, vars)
	for pair, say := range map[string]string{
		"PULSH_VAR_=1":     "PULSH_VAR_: a variable needs a name",
		"PULSH_VAR_1A=1":   `PULSH_VAR_1A: "1a" is not a variable name`,
		"PULSH_VAR_rate=1": "PULSH_VAR_RATE and PULSH_VAR_rate both set $rate",
		"PULSH_VAR_X=a\nb": "the value of PULSH_VAR_X has a control character",
		"PULSH_VAR_Y=" + strings.Repeat("y", lang.VariableValueMax+1): "longer than 4096 bytes",
	} {
		_, err := lang.EnvironmentVariables([]string{"PULSH_VAR_RATE=20k", pair})
		require.ErrorContains(t, err, say)
	}
	for text, say := range map[string]string{"rate": "name=value", "Rate=1": "is not a variable name", "=1": "needs a name", "a=\x00": "control character"} {
		_, err := lang.ParseVariable(text, "--set")
		require.ErrorContains(t, err, say)
	}
}

// A value that doubles on every line stays within its limit.
func TestVariablesDoNotGrowWithoutAnEnd(t *testing.T) {
	body := "let a=xxxxxxxxxxxxxxxx\n" + strings.Repeat("let a=$a$a\n", 100)
	_, err := ParseScript("grow.pulsh", body)
	require.ErrorContains(t, err, "grow.pulsh:10:7: the value of a is longer than 4096 bytes")
	_, errs := language().Parse("mark "+strings.Repeat("$a", 1<<18), lang.Variable{Name: "a", Value: strings.Repeat("x", 4096)})
	require.NotEmpty(t, errs)
	require.Contains(t, errs[0].Message, "the values of variables exceed one mebibyte")
}

func FuzzVariables(f *testing.F) {
	for _, line := range []string{"let a=1; wait $a", "produce start $a rate=${b}k", `mark "$a $$ ${" '$b'`, "for w in $a 2 run $b x=$a", "let a=$b$b b=$a", "$a $", "let a=';'\n$a #$b"} {
		f.Add(line, "fast", "20k")
	}
	f.Add("$a $b", "", "it's \"$\\ #;=")
	f.Fuzz(func(t *testing.T, line, a, b string) {
		var vars []lang.Variable
		for name, value := range map[string]string{"a": a, "b": b} {
			if lang.CheckVariableValue(name, value) == nil {
				vars = append(vars, lang.Variable{Name: name, Value: value, Origin: "--set"})
			}
		}
		calls, errs := language().Parse(line, vars...)
		for _, e := range errs {
			require.NotEmpty(t, e.Message)
			require.GreaterOrEqual(t, e.From, -1)
			require.LessOrEqual(t, e.From, e.To)
			require.LessOrEqual(t, e.To, len(e.Text))
			Paint(e, 2)
			if e.Try != "" {
				require.True(t, language().Valid(e.Try), "try: %s", e.Try)
			}
		}
		for _, c := range calls {
			again, errs := language().Parse(c.Plain())
			require.Empty(t, errs, "%q filled in is %q", c.Source(), c.Plain())
			require.Len(t, again, 1)
			require.Equal(t, c.Command.Name, again[0].Command.Name)
			for _, p := range c.Command.Params {
				require.Equal(t, c.Text(p.Name), again[0].Text(p.Name), "%q filled in is %q", c.Source(), c.Plain())
			}
		}
	})
}
