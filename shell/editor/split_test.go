package editor

import (
	"strings"
	"testing"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"
)

func newSplitter() *splitter { return &splitter{} }

var (
	enterKey = pressed(prompt.Enter)
	up       = key("\x1b[A")
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []token
	}{
		"line in one chunk":    {"seq 30\r", []token{text("seq 30"), enterKey}},
		"line feed":            {"a\n", []token{text("a"), enterKey}},
		"two arrows":           {"\x1b[A\x1b[A", []token{up, up}},
		"application arrow":    {"\x1bOA", []token{up}},
		"home":                 {"\x1bOHx", []token{key("\x1b[H"), text("x")}},
		"console F1":           {"\x1b[[Ax", []token{pressed(prompt.F1), text("x")}},
		"unknown sequences":    {"\x1b[99;99zx\x1b]0;title\x07y\x1bPq\x1b\\z", []token{text("x"), text("y"), text("z")}},
		"a key to ignore":      {"\x1b[Ex", []token{text("x")}},
		"control keys":         {"\x01a\x03\x04\x00\x7f", []token{key("\x01"), text("a"), pressed(prompt.ControlC), pressed(prompt.ControlD), key("\x7f")}},
		"word motion":          {"\x1bf\x1b\x7f", []token{key("\x1bf"), key("\x1b\x7f")}},
		"wide text":            {"日本\r", []token{text("日本"), enterKey}},
		"invalid":              {"a\xffb", []token{text("a\uFFFDb")}},
		"C1 controls":          {"a\u0085b", []token{text("ab")}},
		"escape escape":        {"\x1b\x1b[A", []token{pressed(prompt.Escape), up}},
		"paste":                {"\x1b[200~one\r\ntwo\rthree\n\tfour\x07\x1b[201~x", []token{text("one"), pasted("\ntwo\nthree\n four"), text("x")}},
		"paste with sequences": {"\x1b[200~a\x1b[Ab\x03\x1b[201~", []token{text("a[Ab")}},
		"empty lines of paste": {"\x1b[200~\n\n\x1b[201~", []token{pasted("\n\n")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSplitter()
			require.Equal(t, c.want, s.feed([]byte(c.in)))
			require.False(t, s.partial())
			s, got := newSplitter(), []token(nil)
			for i := range len(c.in) {
				got = append(got, s.feed([]byte{c.in[i]})...)
			}
			require.Equal(t, joinText(c.want), joinText(got), "byte by byte")
		})
	}
}

func pasted(s string) token { return token{kind: pasteToken, text: s} }

// joinText puts texts together that follow each other: where a run of text is
// cut depends on how it arrives.
func joinText(tokens []token) []token {
	var out []token
	for _, t := range tokens {
		if n := len(out) - 1; n >= 0 && (t.kind == textToken || t.kind == pasteToken) && out[n].kind == t.kind {
			out[n].text += t.text
			continue
		}
		out = append(out, t)
	}
	return out
}

func TestFlushTakesWhatIsThere(t *testing.T) {
	s := newSplitter()
	require.Empty(t, s.feed([]byte("\x1b")))
	require.True(t, s.partial())
	require.Equal(t, []token{pressed(prompt.Escape)}, s.flush())
	require.Empty(t, s.feed([]byte("\x1b[1")))
	require.Empty(t, s.flush())
	require.Empty(t, s.feed([]byte("\xe6\x97")))
	require.Equal(t, []token{text("\uFFFD\uFFFD")}, s.flush())
	require.Empty(t, s.feed([]byte("\x1b["+strings.Repeat("1", 2*sequenceMax))))
	require.False(t, s.partial(), "a sequence without an end is dropped")
}

func TestPasteEndInPieces(t *testing.T) {
	for cut := 1; cut < len(pasteEnd); cut++ {
		s := newSplitter()
		got := s.feed([]byte("\x1b[200~ab" + pasteEnd[:cut]))
		got = append(got, s.feed([]byte(pasteEnd[cut:]+"\x1b[A"))...)
		require.Equal(t, []token{text("ab"), up}, got, "cut at %d", cut)
	}
}

// FuzzSplit holds that every token is a text or a key, and that the way in which
// the bytes arrive makes no difference.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("seq 30\r\x1b[A\x1b[200~a\r\nb\x1b[201~\xe6\x97\xa5\x1bOP"), uint8(3))
	f.Add([]byte("\x1b[200~\x1b[20"), uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		whole := newSplitter()
		want := append(whole.feed(in), whole.flush()...)
		for _, k := range want {
			switch k.kind {
			case textToken:
				require.True(t, utf8.ValidString(k.text) && k.text != "")
				require.NotRegexp(t, "[\x00-\x1f\x7f]", k.text)
			case pasteToken:
				require.True(t, utf8.ValidString(k.text) && k.text != "")
				require.NotRegexp(t, "[\x00-\x09\x0b-\x1f\x7f]", k.text)
			case keyToken:
				require.True(t, k.key != prompt.NotDefined && k.key != prompt.Ignore && k.text == "")
			}
		}
		pieces, got := newSplitter(), []token(nil)
		for len(in) > 0 {
			n := min(int(size)+1, len(in))
			got = append(got, pieces.feed(in[:n])...)
			in = in[n:]
		}
		got = append(got, pieces.flush()...)
		require.Equal(t, joinText(want), joinText(got))
	})
}
