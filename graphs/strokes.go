package graphs

// shape is what a line does inside one cell.
type shape uint8

const (
	nothing shape = iota
	level
	upright
	downRight // from below to the right: ╭
	downLeft  // from the left down: ╮
	upRight   // from above to the right: ╰
	upLeft    // from the left up: ╯
	ends      // the last value before a gap
	starts    // the first value behind a gap
	shapes    // how many there are
)

// stroke holds the runes of one kind of line, by shape.
type stroke [shapes]rune

// newStroke takes the eight runes of a stroke, from level to starts.
func newStroke(runes string) stroke {
	s := stroke{nothing: ' '}
	i := 0
	for _, r := range runes {
		i++
		s[i] = r
	}
	return s
}

// seriesStroke is the line of a series, told apart without any colour.
func seriesStroke(index int, ascii bool) stroke {
	if ascii {
		return newStroke([MaxSeries]string{
			`-|/\\/--`, "=|++++==", "********", "oooooooo", "xxxxxxxx", "########",
		}[index%MaxSeries])
	}
	return newStroke([MaxSeries]string{
		"─│╭╮╰╯╴╶", "━┃┏┓┗┛╸╺", "═║╔╗╚╝══", "╌╎┌┐└┘╌╌", "••••••••", "╍╏┏┓┗┛╍╍",
	}[index%MaxSeries])
}

// targetStroke is the line of what is wanted.
func targetStroke(ascii bool) stroke {
	if ascii {
		return newStroke("........")
	}
	return newStroke("┈┊┈┈┈┈┈┈")
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
