package screen

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func graph(rows int) []string {
	out := make([]string, rows)
	for i := range out {
		out[i] = fmt.Sprintf("G%02d ┤ ╭──╮ │ ╰─", i)
	}
	return out
}

func start(width, height int) (*Screen, *display) {
	d := newDisplay(width, height)
	s := New(d, width, height, Options{Color: true})
	s.Start()
	return s, d
}

func TestLayoutOfAFrame(t *testing.T) {
	s, d := start(40, 14)
	s.Print("hello", "\x1b[31mworld\x1b[0m")
	s.SetPrompt(prompt("> x", 40))
	s.SetLive(graph(5), []string{"group", "clock"})
	s.Paint()
	require.Equal(t, []string{
		"hello", "world", "> x", "", "", "", "",
		"G00 ┤ ╭──╮ │ ╰─", "G01 ┤ ╭──╮ │ ╰─", "G02 ┤ ╭──╮ │ ╰─", "G03 ┤ ╭──╮ │ ╰─", "G04 ┤ ╭──╮ │ ╰─",
		"group", "clock",
	}, d.rows())
	require.Equal(t, 3, d.CursorPosition().X)
	require.Equal(t, 2, d.CursorPosition().Y)
}

func TestPaintWritesOnceAndOnlyWhatChanged(t *testing.T) {
	s, d := start(80, 24)
	s.SetPrompt(prompt("> ", 80))
	s.SetLive(graph(11), []string{"clock 1"})
	require.NotZero(t, s.Paint())
	require.Zero(t, s.Paint())
	before := d.writes
	s.SetLive(graph(11), []string{"clock 2"})
	n := s.Paint()
	require.Equal(t, before+1, d.writes)
	require.Less(t, n, 70, "one changed digit and the cursor")
	requireShown(t, s, d)
}

func TestPopupCoversAndUncovers(t *testing.T) {
	s, d := start(40, 12)
	s.Print("a", "b", "c")
	s.SetPrompt(prompt("> s", 40))
	s.SetLive(graph(5), []string{"clock"})
	s.Paint()
	before := d.rows()
	s.SetPrompt(prompt("> s", 40, "seq", "set", "show", "sleep"))
	s.Paint()
	require.Equal(t, []string{
		"a", "b", "c", "> s", "  seq", "  set",
		"G0show╭──╮ │ ╰─", "G0sleep──╮ │ ╰─",
	}, d.rows()[:8])
	require.Equal(t, "clock", d.rows()[11])
	s.SetPrompt(prompt("> s", 40))
	s.Paint()
	require.Equal(t, before, d.rows())
}

func TestOutputLeavesThroughTheTop(t *testing.T) {
	for _, batch := range []int{1, 3, 30, 700} {
		s, d := start(30, 12)
		s.SetPrompt(prompt("> typing", 30))
		s.SetLive(graph(5), []string{"clock"})
		n := 0
		for n < 1400 {
			for range batch {
				n++
				s.Print(fmt.Sprintf("line %d", n))
			}
			s.Paint()
			require.Equal(t, "clock", d.rows()[11])
		}
		var got []string
		for _, row := range append(d.scrollback(), d.rows()...) {
			if strings.HasPrefix(row, "line") {
				got = append(got, row)
			} else {
				require.True(t, row == "" || strings.HasPrefix(row, "> ") || strings.HasPrefix(row, "G0") || row == "clock", row)
			}
		}
		require.Len(t, got, n)
		for i, row := range got {
			require.Equal(t, fmt.Sprintf("line %d", i+1), row)
		}
		for _, row := range d.scrollback() {
			require.True(t, row == "" || strings.HasPrefix(row, "line"), "%q in the scrollback", row)
		}
		requireShown(t, s, d)
	}
}

func TestScrollRegionsBeginInTheFirstRow(t *testing.T) {
	s, d := start(30, 12)
	s.SetLive(graph(5), []string{"clock"})
	for i := range 100 {
		s.Print(fmt.Sprint("line ", i))
		s.Paint()
	}
	for _, part := range strings.Split(d.stream.String(), "\x1b[")[1:] {
		if i := strings.IndexAny(part, "r"); i > 0 && strings.Trim(part[:i], "0123456789;") == "" {
			require.True(t, strings.HasPrefix(part, "1;"), part[:i+1])
		}
	}
}

func TestWideCellsStayWhole(t *testing.T) {
	s, d := start(11, 4)
	s.SetLive(nil, []string{"日本語日本語"})
	s.SetPrompt(prompt("> 日本", 11))
	s.Paint()
	require.Equal(t, "日本語日本", d.rows()[3], "the sixth does not fit")
	for _, line := range []string{"> a日本", "> 日b本", "> 日本語日本語", "> xxxxxxx", "> "} {
		s.SetPrompt(prompt(line, 11))
		s.Paint()
		requireShown(t, s, d)
	}
	s.SetLive(nil, []string{"a日本語日本語"})
	s.Paint()
	requireShown(t, s, d)
}

func TestOverlayMendsWideCells(t *testing.T) {
	row := Cells("日本語", true)
	over := append(make([]Cell, 1), Cells("x", true)...)
	overlay(row, over)
	require.Equal(t, " x本語", RowText(row))
	row = Cells("日本語", true)
	overlay(row, append(make([]Cell, 2), Cells("x", true)...))
	require.Equal(t, "日x 語", RowText(row))
}

