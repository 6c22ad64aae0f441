package screen

// Attr is a set of text attributes.
type Attr uint8

// The attributes of a cell, as bits of an Attr.
const (
	Bold Attr = 1 << iota
	Faint
	Italic
	Underline
	Reverse
)

// Color is a colour of a cell: 0 is the default of the terminal, 1+n is entry n
// (0..255) of its palette.
type Color int16

// paletteColor returns the colour for entry n (0..255) of the palette.
func paletteColor(n int) Color { return Color(n) + 1 }

// Style is the look of a cell. Styles compare with ==. The zero Style is the
// default of the terminal.
type Style struct {
	Fg, Bg Color
	Attrs  Attr
}

// Cell is one column of one row. Cells compare with ==. The zero Cell is unset: in
// a popup it shows the cell below it, elsewhere it is a blank.
type Cell struct {
	Rune  rune
	Width int8 // columns: 1, 2, or 0 for the right half of a wide cell
	Style Style
	// Marks holds the runes that follow Rune in the same character, such as
	// accents or the rest of a joined emoji. It is nearly always empty.
	Marks string
}

const (
	rightHalfRune rune = -1 // stands in the second column of a wide cell
	staleRune     rune = -2 // differs from every cell, so that the cell is painted
)

var blank = Cell{Rune: ' ', Width: 1}

// rightHalf returns the cell that follows a cell of width 2.
func rightHalf(st Style) Cell { return Cell{Rune: rightHalfRune, Style: st} }

// IsSet reports whether the cell was written.
func (c Cell) IsSet() bool { return c != Cell{} }

func (c Cell) isRightHalf() bool { return c.Rune == rightHalfRune }
