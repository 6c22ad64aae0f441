package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pulsh/graphs/measure"
)

const tabStop = 8 // columns between tab stops, as terminals have them

// Cells turns one line of text into cells. It understands SGR sequences, skips
// every other escape sequence, expands tabs to multiples of 8 columns, and drops
// control characters and what has no width. Without color the colours of SGR
// sequences are dropped and the attributes kept.
func Cells(text string, color bool) []Cell {
	return appendCells(make([]Cell, 0, len(text)), text, color)
}

func appendCells(cells []Cell, text string, color bool) []Cell {
	var st Style
	start := len(cells)
	for i := 0; i < len(text); {
		if text[i] == esc {
			n := escapeLen(text[i:])
			st = applyEscape(st, text[i:i+n], color)
			i += n
			continue
		}
		if text[i] == '\t' {
			for pad := tabStop - (len(cells)-start)%tabStop; pad > 0; pad-- {
				cells = append(cells, Cell{Rune: ' ', Width: 1, Style: st})
			}
			i++
			continue
		}
		n := measure.Next(text[i:])
		cells = appendCharacter(cells, text[i:i+n], st)
		i += n
	}
	return cells
}

// appendCharacter appends the cells of one character; one without width, such as
// a control character or an accent on nothing, has none.
func appendCharacter(cells []Cell, char string, st Style) []Cell {
	r, n := utf8.DecodeRuneInString(char)
	width := measure.Character(char)
	if width == 0 || measure.Rune(r) == 0 {
		return cells
	}
	cells = append(cells, Cell{Rune: r, Width: int8(width), Style: st, Marks: char[n:]})
	if width == 2 {
		cells = append(cells, RightHalf(st))
	}
	return cells
}

// Wrap cuts cells into rows of at most width columns, and returns at least one
// row. A wide cell that does not fit begins the next row.
func Wrap(cells []Cell, width int) [][]Cell {
	width = max(width, 1)
	rows := make([][]Cell, 0, len(cells)/width+1)
	for len(cells) > width {
		cut := width
		if cells[cut].isRightHalf() && cut > 1 {
			cut--
		}
		rows = append(rows, cells[:cut:cut])
		cells = cells[cut:]
	}
	return append(rows, cells)
}

// foldIndent is how far the rows of a folded line stand in.
const foldIndent = 4

// Fold cuts a line of output into rows of at most width columns, between words
// where there is a blank in the second half of a row. The rows that follow the
// first stand in, so that one sees what belongs together: below the last column of
// a table, where the line is a row of one.
func Fold(cells []Cell, width int) [][]Cell {
	if len(cells) <= width || width < 4*foldIndent {
		return Wrap(cells, width)
	}
	return foldAt(cells, width, hang(cells[:width]))
}

// hang is where the last column of a row of a table begins: behind the last two
// blanks that follow a text. A line without columns, or with one that begins in the
// second half, has foldIndent.
func hang(cells []Cell) int {
	column, seen := foldIndent, false
	for x, c := range cells[:len(cells)/2] {
		isBlank := c.Rune == ' '
		if !isBlank && seen && x >= 2 && cells[x-1].Rune == ' ' && cells[x-2].Rune == ' ' {
			column = x
		}
		seen = seen || !isBlank
	}
	return column
}

func foldAt(cells []Cell, width, indent int) [][]Cell {
	if len(cells) <= width {
		return [][]Cell{cells}
	}
	cut := width
	for cut > width/2 && cells[cut].Rune != ' ' {
		cut--
	}
	if cut <= max(width/2, indent) {
		return Wrap(cells, width)
	}
	rest := make([]Cell, indent, indent+len(cells)-cut)
	for i := range rest {
		rest[i] = blank
	}
	return append([][]Cell{cells[:cut:cut]}, foldAt(append(rest, cells[cut+1:]...), width, indent)...)
}

// FoldText folds a line as Fold does, for what is written past the screen. It
// keeps no style.
func FoldText(line string, width int) []string {
	var rows []string
	for _, row := range Fold(Cells(line, false), width) {
		rows = append(rows, RowText(row))
	}
	return rows
}

// RowText is what stands in a row, without the blanks at its end.
func RowText(row []Cell) string {
	var b strings.Builder
	for _, c := range row {
		switch {
		case c.isRightHalf():
		case !c.IsSet():
			b.WriteByte(' ')
		default:
			b.WriteRune(c.Rune)
			b.WriteString(c.Marks)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// TextView returns the view of a row of text without an input line: it is cut at
// width columns and has no cursor.
func TextView(text string, width int, color bool) View {
	cells := Cells(text, color)
	return View{Rows: [][]Cell{cells[:min(len(cells), width)]}, HideCursor: true}
}

// PlainText returns text without its escape sequences and without control
// characters other than tabs.
func PlainText(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] == esc {
			i += escapeLen(text[i:])
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == '\t' || !unicode.IsControl(r) {
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}
