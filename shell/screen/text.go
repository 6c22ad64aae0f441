package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pulsh/graphs/measure"
)

const tabStop = 8 // columns between tab stops, as terminals have them

// Cells turns one line of text into cells. It applies SGR sequences, skips other
// escape sequences, expands tabs to multiples of 8 columns, and drops control
// characters and characters without a width. Without color it drops colours and
// keeps other attributes.
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

// appendCharacter appends the cells of one character. A character without a width,
// such as a control character or a lone accent, has none.
func appendCharacter(cells []Cell, char string, st Style) []Cell {
	r, n := utf8.DecodeRuneInString(char)
	width := measure.Character(char)
	if width == 0 || measure.Rune(r) == 0 {
		return cells
	}
	cells = append(cells, Cell{Rune: r, Width: int8(width), Style: st, Marks: char[n:]})
	if width == 2 {
		cells = append(cells, rightHalf(st))
	}
	return cells
}

// Wrap cuts cells into rows of at most width columns. It returns at least one row.
// A wide cell that does not fit begins the next row.
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

// foldIndent is the indent of the second and all later rows of a folded line.
const foldIndent = 4

// fold cuts a line of output into rows of at most width columns. It cuts at a
// blank if there is one in the second half of the row. The second and all later
// rows are indented, to show that they belong to the first: in a row of a table
// they stand below its last column.
func fold(cells []Cell, width int) [][]Cell {
	if len(cells) <= width || width < 4*foldIndent {
		return Wrap(cells, width)
	}
	return foldAt(cells, width, hang(cells[:width]))
}

// hang returns the indent for a line: the beginning of the last column of a table,
// which follows a text and two blanks in the first half of the row. A line without
// columns has foldIndent.
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

// foldAt folds cells with an indent for all rows but the first.
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

// FoldText folds a line that is not written to the screen. The rows have no styles.
func FoldText(line string, width int) []string {
	var rows []string
	for _, row := range fold(Cells(line, false), width) {
		rows = append(rows, RowText(row))
	}
	return rows
}

// RowText returns the text of a row without the blanks at its end.
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

// TextView returns a view that shows a row of text in the place of the input line.
// It is cut at width columns and has no cursor.
func TextView(text string, width int, color bool) View {
	cells := Cells(text, color)
	return View{Rows: [][]Cell{cells[:min(len(cells), width)]}, HideCursor: true}
}

// PlainText returns text without escape sequences and control characters. Tabs
// stay.
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
