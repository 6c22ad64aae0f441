package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/chart"
	"pulsh/session/snapshot"
)

// numberMax is the largest number of a mark, so that numbers have at most two
// digits. The number after it is 1.
const numberMax = 99

// marks returns the marks in the longest window of the graphs. A chart leaves
// out marks outside its own window.
func (f *Frames) marks(s *snapshot.Snapshot, shown []Graph, end time.Time) []graphs.Mark {
	var window time.Duration
	for _, g := range shown {
		window = max(window, g.window())
	}
	var marks []graphs.Mark
	for _, m := range s.Marks {
		if age := end.Sub(m.At); age < 0 || age > window {
			continue
		}
		marks = append(marks, graphs.Mark{At: m.At, Sign: chart.Sign(m.Kind), Number: (m.Number-1)%numberMax + 1, Text: m.Text, Style: f.markStyle(m.Kind)})
	}
	return marks
}

// markStyle returns the colour of a mark. A typed command has the default colour
// of the chart.
func (f *Frames) markStyle(kind snapshot.MarkKind) graphs.Style {
	switch kind {
	case snapshot.MarkError:
		return f.palette.Red
	case snapshot.MarkReconnect:
		return f.palette.Green
	case snapshot.MarkNote:
		return f.palette.Bold
	}
	return graphs.Plain
}
