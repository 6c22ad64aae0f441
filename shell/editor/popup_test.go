package editor

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/shell/screen"
)

// words completes the word before the cursor from a list.
func words(list ...string) Completer {
	return func(text string, cursor int) (out []Suggestion, from int) {
		from = strings.LastIndexByte(text[:cursor], ' ') + 1
		for _, w := range list {
			if strings.HasPrefix(w, text[from:cursor]) {
				out = append(out, Suggestion{Text: w, Description: "what " + w + " is"})
			}
		}
		return out, from
	}
}

func TestThePopup(t *testing.T) {
	for _, c := range []struct{ name, keys, want, list string }{
		{"opens as one types", "text:s", "s|", "scale seek set show"},
		{"not for a word that is there", "text:pause", "pause|", ""},
		{"Tab puts in the only one", "text:pa,\t", "pause |", "pause remove scale seek set show"},
		{"Tab puts in what all have", "text:x", "x|", ""},
		{"Tab selects", "text:s,\t", "scale|", "scale seek set show"},
		{"Tab goes on", "text:s,\t,\t", "seek|", "scale seek set show"},
		{"Tab goes round", "text:s,\t,\t,\t,\t,\t", "scale|", "scale seek set show"},
		{"Shift-Tab goes back", "text:s,\x1b[Z", "show|", "scale seek set show"},
		{"arrows select", "text:s,\x1b[B,\x1b[B,\x1b[A", "scale|", "scale seek set show"},
		{"what is typed goes on", "text:s,\t,text: ", "scale |", "pause remove scale seek set show"},
		{"Esc gives back", "text:s,\t,\t,\x1b", "s|", ""},
		{"Esc closes until the next key", "text:s,\x1b,text:e", "se|", "seek set"},
		{"Backspace keeps what is selected", "text:s,\t,\x7f", "scal|", "scale"},
		{"Tab on an empty line", "\t", "pause|", "pause remove scale seek set show"},
		{"Tab and Esc on an empty line", "\t,\x1b", "|", ""},
		{"in the middle", "text:s x,\x01,\x1b[C,\t", "scale| x", "scale seek set show"},
		{"pages", "\t,\x1b[6~", "show|", "pause remove scale seek set show"},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := newTyping(OpenHistory("", nil), words("pause", "remove", "scale", "seek", "set", "show"))
			press(y, c.keys)
			require.Equal(t, c.want, y.line.marked())
			var list []string
			for _, s := range y.popup.list {
				list = append(list, s.Text)
			}
			require.Equal(t, c.list, strings.Join(list, " "))
		})
	}
}

func TestTabPutsInWhatAllHave(t *testing.T) {
	y := newTyping(OpenHistory("", nil), words("produce start", "produce stop"))
	press(y, "text:p,\t")
	require.Equal(t, "produce st|", y.line.marked())
	y.clear()
	press(y, "text:xp,\x01,\t")
	require.Equal(t, "produce st|xp", y.line.marked(), "at the cursor, not behind it")
}

func TestEnterTakesWhatIsSelected(t *testing.T) {
	y := newTyping(OpenHistory("", nil), words("rate=", "resume"))
	press(y, "text:r,\t")
	require.False(t, y.enters(), "the first Enter takes the suggestion")
	require.Equal(t, "rate=|", y.line.marked(), "no blank behind a setting")
	require.True(t, y.enters())
	y.clear()
	press(y, "text:re")
	require.True(t, y.enters(), "nothing is selected")
	press(y, "\x1b[Z")
	require.False(t, y.enters())
	require.Equal(t, "resume |", y.line.marked())
}

func TestTheListStaysWhileOneSelects(t *testing.T) {
	list := []string{"a1", "a2", "a3"}
	y := newTyping(nil, func(text string, cursor int) ([]Suggestion, int) { return words(list...)(text, cursor) })
	press(y, "text:a,\t,\t,\t")
	list = list[:1]
	press(y, "\x1b[A")
	require.Equal(t, "a2|", y.line.marked())
	press(y, "\t,\t")
	require.Equal(t, "a1|", y.line.marked())
}

func TestThePopupIsDrawnBelowTheWord(t *testing.T) {
	names := []string{"scale", "seek", "set", "show", "status", "stop all", "stream", "subs"}
	y := newTyping(nil, words(names...))
	press(y, "text:x s")
	v := y.view("> ", 60, 20, false)
	require.Len(t, v.Rows, 1)
	require.Len(t, v.Popup, popupMax)
	require.Equal(t, "    scale    what scale is", screen.RowText(v.Popup[0]), "under the word")
	require.Equal(t, "    seek     what seek is", screen.RowText(v.Popup[1]))
	for range names {
		press(y, "\t")
		v = y.view("> ", 60, 20, false)
		shown := slices.ContainsFunc(v.Popup, func(row []screen.Cell) bool {
			for _, c := range row {
				if c.Style.Attrs == screen.Reverse && c.Rune != ' ' {
					return true
				}
			}
			return false
		})
		require.True(t, shown, "what is selected is in sight")
	}
	require.Equal(t, "    subs     what subs is       3–8 of 8", screen.RowText(v.Popup[popupMax-1]))
	tight := y.view("> ", 35, 20, false)
	require.Equal(t, "    subs     what sub 3–8 of 8", screen.RowText(tight.Popup[popupMax-1]))
	high := y.view("> ", 60, 30, false)
	require.Len(t, high.Popup, 7, "more rows where there is room")
	require.Equal(t, "    subs     what subs is       2–8 of 8", screen.RowText(high.Popup[6]))
	require.Equal(t, "    subs     what subs is", screen.RowText(y.view("> ", 60, 40, false).Popup[7]), "all are shown")
	require.Empty(t, y.view("> ", 7, 20, false).Popup, "no room")
	narrow := y.view("> ", 16, 20, false)
	require.Equal(t, "    subs", screen.RowText(narrow.Popup[popupMax-1]))
	require.Len(t, y.view("> ", 60, 5, false).Popup, 1)
}
