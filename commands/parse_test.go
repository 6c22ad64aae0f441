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
			calls, errs := lang.ParseAll(&lang.Text{Body: e, Rows: table()})
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

// lex splits a text that has no variables into statements.
func lex(t *lang.Text) (out []lang.Statement, errs []*lang.Error) {
	l := &lang.Lexer{Text: t}
	for l.At < len(t.Body) {
		if words := l.Statement(); len(words) > 0 {
			out = append(out, lang.Statement{Text: t, Words: words})
		}
	}
	return out, l.Errs
}

func TestLexer(t *testing.T) {
	for line, want := range map[string][][]string{
		"a b":                   {{"a", "b"}},
		"a; b;;c":               {{"a"}, {"b"}, {"c"}},
		"a # b":                 {{"a"}},
		"a#b":                   {{"a#b"}},
		"a=#b":                  {{"a=#b"}},
		"'a b' \"c d\"":         {{"a b", "c d"}},
		`"a\"b\\c" 'd\e'`:       {{`a"b\c`, `d\e`}},
		"a=';'":                 {{"a=;"}},
		"a \\\n b\nc":           {{"a", "b"}, {"c"}},
		"a \\  \r\n b":          {{"a", "b"}},
		"a\\b":                  {{`a\b`}},
		"x'a b'y":               {{"xa by"}},
		"''":                    {{""}},
		"# only":                nil,
		"  \t ":                 nil,
		"seek sub1 10:42:07":    {{"seek", "sub1", "10:42:07"}},
		"rate fast hold(1k,2s)": {{"rate", "fast", "hold(1k,2s)"}},
	} {
		statements, errs := lex(&lang.Text{Body: line})
		require.Empty(t, errs, line)
		var got [][]string
		for _, s := range statements {
			var words []string
			for _, w := range s.Words {
				words = append(words, w.Text)
			}
			got = append(got, words)
		}
		require.Equal(t, want, got, "%q", line)
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
		in := &lang.Text{Body: line, Rows: table()}
		calls, errs := lang.ParseAll(in)
		for _, e := range errs {
			require.NotEmpty(t, e.Message)
			require.LessOrEqual(t, e.From, e.To)
			require.LessOrEqual(t, e.To, len(e.Text))
			Paint(e, 2)
			if e.Try != "" {
				require.True(t, lang.Parses(e.Try, table()), "try: %s", e.Try)
			}
		}
		for _, c := range calls {
			require.True(t, lang.Parses(c.Statement.Plain(), table()), "%q", c.Statement.Source())
		}
	})
}

// The lines of the seeds must be both accepted and refused, else the fuzzing
// would prove nothing.
func TestSeedsAreAcceptedAndRefused(t *testing.T) {
	accepted, refused := 0, 0
	for _, c := range table() {
		for _, e := range c.Examples {
			if lang.Parses(e, table()) {
				accepted++
			}
		}
	}
	for _, line := range wrongLines(t) {
		if !lang.Parses(line, table()) {
			refused++
		}
	}
	require.Greater(t, accepted, 40)
	require.Equal(t, len(wrongLines(t)), refused)
}

func FuzzQuote(f *testing.F) {
	for _, v := range []string{"a", "", "a b", "it's", `a"b\c'`, "#x", "x;y"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if strings.ContainsAny(v, "\n") {
			return // a quote ends on its line
		}
		statements, errs := lex(&lang.Text{Body: lang.Quote(v)})
		require.Empty(t, errs)
		require.Len(t, statements, 1)
		require.Len(t, statements[0].Words, 1)
		require.Equal(t, v, statements[0].Words[0].Text)
	})
}
