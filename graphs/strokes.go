package graphs

import "github.com/guptarohit/asciigraph"

// newStroke returns the characters of a line. The runes are, in order: level,
// upright, the bends ╭ ╮ ╰ ╯, the last value before a gap, and the first value
// after it.
func newStroke(runes string) asciigraph.CharSet {
	r := []rune(runes)
	return asciigraph.CharSet{
		Horizontal: string(r[0]), VerticalLine: string(r[1]),
		ArcDownRight: string(r[2]), ArcDownLeft: string(r[3]), ArcUpRight: string(r[4]), ArcUpLeft: string(r[5]),
		EndCap: string(r[6]), StartCap: string(r[7]),
	}
}

// The strokes of a chart. Series are told apart by their stroke where there are
// no colours.
var (
	seriesStrokes = [MaxSeries]asciigraph.CharSet{
		asciigraph.DefaultCharSet, newStroke("━┃┏┓┗┛╸╺"), newStroke("═║╔╗╚╝══"),
		newStroke("╌╎┌┐└┘╌╌"), asciigraph.CreateCharSet("•"), newStroke("╍╏┏┓┗┛╍╍"),
	}
	seriesStrokesASCII = [MaxSeries]asciigraph.CharSet{
		newStroke(`-|/\\/--`), newStroke("=|++++=="), asciigraph.CreateCharSet("*"),
		asciigraph.CreateCharSet("o"), asciigraph.CreateCharSet("x"), asciigraph.CreateCharSet("#"),
	}
	targetStroke      = newStroke("┈┊┈┈┈┈┈┈")
	targetStrokeASCII = asciigraph.CreateCharSet(".")
)

// seriesStroke returns the stroke of series index.
func (c Chart) seriesStroke(index int) asciigraph.CharSet {
	if c.ASCII {
		return seriesStrokesASCII[index]
	}
	return seriesStrokes[index]
}

// targetStroke returns the stroke of the target.
func (c Chart) targetStroke() asciigraph.CharSet {
	if c.ASCII {
		return targetStrokeASCII
	}
	return targetStroke
}

// frameRunes are the fixed parts of a chart.
type frameRunes struct {
	axis, corner, floor, tick rune
}

func frameFor(ascii bool) frameRunes {
	if ascii {
		return frameRunes{axis: '|', corner: '+', floor: '-', tick: '+'}
	}
	return frameRunes{axis: '┤', corner: '└', floor: '─', tick: '┬'}
}
