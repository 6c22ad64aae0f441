package graphs

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign is the shape of a mark on the time axis. It tells kinds of events apart
// without colours.
type Sign uint8

// The signs of marks.
const (
	Event   Sign = iota // ▲ a command
	Remark              // ◆ a note of the user
	Mended              // ● a recovery
	Trouble             // × an error
)

// rune returns the character on the axis.
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
	Number int    // the number at the mark; the same in every frame
	Text   string // the event in a few words
	Style  Style  // Plain stands for the Mark style of the palette
}

// shownMark is a mark inside the window with its column in the plot.
type shownMark struct {
	Mark
	column int
}

// shownMarks returns the marks inside the window, the newest first.
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

// explained returns the newest marks whose explanations fit into width columns, in
// the order in which they stand on the axis.
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

// explanation returns the number and the text of the mark.
func (m shownMark) explanation() string {
	return strings.TrimRight(m.number()+" "+m.Text, " ")
}

// number returns the number of the mark as text.
func (m shownMark) number() string {
	return strconv.Itoa(m.Number)
}
