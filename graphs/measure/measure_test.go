package measure_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"pulsh/graphs/measure"
)

const family = "👨\u200d👩\u200d👧"

func TestCharactersAndColumns(t *testing.T) {
	for _, c := range []struct {
		text    string
		want    []string
		columns int
	}{
		{"", nil, 0},
		{"ab", []string{"a", "b"}, 2},
		{"ae\u0301b", []string{"a", "e\u0301", "b"}, 3},
		{"日本", []string{"日", "本"}, 4},
		{family + "x", []string{family, "x"}, 3},
		{"🇩🇪🇫🇷", []string{"🇩🇪", "🇫🇷"}, 4},
		{"🇩", []string{"🇩"}, 1},
		{"─╮│▌●⣿", []string{"─", "╮", "│", "▌", "●", "⣿"}, 6},
		{"─\u0301", []string{"─\u0301"}, 1},
		{"\r\n", []string{"\r\n"}, 0},
		{"\u0301a", []string{"\u0301", "a"}, 1},
		{"a\u00adb", []string{"a", "\u00ad", "b"}, 2},
	} {
		var got []string
		for text := c.text; text != ""; {
			n := measure.Next(text)
			got = append(got, text[:n])
			text = text[n:]
		}
		require.Equal(t, c.want, got, "%q", c.text)
		require.Equal(t, c.columns, measure.Text(c.text), "%q", c.text)
	}
}

func TestSeparable(t *testing.T) {
	for _, char := range []string{"a", "日", "e\u0301", family, "🇩🇪", "─"} {
		require.True(t, measure.Separable(char), "%q", char)
	}
	for _, char := range []string{"\u0301", "👨\u200d", "\u0d4e", "\u0903"} {
		require.False(t, measure.Separable(char), "%q", char)
	}
}

// TestSimpleRunes holds that the fast path says of every rune what the slow one
// says.
func TestSimpleRunes(t *testing.T) {
	simple := 0
	for r := rune(0); r < 0x30000; r++ {
		columns, ok := measure.Simple(string(r))
		if !ok {
			continue
		}
		simple++
		require.True(t, unicode.IsPrint(r), "%U", r)
		require.Equal(t, columns, measure.Character(string(r)), "%U", r)
		require.True(t, measure.Separable(string(r)), "%U", r)
	}
	require.Greater(t, simple, 700)
}

// FuzzText holds that the columns of a text are those of its characters, and that
// separable characters do not change a text around them.
func FuzzText(f *testing.F) {
	f.Add("fast 日本 🏳️‍🌈🇩🇪ᄀ\u0600\xff")
	f.Fuzz(func(t *testing.T, text string) {
		sum, separable := 0, true
		var all strings.Builder
		for rest := text; rest != ""; {
			n := measure.Next(rest)
			require.Positive(t, n)
			sum += measure.Character(rest[:n])
			separable = separable && measure.Separable(rest[:n])
			all.WriteString(rest[:n])
			rest = rest[n:]
		}
		require.Equal(t, text, all.String())
		require.Equal(t, sum, measure.Text(text))
		if separable {
			require.Equal(t, sum+2, measure.Text("x"+text+"x"))
		}
	})
}
