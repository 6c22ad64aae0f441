package editor

import "pulsh/shell/screen"

// prefixColor is that of the "> " before the line: cyan.
var prefixColor = screen.Palette(6)

// popupLook says how the cells of the popup look.
type popupLook struct{ names, texts, chosen, chosenText, track, thumb screen.Style }

// popupColors are the colours of the popup. Without colour what is selected, and
// the thumb, are reversed.
func popupColors(color bool) popupLook {
	if !color {
		reversed := screen.Style{Attrs: screen.Reverse}
		return popupLook{chosen: reversed, thumb: reversed}
	}
	ground := screen.Palette(8)
	return popupLook{
		names: screen.Style{Fg: screen.Palette(15), Bg: ground}, texts: screen.Style{Fg: screen.Palette(7), Bg: ground},
		chosen:     screen.Style{Fg: screen.Palette(0), Bg: screen.Palette(6), Attrs: screen.Bold},
		chosenText: screen.Style{Fg: screen.Palette(0), Bg: screen.Palette(6)},
		track:      screen.Style{Bg: ground}, thumb: screen.Style{Bg: screen.Palette(7)},
	}
}

func (l popupLook) name(chosen bool) screen.Style { return either(chosen, l.chosen, l.names) }
func (l popupLook) text(chosen bool) screen.Style { return either(chosen, l.chosenText, l.texts) }
func (l popupLook) bar(thumb bool) screen.Style   { return either(thumb, l.thumb, l.track) }

func either(yes bool, a, b screen.Style) screen.Style {
	if yes {
		return a
	}
	return b
}

// styled gives cells a style.
func styled(cells []screen.Cell, st screen.Style) []screen.Cell {
	for i := range cells {
		cells[i].Style = st
	}
	return cells
}

// cutCells shortens cells to width columns; the last one becomes an ellipsis.
func cutCells(cells []screen.Cell, width int) []screen.Cell {
	if len(cells) <= width {
		return cells
	}
	if width <= 0 {
		return nil
	}
	cells = cells[:width-1]
	if n := len(cells); n > 0 && cells[n-1].Width == 2 {
		cells[n-1] = screen.Cell{Rune: ' ', Width: 1}
	}
	return append(cells, screen.Cell{Rune: '…', Width: 1})
}

// column is text in exactly width columns.
func column(text string, width int, st screen.Style) []screen.Cell {
	cells := cutCells(screen.Cells(text, false), width)
	for len(cells) < width {
		cells = append(cells, screen.Cell{Rune: ' ', Width: 1})
	}
	return styled(cells, st)
}
