package editor

import (
	"github.com/fatih/color"

	"pulsh/shell/screen"
)

var (
	prefixStyle = screen.NewStyle(color.FgCyan) // the "> " before the line
	warnedStyle = screen.NewStyle(color.FgRed, color.Bold)
	ghostStyle  = screen.NewStyle(color.Faint) // the rest of a history line behind the input line
)

// popupLook holds the styles of the parts of the popup.
type popupLook struct{ names, texts, chosen, chosenText, track, thumb screen.Style }

// newPopupLook returns the styles of the popup. Without colors the selected
// suggestion and the thumb of the scrollbar are reversed.
func newPopupLook(colors bool) popupLook {
	if !colors {
		reversed := screen.NewStyle(color.ReverseVideo)
		return popupLook{chosen: reversed, thumb: reversed}
	}
	return popupLook{
		names: screen.NewStyle(color.FgHiWhite, color.BgHiBlack), texts: screen.NewStyle(color.FgWhite, color.BgHiBlack),
		chosen:     screen.NewStyle(color.FgBlack, color.BgCyan, color.Bold),
		chosenText: screen.NewStyle(color.FgBlack, color.BgCyan),
		track:      screen.NewStyle(color.BgHiBlack), thumb: screen.NewStyle(color.BgWhite),
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

// styled gives all cells the style st and returns them.
func styled(cells []screen.Cell, st screen.Style) []screen.Cell {
	for i := range cells {
		cells[i].Style = st
	}
	return cells
}

// cutCells shortens cells to at most width columns. The last column of shortened
// cells is an ellipsis.
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

// column returns text in exactly width cells.
func column(text string, width int, st screen.Style) []screen.Cell {
	cells := cutCells(screen.Cells(text, false), width)
	for len(cells) < width {
		cells = append(cells, screen.Cell{Rune: ' ', Width: 1})
	}
	return styled(cells, st)
}