func TestClearMovesOutputAway(t *testing.T) {
	s, d := start(20, 10)
	s.Print("one", "two")
	s.SetPrompt(prompt("> ", 20))
	s.SetLive(nil, []string{"clock"})
	s.Paint()
	s.Clear()
	s.Paint()
	require.Equal(t, ">", d.rows()[0])
	require.Equal(t, "", d.rows()[2])
	require.Equal(t, []string{"one", "two"}, d.scrollback()[len(d.scrollback())-2:])
	s.Resize(20, 10)
	s.Paint()
	require.Equal(t, ">", d.rows()[0], "what was cleared does not come back")
}

func TestCommitReplacesTheInputLine(t *testing.T) {
	s, d := start(20, 6)
	s.SetPrompt(prompt("> line", 20, "popup"))
	s.Paint()
	s.Commit("> line")
	require.Len(t, s.Changed(), 1)
	s.Paint()
	require.Equal(t, []string{"> line", "", "", "", "", ""}, d.rows())
}

func TestResizeWrapsAnew(t *testing.T) {
	s, d := start(20, 8)
	s.Print("0123456789abcdefghijklmno", "short")
	s.SetPrompt(prompt("> ", 20))
	s.SetLive(nil, []string{"clock"})
	s.Paint()
	require.Equal(t, []string{"0123456789abcdefghij", "klmno", "short", ">"}, d.rows()[:4])
	d.Resize(10, 8)
	s.Resize(10, 8)
	s.Paint()
	require.Equal(t, []string{"0123456789", "abcdefghij", "klmno", "short", ">"}, d.rows()[:5])
	require.Equal(t, "clock", d.rows()[7])
	s.Resize(0, 0)
	width, height := s.Size()
	require.Equal(t, [2]int{10, 8}, [2]int{width, height})
}

func TestStopGivesTheTerminalBack(t *testing.T) {
	s, d := start(20, 8)
	s.Print("one", "two")
	s.SetPrompt(prompt("> half", 20))
	s.SetLive(nil, []string{"clock"})
	s.Paint()
	s.Stop()
	require.Equal(t, []string{"one", "two", "", "", "", "", "", ""}, d.rows())
	require.Equal(t, 2, d.CursorPosition().Y)
	require.True(t, strings.HasSuffix(d.stream.String(), "\x1b[?7h\x1b[?2004l\x1b[?25h"))
	n := d.writes
	s.Stop()
	s.Print("three")
	require.Zero(t, s.Paint())
	require.Equal(t, n, d.writes)
	s.Start()
	require.Equal(t, "three", d.rows()[2])
}

// brokenWriter takes a part of what it gets and then fails, once.
type brokenWriter struct {
	*display
	take int
}

func (b *brokenWriter) Write(p []byte) (int, error) {
	if b.take >= 0 && b.take < len(p) {
		n, _ := b.display.Write(p[:b.take])
		b.take = -1
		return n, errors.New("stalled")
	}
	return b.display.Write(p)
}

func TestAWriteThatBreaksOffIsRepaired(t *testing.T) {
	for take := range 120 {
		d := newDisplay(30, 12)
		w := &brokenWriter{display: d, take: -1}
		s := New(w, 30, 12, Options{Color: true})
		s.Start()
		s.SetLive(graph(5), []string{"\x1b[32mclock\x1b[0m 1"})
		s.Print("one", "two", "three", "four", "five")
		s.Paint()
		w.take = take
		s.Print("six", "seven")
		s.SetLive(graph(5), []string{"\x1b[32mclock\x1b[0m 2"})
		s.Paint()
		s.Paint()
		requireShown(t, s, d)
		require.Equal(t, "\x1b[?2026l", d.stream.String()[d.stream.Len()-8:])
	}
}

func TestHeights(t *testing.T) {
	for _, c := range []struct{ height, graph, status, body, wantGraph, wantStatus int }{
		{24, 12, 3, 9, 12, 3},
		{24, 40, 3, 1, 20, 3},
		{9, 11, 3, 1, 5, 3},
		{8, 11, 3, 5, 0, 3},
		{3, 11, 3, 1, 0, 2},
		{2, 0, 3, 1, 0, 1},
		{1, 11, 3, 1, 0, 0},
		{24, 2, 1, 21, 2, 1},
		{24, 0, 0, 24, 0, 0},
	} {
		body, graph, status := heights(c.height, c.graph, c.status)
		require.Equal(t, [3]int{c.body, c.wantGraph, c.wantStatus}, [3]int{body, graph, status}, "%+v", c)
	}
}

func TestBudget(t *testing.T) {
	want := map[int]int{1: 0, 2: 1, 5: 1, 8: 1, 12: 5, 16: 9, 24: 15, 50: 32}
	for height, rows := range want {
		require.Equal(t, rows, Budget(height), "height %d", height)
	}
}

func TestWithoutColor(t *testing.T) {
	d := newDisplay(40, 6)
	s := New(d, 40, 6, Options{})
	s.Start()
	s.SetLive(nil, []string{"\x1b[1;31;42mred\x1b[0m \x1b[38;5;200mpink\x1b[0m"})
	s.Paint()
	require.NotRegexp(t, "\x1b\\[0(;1)?;[34]", d.stream.String())
	require.Contains(t, d.stream.String(), "\x1b[0;1mred")
}

func TestLongLinesFoldBetweenWords(t *testing.T) {
	rows := func(text string, width int) (out []string) {
		for _, row := range fold(Cells(text, false), width) {
			var b strings.Builder
			for _, c := range row {
				b.WriteRune(c.Rune)
			}
			out = append(out, b.String())
		}
		return out
	}
	require.Equal(t, []string{"a line that is long", "    enough to be", "    folded"}, rows("a line that is long enough to be folded", 20))
	require.Equal(t, []string{strings.Repeat("x", 20), "xxxxx"}, rows(strings.Repeat("x", 25), 20), "a word alone is cut")
	require.Equal(t, []string{"short"}, rows("short", 20))
}
