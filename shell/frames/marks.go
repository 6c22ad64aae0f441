package frames

import (
	"slices"
	"time"

	"pulsh/graphs"
	"pulsh/session"
)

// numberMax keeps the numbers of marks to two digits.
const numberMax = 99

// numbered is a mark with the number under it.
type numbered struct {
	session.Mark
	number int
}

// numberedMarks gives each mark a number when it is first seen and lets it keep
// it. Numbers go up, and begin again at 1 when no mark is left.
type numberedMarks struct{ kept []numbered }

// follow takes the timeline of a snapshot, and forgets what is before start.
func (n *numberedMarks) follow(marks []session.Mark, start time.Time) {
	fresh := 0
	if len(n.kept) > 0 {
		last := n.kept[len(n.kept)-1]
		for i, m := range slices.Backward(marks) {
			if m.At.Equal(last.At) && m.Text == last.Text {
				fresh = i + 1
				break
			}
		}
	}
	n.kept = slices.DeleteFunc(n.kept, func(m numbered) bool { return m.At.Before(start) })
	for _, m := range marks[fresh:] {
		if m.At.Before(start) {
			continue
		}
		number := 1
		if len(n.kept) > 0 {
			number = n.kept[len(n.kept)-1].number%numberMax + 1
		}
		n.kept = append(n.kept, numbered{m, number})
	}
}

// marksWithin are the marks of the longest window that is shown; a chart leaves
// out what is not in its own.
func (f *Frames) marksWithin(s *session.Snapshot, shown []Graph) []graphs.Mark {
	var window time.Duration
	for _, g := range shown {
		window = max(window, g.window())
	}
	f.marks.follow(s.Marks, s.At.Add(-window))
	marks := make([]graphs.Mark, len(f.marks.kept))
	for i, m := range f.marks.kept {
		marks[i] = graphs.Mark{At: m.At, Number: m.number, Text: m.Text, Style: f.markStyle(m.Kind)}
	}
	return marks
}

// markStyle tells faults from what was typed. What was typed has the chart's
// own style.
func (f *Frames) markStyle(kind session.MarkKind) graphs.Style {
	switch kind {
	case session.MarkError:
		return f.palette.Red
	case session.MarkReconnect:
		return f.palette.Green
	case session.MarkNote:
		return f.palette.Bold
	}
	return graphs.Plain
}
