package graphs

import "strconv"

// Style is one look of text. Its value is the number of the SGR attribute that
// switches it on (ECMA-48, section 8.3.117); zero is the terminal's own look.
type Style uint8

// Plain leaves text as it is.
const Plain Style = 0

// MaxSeries is the number of series one chart can tell apart, by stroke as
// well as by colour.
const MaxSeries = 6

// Palette names the styles of the screen. Only the sixteen colours that a
// terminal's theme defines are used, so that a light theme stays readable.
type Palette struct {
	Green, Yellow, Red Style // healthy, in doubt, broken
	Faint, Bold        Style
	Mark               Style // marks on the time axis
	Series             [MaxSeries]Style
	Heat               [5]Style // shades of a heat map, the hottest first
}

// NewPalette gives the colours of the screen, or a palette in which every
// style is Plain when colour is unwanted (NO_COLOR, a dumb terminal, a pipe).
func NewPalette(colour bool) Palette {
	if !colour {
		return Palette{}
	}
	return Palette{
		Green: 32, Yellow: 33, Red: 31,
		Faint: 2, Bold: 1,
		Mark:   33,
		Series: [MaxSeries]Style{36, 35, 33, 94, 32, 91},
		Heat:   [5]Style{91, 33, 32, 36, 94},
	}
}

// Paint puts text between the sequences that switch the style on and off.
// Plain and empty text come back unchanged.
func (s Style) Paint(text string) string {
	if s == Plain || text == "" {
		return text
	}
	return s.on() + text + sgrOff
}

// sgrOff switches every attribute off.
const sgrOff = "\x1b[0m"

// on is the sequence that switches the style on.
func (s Style) on() string {
	return "\x1b[" + strconv.Itoa(int(s)) + "m"
}
