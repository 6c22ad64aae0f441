package frames

import (
	"math"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
)

// graphGap stands between two graphs.
const graphGap = "  "

// remembered is a graph of the frame before: what it showed, and its value
// axis.
type remembered struct {
	metrics []session.Metric
	log     bool
	unit    graphs.Unit
	axis    graphs.Axis
}

// graph draws the graphs into exactly height rows: side by side in pairs on a
// wide screen, else on top of each other. Those that would be lower than
// graphMin are left out.
func (f *Frames) graph(s *session.Snapshot, shown []Graph, width, height int) []string {
	abreast := 1
	if width >= wide {
		abreast = 2
	}
	lines := min((len(shown)+abreast-1)/abreast, height/graphMin)
	shown = shown[:min(len(shown), lines*abreast)]
	f.remember(shown)
	marks := f.marksWithin(s, shown)
	drawn := make([]string, 0, height)
	for line := range lines {
		first := line * abreast
		here := shown[first:min(first+abreast, len(shown))]
		rows := height / lines
		if line < height%lines {
			rows++
		}
		left := width
		for i, g := range here {
			share := (left - len(graphGap)*(len(here)-1-i)) / (len(here) - i)
			left -= share + len(graphGap)
			before := &f.scales[first+i]
			c := f.chart(g, s, share, rows)
			c.Marks, c.Unit, c.Before = marks, before.unit, before.axis
			box, axis := graphs.Draw(c)
			before.axis = axis
			if i == 0 {
				drawn = append(drawn, box...)
				continue
			}
			beside(drawn[len(drawn)-rows:], box)
		}
	}
	return drawn
}

// beside puts the rows of a box behind rows that are as many. Both have their
// full width already, so nothing is measured.
func beside(rows, box []string) {
	for y := range rows {
		rows[y] += graphGap + box[y]
	}
}

// remember keeps the scales of the graphs that are still where they were.
func (f *Frames) remember(shown []Graph) {
	for i, g := range shown {
		if i == len(f.scales) {
			f.scales = append(f.scales, remembered{})
		}
		if r := f.scales[i]; r.log != g.Log || !slices.Equal(r.metrics, g.Metrics) {
			f.scales[i] = remembered{metrics: slices.Clone(g.Metrics), log: g.Log, unit: unitOf(g.Metrics)}
		}
	}
	f.scales = f.scales[:len(shown)]
}

// chart fills in what a graph shows.
func (f *Frames) chart(g Graph, s *session.Snapshot, width, height int) graphs.Chart {
	n, window := graphs.PlotWidth(width), g.window()
	c := graphs.Chart{
		Width: width, Height: height,
		Window: window, End: columnEnd(s.At, window, n),
		Log: g.Log, ASCII: f.look.ASCII, Colour: f.look.Colour,
	}
	title, names := label(g.Metrics)
	c.Title = title
	for i, m := range g.Metrics {
		c.Series = append(c.Series, graphs.Series{Name: names[i], Values: f.source.History(m, s.At, window, n)})
	}
	if g.Target != (session.Metric{}) {
		c.Target = f.source.History(g.Target, s.At, window, n)
		if !slices.ContainsFunc(c.Target, func(v float64) bool { return !math.IsNaN(v) }) {
			c.Target = nil // as fast as possible: there is no line to keep to
		}
	}
	return c
}

// window is the stretch of time that the graph shows.
func (g Graph) window() time.Duration {
	if g.Window <= 0 {
		return time.Minute
	}
	return g.Window
}

// columnEnd is the end of the newest of n columns at a time. Columns begin at
// multiples of their width, and marks move with them only if ages are counted
// from there: then nothing but the newest column changes until the next begins.
func columnEnd(at time.Time, window time.Duration, n int) time.Time {
	column := max(int64(window)/int64(n), 1)
	into := at.UnixNano() % column
	return at.Add(time.Duration(column - into))
}

// unitOf is how the figure of the first metric is drawn; all have one unit.
func unitOf(list []session.Metric) graphs.Unit {
	if len(list) == 0 {
		return graphs.Messages
	}
	figure, _ := list[0].Describe()
	switch figure.Unit {
	case session.PerSecond:
		return graphs.PerSecond
	case session.BytesPerSecond:
		return graphs.BytesPerSecond
	case session.Nanoseconds:
		return graphs.Time
	case session.Bytes:
		return graphs.ByteCount
	case session.Percent:
		return graphs.Share
	}
	return graphs.Messages
}

// label names the lines of a graph by what tells them apart, and puts what they
// have in common into the title: lines of one figure are named by their group,
// those of one group by their figure. The unit of rates says what they are.
func label(list []session.Metric) (title string, names []string) {
	names = make([]string, len(list))
	group, figure := common(list)
	for i, m := range list {
		switch {
		case figure != "":
			names[i], title = m.Group, figure
		case group != "":
			names[i], title = m.Figure, group
		default:
			names[i] = m.String()
		}
	}
	if figure == "rate" || figure == "mbps" {
		return "", names
	}
	if figure == "" && group != "" {
		title = shorten(names, title)
	}
	return title, names
}

// common is the group and the figure that all metrics share, "" if they differ.
func common(list []session.Metric) (group, figure string) {
	for i, m := range list {
		if i == 0 {
			group, figure = m.Group, m.Figure
		}
		if m.Group != group {
			group = ""
		}
		if m.Figure != figure {
			figure = ""
		}
	}
	return group, figure
}

// shorten moves the first word of dotted names to the title if all have it:
// service.p50 and service.p99 become p50 and p99.
func shorten(names []string, title string) string {
	word, _, dotted := strings.Cut(names[0], ".")
	for _, name := range names {
		if !dotted || !strings.HasPrefix(name, word+".") {
			return title
		}
	}
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], word+".")
	}
	return title + " " + word
}
