package editor

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"
	"github.com/stretchr/testify/require"

	"pulsh/shell/screen"
)

// marked reads a line whose cursor is written |.
func marked(s string) line {
	before, after, _ := strings.Cut(s, "|")
	return lineAt(before+after, len(before))
}

func (l line) marked() string { return l.before() + "|" + l.after() }

// key is the token of the key that a terminal reports with sequence.
func key(sequence string) token { return pressed(keyOf(sequence)) }

const family = "👨\u200d👩\u200d👧"

func TestKeysOfTheLine(t *testing.T) {
	for _, c := range []struct{ name, from, keys, want string }{
		{"left over an accent", "ae\u0301|b", "\x1b[D", "a|e\u0301b"},
		{"right over an accent", "a|e\u0301b", "\x1b[C", "ae\u0301|b"},
		{"left over a family", "a" + family + "|b", "\x02", "a|" + family + "b"},
		{"left over a flag", "🇩🇪🇫🇷|", "\x1b[D", "🇩🇪|🇫🇷"},
		{"right over wide", "|日本", "\x06", "日|本"},
		{"left at the start", "|a", "\x1b[D", "|a"},
		{"right at the end", "a|", "\x1b[C", "a|"},
		{"backspace takes a character", "a" + family + "|b", "\x7f", "a|b"},
		{"delete takes a character", "a|e\u0301b", "\x1b[3~", "a|b"},
		{"home", "one two|", "\x01", "|one two"},
		{"end", "|one two", "\x05", "one two|"},
		{"word back", "set größe=日本 |", "\x1bb", "set größe=|日本 "},
		{"two words back", "set größe=日本 |", "\x1bb,\x1bb", "set |größe=日本 "},
		{"word on", "|set größe=日本", "\x1bf,\x1bf", "set größe|=日本"},
		{"word on over an accent", "|xe\u0301y z", "\x1b[1;5C", "xe\u0301y| z"},
		{"Ctrl-W is to the blank", "set rate=50k|", "\x17", "set |"},
		{"Alt-Backspace is to the word", "set rate=50k|", "\x1b\x7f", "set rate=|"},
		{"Alt-D", "|set rate", "\x1bd", "| rate"},
		{"Ctrl-U and Ctrl-Y", "set| rate", "\x15,\x05,\x19", " rateset|"},
		{"Ctrl-K", "set| rate", "\x0b", "set|"},
		{"kills in a row join", "a b c|", "\x17,\x17,\x01,\x19", "b c|a "},
		{"kills apart do not", "a b c|", "\x17,\x01,\x0b,\x19", "a b |"},
		{"Ctrl-T at the end", "ab|", "\x14", "ba|"},
		{"Ctrl-T within", "a|bc", "\x14", "ba|c"},
		{"Ctrl-T swaps characters", "a" + family + "|", "\x14", family + "a|"},
		{"Ctrl-T alone", "a|", "\x14", "a|"},
		{"undo", "one|", "\x17,\x1f", "one|"},
		{"undo of letters is one step", "|", "text:a,text:b,text:c,\x1f", "|"},
		{"undo by words", "|", "text:a,text:b,text: ,text:c,\x1f", "ab |"},
		{"undo of nothing", "a|", "\x1f,\x1f", "a|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := newTyping(OpenHistory("", nil), nil)
			y.line = marked(c.from)
			press(y, c.keys)
			require.Equal(t, c.want, y.line.marked())
		})
	}
}

// press presses keys that are divided by commas.
func press(y *typing, keys string) {
	for k := range strings.SplitSeq(keys, ",") {
		if typed, ok := strings.CutPrefix(k, "text:"); ok {
			y.press(text(typed))
		} else {
			y.press(key(k))
		}
	}
}

func TestHistoryOnTheArrows(t *testing.T) {
	h := OpenHistory("", nil)
	for _, l := range []string{"rate fast 10k", "scale fast +4", "rate slow 1k", "list"} {
		h.Add(l)
	}
	for _, c := range []struct{ name, from, keys, want string }{
		{"back", "|", "\x1b[A", "list|"},
		{"back twice and on", "|", "\x1b[A,\x1b[A,\x1b[B", "list|"},
		{"on to what was typed", "sc|", "\x1b[A,\x1b[B", "sc|"},
		{"what was typed is looked for", "fast|", "\x1b[A,\x1b[A", "rate fast 10k|"},
		{"no further", "fast|", "\x1b[A,\x1b[A,\x1b[A", "rate fast 10k|"},
		{"a change begins anew", "|", "\x1b[A,\x7f,\x1b[A", "list|"},
		{"Alt-.", "set |", "\x1b.", "set list|"},
		{"Alt-. twice", "set |", "\x1b.,\x1b.", "set 1k|"},
		{"Alt-. elsewhere is another word", "set |", "\x1b.,text: ,\x1b.", "set list list|"},
		{"the ghost", "rate s|", "\x1b[C", "rate slow 1k|"},
		{"the ghost by the end key", "rate s|", "\x05", "rate slow 1k|"},
		{"a word of the ghost", "rate s|", "\x1bf", "rate slow|"},
		{"no ghost within", "rate| s", "\x05", "rate s|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := newTyping(h, nil)
			y.press(newLine(marked(c.from).Text))
			y.line = marked(c.from)
			y.settle(line{})
			press(y, c.keys)
			require.Equal(t, c.want, y.line.marked())
		})
	}
}

