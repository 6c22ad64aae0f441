package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryExampleParses(t *testing.T) {
	for _, c := range table() {
		require.NotEmpty(t, c.examples, c.name)
		require.NotEmpty(t, c.summary, c.name)
		require.NotNil(t, c.run, c.name)
		for _, e := range c.examples {
			calls, errs := parseAll(&text{body: e, rows: table()})
			require.Empty(t, errs, e)
			require.Len(t, calls, 1, e)
			require.Equal(t, c.name, calls[0].command.name, e)
		}
		for _, name := range c.names() {
			require.LessOrEqual(t, len(c.name), overviewWidth, name)
		}
	}
}

func TestSamplesAreRight(t *testing.T) {
	for _, c := range table() {
		for _, p := range c.params {
			_, err := p.kind.parse(p.kind.sample)
			require.NoError(t, err, "%s %s", c.name, p.name)
		}
	}
	for _, k := range kinds() {
		require.NotEmpty(t, k.doc, k.name)
	}
}

// wrongLines are lines as they are mistyped, with what is painted under them.
func wrongLines() []struct{ line, want string } {
	return []struct{ line, want string }{
		{"produce start fats rate=50kk", `
                          ^^^^ "50kk" is not a rate
  try: produce start fats rate=50k     (50k, 1.5M, 300/m, max, ramp(1k..50k,2m))`},
		{"sek sub1 -5m", `
  ^^^ no command "sek"
  try: seek sub1 -5m`},
		{"prodcue start orders topic=in", `
  ^^^^^^^ no command "prodcue"
  try: produce start orders topic=in`},
		{"produce strat fast", `
          ^^^^^ produce has no "strat"; there are start and stop
  try: produce start fast`},
		{"produce", `
  ^^^^^^^ produce needs start or stop
  try: produce start fast rate=50000`},
		{"set orders rte=80k", `
             ^^^ set has no setting "rte"
  try: set orders rate=80k`},
		{"set orders", `
  ^^^^^^^^^^ set needs a setting
  try: set orders batch=500`},
		{"scale orders", `
  ^^^^^^^^^^^^ scale needs WORKERS
  try: scale orders +4`},
		{"scale orders +-4", `
               ^^^ "+-4" is not a number of workers
  try: scale orders +4     (8, +4, -2)`},
		{"scale", `
  ^^^^^ scale needs GROUP and WORKERS
  try: scale fast +4`},
		{"produce start fast workers=10000", `
                             ^^^^^ 10000 workers are more than 1000
  try: produce start fast workers=4     (8, 10k)`},
		{"produce start fast pending=99999999999999999999", `
                             ^^^^^^^^^^^^^^^^^^^^ "99999999999999999999" is too large a number
  try: produce start fast pending=10000     (8, 10k)`},
		{"produce start fast compression=zsdt", `
                                 ^^^^ "zsdt" is not a compression; there are none, lz4, zlib, zstd, snappy
  try: produce start fast compression=zstd     (none, lz4, zlib, zstd, snappy)`},
		{"produce start fast rate=1k rate=2k", `
                             ^^^^^^^ rate is given twice
  try: produce start fast rate=1k`},
		{"produce start fast 50k", `
                     ^^^ "50k" stands alone; a setting is written rate=50k
  try: produce start fast rate=50k`},
		{"produce start 1st", `
                ^^^ "1st" is not a name: it begins with a letter
  try: produce start fast`},
		{"produce start fast topic=a/b/c/d", `
                           ^^^^^^^ "a/b/c/d" is not a topic: it has 4 parts, at most tenant/namespace/topic
  try: produce start fast topic=fast     (fast, ns/fast, tenant/ns/fast, persistent://tenant/ns/fast)`},
		{"wait 10", `
       ^^ "10" is not a duration
  try: wait 10s     (300ms, 10s, 1h30m, 2d)`},
		{"expect fast.p98<1ms", `
         ^^^^^^^^^^^^ there is no figure "p98"
  try: expect fast.p99<20ms     (fast.p99<20ms and sub1.backlog<5k)`},
		{"pause fast now", `
             ^^^ "now" is one word too many for pause GROUP|all
  try: pause fast`},
		{"list all=yes", `
       ^^^^^^^ list takes no settings
  try: list`},
		{"mark 'x", `
       ^^ the quote is not closed`},
		{"produce start f\u00e4st", `
                ^^^^ "fäst" is not a name: letters, digits, - and _
  try: produce start fast`},
		{"help nonsense", `
       ^^^^^^^^ there is no help about "nonsense"
  try: help produce start`},
		{"status; sek sub1 -5m", `
          ^^^ no command "sek"
  try: seek sub1 -5m`},
	}
}

func TestWrongLinesArePainted(t *testing.T) {
	c := New(Env{})
	for _, w := range wrongLines() {
		err := c.Execute(t.Context(), w.line, nil)
		require.Error(t, err, w.line)
		assert.Equal(t, strings.TrimPrefix(w.want, "\n"), Paint(err, 2), w.line)
		require.Equal(t, ExitUsage, ExitCode(err))
		if try := asError(err).Try; try != "" {
			require.True(t, parses(try, table()), "%s: try: %s", w.line, try)
		}
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
	require.Equal(t, ExitUsage, ExitCode(err))
}

func TestExamplesOfTheRepositoryParse(t *testing.T) {
	files, err := filepath.Glob("../examples/*.pulsh")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		body, err := os.ReadFile(f)
		require.NoError(t, err)
		_, err = ParseScript(f, string(body))
		require.NoError(t, err)
	}
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
		statements, errs := lex(&text{body: line})
		require.Empty(t, errs, line)
		var got [][]string
		for _, s := range statements {
			var words []string
			for _, w := range s.words {
				words = append(words, w.text)
			}
			got = append(got, words)
		}
		require.Equal(t, want, got, "%q", line)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range table() {
		for _, e := range c.examples {
			f.Add(e)
		}
	}
	for _, w := range wrongLines() {
		f.Add(w.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		in := &text{body: line, rows: table()}
		calls, errs := parseAll(in)
		for _, e := range errs {
			require.NotEmpty(t, e.Message)
			require.LessOrEqual(t, e.From, e.To)
			require.LessOrEqual(t, e.To, len(e.Text))
			Paint(e, 2)
			if e.Try != "" {
				require.True(t, parses(e.Try, table()), "try: %s", e.Try)
			}
		}
		for _, c := range calls {
			require.True(t, parses(flat(c.statement.source()), table()), "%q", c.statement.source())
		}
	})
}

// The lines of the seeds must be both accepted and refused, else the fuzzing
// would prove nothing.
func TestSeedsAreAcceptedAndRefused(t *testing.T) {
	accepted, refused := 0, 0
	for _, c := range table() {
		for _, e := range c.examples {
			if parses(e, table()) {
				accepted++
			}
		}
	}
	for _, w := range wrongLines() {
		if !parses(w.line, table()) {
			refused++
		}
	}
	require.Greater(t, accepted, 40)
	require.Equal(t, len(wrongLines()), refused)
}

func FuzzQuote(f *testing.F) {
	for _, v := range []string{"a", "", "a b", "it's", `a"b\c'`, "#x", "x;y"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if strings.ContainsAny(v, "\n") {
			return // a quote ends on its line
		}
		statements, errs := lex(&text{body: quote(v)})
		require.Empty(t, errs)
		require.Len(t, statements, 1)
		require.Len(t, statements[0].words, 1)
		require.Equal(t, v, statements[0].words[0].text)
	})
}
