package screen

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
	// Marks is what follows Rune in the same character as a user sees it:
	// combining accents, the rest of a joined emoji. Nearly always "".
	Marks string
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
