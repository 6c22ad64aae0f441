package graphs

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign is the shape of a mark on the time axis, so that kinds of events are told
// apart without colour.
type Sign uint8

// The signs of marks.
const (
	Event   Sign = iota // ▲ something was done
	Remark              // ◆ somebody said something
	Mended              // ● something is well again
	Trouble             // × something went wrong
)

// rune is what stands on the axis.
func (s Sign) rune(ascii bool) rune {
	signs := [...][2]rune{Event: {'▲', '^'}, Remark: {'◆', '#'}, Mended: {'●', 'o'}, Trouble: {'×', 'x'}}
	of := signs[min(s, Trouble)]
	if ascii {
		return of[1]
	}
	return of[0]
}

// Mark is an event on the time axis.
type Mark struct {
	At     time.Time
	Sign   Sign
	Number int    // what stands under the mark; it stays with the event from frame to frame
	Text   string // what happened, in a few words
	Style  Style  // Plain takes the palette's style for marks
}

// shownMark is a mark inside of the window, by its column in the plot.
type shownMark struct {
	Mark
	column int
}

// shownMarks are the marks inside of the window, newest first.
func (a timeAxis) shownMarks(marks []Mark, end time.Time) []shownMark {
	var shown []shownMark
	for _, mark := range marks {
		age := end.Sub(mark.At)
		if age < 0 || age >= a.window {
			continue
		}
		mark.Text = cleanPlain(mark.Text)
		shown = append(shown, shownMark{mark, min(max(a.column(age), 0), a.columns-1)})
	}
	slices.SortStableFunc(shown, func(x, y shownMark) int { return y.At.Compare(x.At) })
	return shown
}

// explained picks the marks whose explanation fits into width cells, newest
// first, and puts them in the order in which they stand on the axis.
func explained(shown []shownMark, width int) []shownMark {
	var fit []shownMark
	for _, mark := range shown {
		width -= Width(mark.explanation())
		if width < 0 {
			break
		}
		fit = append(fit, mark)
		width -= len(markGap)
	}
	slices.Reverse(fit)
	return fit
}

// markGap separates two explanations.
const markGap = "   "

// explanation is the mark's number and text.
func (m shownMark) explanation() string {
	return strings.TrimRight(m.number()+" "+m.Text, " ")
}

// number is the mark's number as text.
func (m shownMark) number() string {
	return strconv.Itoa(m.Number)
}
