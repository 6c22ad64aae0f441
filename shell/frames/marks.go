package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// numberMax keeps the numbers of marks to two digits.
const numberMax = 99

// marks are those of the longest window that is shown; a chart leaves out what is
// not in its own.
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
		sign, style := f.markLook(m.Kind)
		marks = append(marks, graphs.Mark{At: m.At, Sign: sign, Number: (m.Number-1)%numberMax + 1, Text: m.Text, Style: style})
	}
	return marks
}

// markLook tells kinds of events apart, by their shape and by their colour. What
// was typed has the chart's own colour.
func (f *Frames) markLook(kind snapshot.MarkKind) (graphs.Sign, graphs.Style) {
	switch kind {
	case snapshot.MarkError:
		return graphs.Trouble, f.palette.Red
	case snapshot.MarkReconnect:
		return graphs.Mended, f.palette.Green
	case snapshot.MarkNote:
		return graphs.Remark, f.palette.Bold
	}
	return graphs.Event, graphs.Plain
}
