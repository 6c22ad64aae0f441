package screen

import "github.com/mattn/go-runewidth"

// Attr is a set of text attributes.
type Attr uint8

// The attributes that a cell can have, as bits of an Attr.
const (
	Bold Attr = 1 << iota
	Faint
	Italic
	Underline
	Reverse
)

// Color is a colour of a cell: 0 is the terminal's default, 1+n is entry n
// (0..255) of its palette.
type Color int16

// Palette returns the colour for entry n (0..255) of the terminal's palette.
func Palette(n int) Color { return Color(n) + 1 }

// Style says how a cell looks. Styles compare with ==; the zero Style is the
// terminal's default.
type Style struct {
	Fg, Bg Color
	Attrs  Attr
}

// Cell is one column of one row. Cells compare with ==. The zero Cell is unset:
// in a popup it lets what lies below shine through, elsewhere it is a blank.
type Cell struct {
	Rune  rune
	Width int8 // columns: 1, 2, or 0 for the right half of a wide cell
	Style Style
}

const (
	rightHalfRune rune = -1 // stands in the second column of a wide cell
	staleRune     rune = -2 // equals no cell that is ever wanted: forces a repaint
)

var blank = Cell{Rune: ' ', Width: 1}

// RightHalf is the cell that follows a cell of width 2 with the style st.
func RightHalf(st Style) Cell { return Cell{Rune: rightHalfRune, Style: st} }

// IsSet reports whether the cell was ever written.
func (c Cell) IsSet() bool { return c != Cell{} }

func (c Cell) isRightHalf() bool { return c.Rune == rightHalfRune }

// ruler measures runes. It is a Condition of its own, never changed after it is
// built, so that a CJK locale does not make the box drawing of a graph two
// columns wide.
var ruler = func() *runewidth.Condition {
	c := runewidth.NewCondition()
	c.EastAsianWidth = false
	return c
}()

// RuneWidth returns the columns that r takes: 0 (controls and combining
// characters), 1 or 2.
func RuneWidth(r rune) int {
	switch {
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x7f, r >= 0x2500 && r < 0x25a0, r >= 0x2800 && r < 0x2900:
		return 1 // ASCII, box drawing and blocks, braille: most of every frame
	}
	return ruler.RuneWidth(r)
}
