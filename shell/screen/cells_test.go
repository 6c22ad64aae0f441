package screen

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestCells(t *testing.T) {
	red := Style{Fg: paletteColor(1)}
	for name, c := range map[string]struct {
		in   string
		want []Cell
	}{
		"text":      {"ab", []Cell{{Rune: 'a', Width: 1, Style: Style{}}, {Rune: 'b', Width: 1, Style: Style{}}}},
		"color":     {"\x1b[31ma\x1b[0mb", []Cell{{Rune: 'a', Width: 1, Style: red}, {Rune: 'b', Width: 1, Style: Style{}}}},
		"bright":    {"\x1b[91;104ma", []Cell{{Rune: 'a', Width: 1, Style: Style{Fg: paletteColor(9), Bg: paletteColor(12)}}}},
		"palette":   {"\x1b[38;5;200;48;5;16ma", []Cell{{Rune: 'a', Width: 1, Style: Style{Fg: paletteColor(200), Bg: paletteColor(16)}}}},
		"rgb":       {"\x1b[38;2;255;0;0;1ma", []Cell{{Rune: 'a', Width: 1, Style: Style{Fg: paletteColor(196), Attrs: Bold}}}},
		"attrs":     {"\x1b[1;2;3;4;7ma\x1b[22;24mb", []Cell{{Rune: 'a', Width: 1, Style: Style{Attrs: Bold | Faint | Italic | Underline | Reverse}}, {Rune: 'b', Width: 1, Style: Style{Attrs: Italic | Reverse}}}},
		"back":      {"\x1b[31;42m\x1b[39;49ma", []Cell{{Rune: 'a', Width: 1, Style: Style{}}}},
		"empty sgr": {"\x1b[31m\x1b[ma", []Cell{{Rune: 'a', Width: 1, Style: Style{}}}},
		"others":    {"\x1b[2Ja\x1b]0;title\x07b\x1b(Bc\x1b[?25l", []Cell{{Rune: 'a', Width: 1, Style: Style{}}, {Rune: 'B', Width: 1, Style: Style{}}, {Rune: 'b', Width: 1, Style: Style{}}, {Rune: 'c', Width: 1, Style: Style{}}}},
		"wide":      {"日", []Cell{{Rune: '日', Width: 2, Style: Style{}}, rightHalf(Style{})}},
		"accent":    {"e\u0301x", []Cell{{Rune: 'e', Width: 1, Marks: "\u0301"}, {Rune: 'x', Width: 1}}},
		"family":    {"👨\u200d👩x", []Cell{{Rune: '👨', Width: 2, Marks: "\u200d👩"}, rightHalf(Style{}), {Rune: 'x', Width: 1}}},
		"flag":      {"🇩🇪", []Cell{{Rune: '🇩', Width: 2, Marks: "🇪"}, rightHalf(Style{})}},
		"controls":  {"a\x00\x07\u0301\u200b\u0085b", []Cell{{Rune: 'a', Width: 1, Style: Style{}}, {Rune: 'b', Width: 1, Style: Style{}}}},
	} {
		got := Cells(c.in, true)
		if name == "others" {
			require.Equal(t, "abc", strings.ReplaceAll(RowText(got), "B", ""), name)
			continue
		}
		require.Equal(t, c.want, got, name)
	}
	require.Equal(t, "a       b", RowText(Cells("a\tb", true)))
	require.Equal(t, []Cell{{Rune: 'a', Width: 1, Style: Style{Attrs: Bold}}}, Cells("\x1b[1;31ma", false))
}

func TestStylesReadAndWriteThemselves(t *testing.T) {
	for attrs := range Attr(32) {
		for _, fg := range []Color{0, paletteColor(0), paletteColor(7), paletteColor(8), paletteColor(15), paletteColor(16), paletteColor(255)} {
			st := Style{Fg: fg, Bg: (fg * 3) % 257, Attrs: attrs}
			got := Cells(string(appendStyle([]byte("\x1b[7;31m"), st))+"x", true)
			require.Equal(t, []Cell{{Rune: 'x', Width: 1, Style: st}}, got)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 5, []string{""}},
		{"abcde", 5, []string{"abcde"}},
		{"abcdef", 5, []string{"abcde", "f"}},
		{"日本語", 3, []string{"日", "本", "語"}},
		{"a日本語", 3, []string{"a日", "本", "語"}},
		{"日", 1, []string{"日", ""}},
	} {
		rows := Wrap(Cells(c.in, true), c.width)
		got := make([]string, len(rows))
		for i, row := range rows {
			got[i] = RowText(row)
		}
		require.Equal(t, c.want, got, "%q at %d", c.in, c.width)
	}
}

func TestPlainText(t *testing.T) {
	require.Equal(t, "ab\tc", PlainText("\x1b[31ma\x1b[0mb\tc\r\x07\x1b]0;t\x1b\\"))
}

func FuzzCells(f *testing.F) {
	f.Add("a\x1b[31mb\x1b[0m日\t\x1b[38;5;3mx", 7)
	f.Add("\x1b", 1)
	f.Fuzz(func(t *testing.T, line string, width int) {
		if width < 2 || width > 200 {
			return
		}
		cells := Cells(line, true)
		require.True(t, wellFormed(cells))
		total := 0
		for _, row := range Wrap(cells, width) {
			require.LessOrEqual(t, len(row), width)
			require.True(t, wellFormed(row))
			total += len(row)
		}
		require.Equal(t, len(cells), total)
		require.NotContains(t, PlainText(line), "\x1b")
		if utf8.ValidString(line) {
			require.Equal(t, RowText(cells), RowText(Cells(line, false)))
		}
	})
}

// wellFormed reports whether every wide cell has its right half.
func wellFormed(row []Cell) bool {
	for x, c := range row {
		if c.isRightHalf() != (x > 0 && row[x-1].Width == 2) {
			return false
		}
	}
	return len(row) == 0 || row[len(row)-1].Width != 2
}

func TestFoldKeepsColumns(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"  words that go on and on and on, some more", []string{"  words that go on and", "    on and on, some more"}},
		{"  rate=  SHAPE  messages a second that are wanted", []string{"  rate=  SHAPE  messages", "         a second that", "         are wanted"}},
		{"  scale  change the number of workers", []string{"  scale  change the", "         number of", "         workers"}},
		{"  a column that is far away     text of it, folded", []string{"  a column that is far", "    away     text of it,", "    folded"}},
		{"short  line", []string{"short  line"}},
	} {
		var got []string
		for _, row := range fold(Cells(c.in, false), 24) {
			require.LessOrEqual(t, len(row), 24)
			got = append(got, RowText(row))
		}
		require.Equal(t, c.want, got)
	}
}

func TestFoldTextKeepsWordsWhole(t *testing.T) {
	require.Equal(t, []string{"  sub1  3 received · 0", "        lost"}, FoldText("  sub1  3 received · 0 lost", 24))
	require.Equal(t, []string{""}, FoldText("", 24))
}
