package lang

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// lex splits a text that has no variables into statements.
func lex(t *source) (out []statement, errs []*Error) {
	l := &lexer{text: t}
	for l.at < len(t.body) {
		if words := l.statement(); len(words) > 0 {
			out = append(out, statement{text: t, words: words})
		}
	}
	return out, l.errs
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
		statements, errs := lex(&source{body: line})
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

func FuzzQuote(f *testing.F) {
	for _, v := range []string{"a", "", "a b", "it's", `a"b\c'`, "#x", "x;y"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if strings.ContainsAny(v, "\n") {
			return // a quote ends on its line
		}
		statements, errs := lex(&source{body: Quote(v)})
		if len(errs) > 0 {
			require.True(t, strings.ContainsFunc(v, unicode.IsControl) || !utf8.ValidString(v), "%q: %v", v, errs)
			return
		}
		require.Len(t, statements, 1)
		require.Len(t, statements[0].words, 1)
		require.Equal(t, v, statements[0].words[0].text)
	})
}

func TestVariablesAreFilledIn(t *testing.T) {
	vars := variables{}
	for name, value := range map[string]string{"rate": "20k", "r": "1", "empty": "", "blank": "a b", "q": `it's "x" $5\`, "kv": "rate=5"} {
		vars[name] = Variable{Name: name, Value: value}
	}
	for line, want := range map[string][]string{
		"$rate":          {"20k"},
		"x$rate.y":       {"x20k.y"},
		"${r}ate":        {"1ate"},
		"$$rate":         {"$rate"},
		"a$$":            {"a$"},
		`"$rate $$ $r"`:  {"20k $ 1"},
		"'$rate'":        {"$rate"},
		`'$'"$r"`:        {"$1"},
		"rate=$rate":     {"rate=20k"},
		"$empty x":       {"", "x"},
		"$blank":         {"a b"},
		"$q":             {`it's "x" $5\`},
		`"$q"`:           {`it's "x" $5\`},
		"ramp(1..$rate)": {"ramp(1..20k)"},
		"# $none":        nil,
	} {
		in := &source{body: line, vars: vars}
		statements, errs := lex(in)
		require.Empty(t, errs, line)
		var got []string
		for _, s := range statements {
			require.Nil(t, s.unresolved(), line)
			for _, w := range s.words {
				got = append(got, w.text)
			}
			again, errs := lex(&source{body: s.plain()})
			require.Empty(t, errs, line)
			require.Len(t, again, 1, line)
			for i, w := range again[0].words {
				require.Equal(t, s.words[i].text, w.text, "%s filled in is %s", line, s.plain())
				require.Equal(t, s.words[i].keyed, w.keyed, line)
			}
		}
		require.Equal(t, want, got, line)
	}
	statements, _ := lex(&source{body: "$kv x$kv", vars: vars})
	for _, w := range statements[0].words {
		require.False(t, w.keyed, "a value is no setting")
	}
}
