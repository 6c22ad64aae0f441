package graphs

import (
	"strings"

	"github.com/fatih/color"
)

// Style is a colour or another attribute of text: the number of an attribute of
// package color.
type Style uint8

// Plain leaves text as it is.
const Plain = Style(color.Reset)

// MaxSeries is the largest number of series in one chart. Each has a stroke and a
// colour of its own.
const MaxSeries = 6

// Palette names the styles of the screen. It uses only the sixteen colours that
// the theme of the terminal defines, so that a light theme stays readable.
type Palette struct {
	Green, Yellow, Red Style // good, doubtful, bad
	Faint, Bold        Style
	Mark               Style // marks on the time axis
	Series             [MaxSeries]Style
	Heat               [5]Style // shades of a heat map, the hottest first
}

// NewPalette returns the colours of the screen. Without colors every style is
// Plain; callers pass !color.NoColor, which is false for NO_COLOR, a dumb
// terminal and a pipe.
func NewPalette(colors bool) Palette {
	if !colors {
		return Palette{}
	}
	return Palette{
		Green: Style(color.FgGreen), Yellow: Style(color.FgYellow), Red: Style(color.FgRed),
		Faint: Style(color.Faint), Bold: Style(color.Bold),
		Mark: Style(color.FgYellow),
		Series: [MaxSeries]Style{
			Style(color.FgCyan), Style(color.FgMagenta), Style(color.FgYellow),
			Style(color.FgHiBlue), Style(color.FgGreen), Style(color.FgHiRed),
		},
		Heat: [5]Style{
			Style(color.FgHiRed), Style(color.FgYellow), Style(color.FgGreen), Style(color.FgCyan), Style(color.FgHiBlue),
		},
	}
}

// Paint returns text in the style. Plain and empty text stay unchanged.
func (s Style) Paint(text string) string {
	if s == Plain || text == "" {
		return text
	}
	begin, end := s.sequences()
	return begin + text + end
}

// sequences returns the escape sequences that begin and end the style.
func (s Style) sequences() (begin, end string) {
	if int(s) >= len(sequences) {
		return "", ""
	}
	return sequences[s].begin, sequences[s].end
}

// sequences holds the escape sequences that package color writes around a text,
// indexed by Style. Package color builds them anew at each call, and a chart
// changes its style thousands of times a second.
var sequences = func() (all [color.BgHiWhite + 1]struct{ begin, end string }) {
	for s := range all {
		if Style(s) != Plain {
			painter := color.New(color.Attribute(s))
			painter.EnableColor() // the Palette decides, not the environment
			all[s].begin, all[s].end, _ = strings.Cut(painter.Sprint("|"), "|")
		}
	}
	return all
}()