// FuzzTyping presses any keys and holds that the cursor stands between two
// characters of a valid text that fits its view.
func FuzzTyping(f *testing.F) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		ops := make([]byte, 100)
		for i := range ops {
			ops[i] = byte(random.IntN(256))
		}
		f.Add(ops)
	}
	texts := []string{"a", " ", "é", "e\u0301", "\u0301", "日本", family, "\u200d", "🇩", "set rate=", "\uFFFD", "!!"}
	var keys []prompt.Key
	for k := range bindings {
		keys = append(keys, k)
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		h := OpenHistory("", nil)
		h.Add("set rate=50k 日本")
		h.Add("a" + family)
		y := newTyping(h, func(text string, cursor int) ([]Suggestion, int) {
			word := strings.LastIndexByte(text[:cursor], ' ') + 1
			return []Suggestion{{Text: "set", Description: "to change"}, {Text: "日本語"}, {Text: text[word:cursor] + "e\u0301", Description: "longer"}}[len(text)%4%3:], word
		})
		for _, op := range ops {
			switch n := int(op); {
			case n < 96:
				y.press(text(texts[n%len(texts)]))
			case n < 240:
				y.press(pressed(keys[n%len(keys)]))
			case n < 248:
				y.enters()
			default:
				y.clear()
			}
			require.True(t, utf8.ValidString(y.Text))
			require.Equal(t, y.Text, y.before()+y.after())
			width := 1 + int(op)%40
			v := y.view("> ", width, 12, true)
			require.True(t, v.Y >= 0 && v.Y < len(v.Rows) && v.X >= 0 && v.X < max(width, 2), "%d,%d of %d rows, %d wide", v.X, v.Y, len(v.Rows), width)
			for _, row := range append(v.Rows, v.Popup...) {
				require.LessOrEqual(t, len(row), max(width, 2))
			}
		}
	})
}

func TestTheViewShowsTheWholeLine(t *testing.T) {
	h := OpenHistory("", nil)
	h.Add("set fast rate=50k compression=zstd")
	y := newTyping(h, nil)
	y.press(text("set fast"))
	v := y.view("> ", 20, 12, true)
	require.Equal(t, "> set fast rate=50k…", screen.RowText(v.Rows[0]))
	require.Equal(t, screen.Faint, v.Rows[0][10].Style.Attrs)
	require.Equal(t, [2]int{10, 0}, [2]int{v.X, v.Y})
	y.press(text(" x" + strings.Repeat("日", 5)))
	v = y.view("> ", 20, 12, true)
	require.Equal(t, "> set fast x日日日日", screen.RowText(v.Rows[0]))
	require.Equal(t, "日", screen.RowText(v.Rows[1]))
	require.Equal(t, [2]int{2, 1}, [2]int{v.X, v.Y})
	y.press(key("\x1b[D"))
	v = y.view("> ", 20, 12, true)
	require.Equal(t, [2]int{0, 1}, [2]int{v.X, v.Y}, "the cursor stands on the wide character that was wrapped")
	y.clear()
	y.press(text(strings.Repeat("x", 18)))
	v = y.view("> ", 20, 12, true)
	require.Equal(t, [2]int{0, 1}, [2]int{v.X, v.Y}, "behind a full row begins the next")
}

func TestAWarningIsRedAndReadWithoutColours(t *testing.T) {
	y := newTyping(OpenHistory("", nil), nil)
	y.press(text("list"))
	require.Equal(t, prefixStyle, y.view("> ", 20, 12, true).Rows[0][0].Style)
	y.warned = true
	require.Equal(t, warnedStyle, y.view("protected> ", 20, 12, true).Rows[0][0].Style)
	plain := y.view("protected> ", 20, 12, false)
	require.Equal(t, screen.Style{}, plain.Rows[0][0].Style)
	require.Equal(t, "protected> list", screen.RowText(plain.Rows[0]))
}
