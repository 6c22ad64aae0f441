package editor

import (
	"slices"
	"strings"
	"unicode"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/shell/screen"
)

// grid is the ConsoleWriter that go-prompt draws on: rows of cells in memory.
// No byte of it reaches the terminal. It belongs to the goroutine that is in
// go-prompt's Input.
type grid struct {
	color bool
	show  func(v screen.View)
	clear func()

	width  int
	rows   [][]screen.Cell
	x, y   int
	height int // rows of the input line; those below are the popup
	style  screen.Style
	muted  bool // a restart is under way: keep showing what was there
	broke  bool // the line was ended: Commit follows, not another view
}

var _ prompt.ConsoleWriter = (*grid)(nil)

// begin clears the grid for an Input at the given width.
func (g *grid) begin(width int) {
	g.width, g.muted = width, false
	g.reset()
}

// drawEmpty shows an empty line behind prefix, as go-prompt would.
func (g *grid) drawEmpty(prefix string) {
	g.SetColor(prefixColor, prompt.DefaultColor, false)
	g.WriteStr(prefix)
	g.EraseDown()
	g.show(g.view())
}

func (g *grid) reset() {
	g.rows, g.x, g.y, g.height = nil, 0, 0, 0
	g.style, g.broke = screen.Style{}, false
}

// WriteStr draws text at the cursor.
func (g *grid) WriteStr(s string) {
	if strings.HasSuffix(s, "\n") {
		g.broke = true
	}
	for _, r := range s {
		g.put(r)
	}
}

// Write draws text at the cursor.
func (g *grid) Write(b []byte) { g.WriteStr(string(b)) }

// WriteRawStr draws text at the cursor; a line feed goes to the next row.
func (g *grid) WriteRawStr(s string) { g.WriteRaw([]byte(s)) }

// WriteRaw draws text at the cursor; a line feed goes to the next row.
func (g *grid) WriteRaw(b []byte) {
	for _, r := range string(b) {
		g.put(r)
	}
}

func (g *grid) put(r rune) {
	if r == '\n' {
		g.x, g.y = 0, g.y+1
		return
	}
	if unicode.IsControl(r) {
		r = '?'
	}
	w := screen.RuneWidth(r)
	if w == 0 {
		return
	}
	if g.x+w > g.width {
		g.x, g.y = 0, g.y+1
	}
	row := g.row(g.y)
	row[g.x] = screen.Cell{Rune: r, Width: int8(w), Style: g.style}
	if w == 2 {
		row[g.x+1] = screen.RightHalf(g.style)
	}
	g.x += w
}

func (g *grid) row(y int) []screen.Cell {
	for len(g.rows) <= y {
		g.rows = append(g.rows, make([]screen.Cell, g.width))
	}
	return g.rows[y]
}

// EraseDown clears from the cursor on. go-prompt calls it right behind the text
// of the line, which tells how many rows the line takes.
func (g *grid) EraseDown() {
	g.height = g.y + 1
	if g.y < len(g.rows) {
		clear(g.rows[g.y][min(g.x, g.width):])
		g.rows = g.rows[:g.y+1]
	}
}

// EraseScreen clears the output: only Ctrl-L comes here.
func (g *grid) EraseScreen() { g.clear() }

// CursorUp moves the cursor up n rows, down when n is negative.
func (g *grid) CursorUp(n int) { g.y = max(g.y-n, 0) }

// CursorDown moves the cursor down n rows, up when n is negative.
func (g *grid) CursorDown(n int) { g.y = max(g.y+n, 0) }

// CursorForward moves the cursor right n columns, left when n is negative.
func (g *grid) CursorForward(n int) { g.x = min(max(g.x+n, 0), g.width-1) }

// CursorBackward moves the cursor left n columns, right when n is negative.
func (g *grid) CursorBackward(n int) { g.CursorForward(-n) }

// ScrollDown moves the cursor one row down. go-prompt makes room for its popup
// by going down and up again; a grid needs no room.
func (g *grid) ScrollDown() { g.y++ }

// ScrollUp moves the cursor one row up.
func (g *grid) ScrollUp() { g.y = max(g.y-1, 0) }

// SetColor sets the style of what is drawn next. Without colours a background
// becomes reverse video, so that the selected suggestion shows.
func (g *grid) SetColor(fg, bg prompt.Color, bold bool) {
	g.style = screen.Style{}
	if bold {
		g.style.Attrs |= screen.Bold
	}
	if !g.color {
		if bg != prompt.DefaultColor {
			g.style.Attrs |= screen.Reverse
		}
		return
	}
	g.style.Fg, g.style.Bg = paletteColor(fg), paletteColor(bg)
}

// paletteColor maps go-prompt's colours 1..16 to the palette's 0..15; 0 is the
// default in both.
func paletteColor(c prompt.Color) screen.Color { return screen.Color(c) }

// Flush shows what was drawn.
func (g *grid) Flush() error {
	if !g.muted && !g.broke {
		g.show(g.view())
	}
	return nil
}

// view returns a copy of the grid as the input line and its popup.
func (g *grid) view() screen.View {
	drawn := 0
	for y, row := range g.rows {
		for _, c := range row {
			if c.IsSet() {
				drawn = y + 1
				break
			}
		}
	}
	if drawn == 0 && g.height <= 1 && g.x == 0 && g.y == 0 {
		return screen.View{}
	}
	input := max(g.height, 1)
	total := max(drawn, input)
	g.row(total - 1)
	rows := make([][]screen.Cell, total)
	for y := range rows {
		rows[y] = slices.Clone(g.rows[y])
	}
	return screen.View{
		Rows: rows[:input], Popup: rows[input:],
		X: min(g.x, g.width-1), Y: g.y,
	}
}

// The rest of the interface has no meaning for a grid: the screen places the
// cursor, and the title belongs to the user.

// EraseUp does nothing.
func (g *grid) EraseUp() {}

// EraseStartOfLine does nothing.
func (g *grid) EraseStartOfLine() {}

// EraseEndOfLine does nothing.
func (g *grid) EraseEndOfLine() {}

// EraseLine does nothing.
func (g *grid) EraseLine() {}

// ShowCursor does nothing.
func (g *grid) ShowCursor() {}

// HideCursor does nothing.
func (g *grid) HideCursor() {}

// CursorGoTo does nothing.
func (g *grid) CursorGoTo(_, _ int) {}

// AskForCPR does nothing.
func (g *grid) AskForCPR() {}

// SaveCursor does nothing.
func (g *grid) SaveCursor() {}

// UnSaveCursor does nothing.
func (g *grid) UnSaveCursor() {}

// SetTitle does nothing.
func (g *grid) SetTitle(string) {}

// ClearTitle does nothing: go-prompt would blank the window's title.
func (g *grid) ClearTitle() {}
