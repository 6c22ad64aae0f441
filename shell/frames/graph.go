package frames

import (
	"math"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/chart"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

const (
	// graphGap is the number of blank columns between two graphs.
	graphGap = 2
	// besideMin is the smallest width of a graph in the layout Beside: legend and
	// time labels need as much.
	besideMin = 36
)

// graph draws the graphs into exactly height rows, as the layout says. It leaves out
// graphs that would be lower than graphMin.
func (f *Frames) graph(s *snapshot.Snapshot, p Picture, width, height int) []string {
	abreast := p.abreast(width)
	shown := p.Graphs
	lines := min((len(shown)+abreast-1)/abreast, height/graphMin)
	shown = shown[:min(len(shown), lines*abreast)]
	f.remember(shown)
	end := p.end(s)
	marks := f.marks(s, shown, end)
	stack := make([][]string, lines)
	for line := range lines {
		first := line * abreast
		here := shown[first:min(first+abreast, len(shown))]
		rows := height / lines
		if line < height%lines {
			rows++
		}
		left := width
		boxes := make([][]string, len(here))
		for i, g := range here {
			share := (left - graphGap*(len(here)-1-i)) / (len(here) - i)
			left -= share + graphGap
			c := graphs.Chart{
				Width: share, Height: rows, Marks: marks,
				Window: g.window(), End: columnEnd(end, g.window(), graphs.PlotWidth(share)),
				Log: g.Log, ASCII: f.look.ASCII, Color: f.look.Color,
			}
			if !p.Until.IsZero() {
				c.Notice, c.Now = "frozen", end.Format("15:04:05")
			}
			boxes[i] = f.past[first+i].draw(f.source, g, c, end)
		}
		stack[line] = abreastOf(boxes)
	}
	if lines == 1 {
		return stack[0]
	}
	return graphs.Stack(stack...)
}

// abreastOf puts boxes next to each other. A single box, the usual case, needs no
// measuring.
func abreastOf(boxes [][]string) []string {
	if len(boxes) == 1 {
		return boxes[0]
	}
	return graphs.SideBySide(graphGap, boxes...)
}

// abreast returns the number of graphs side by side.
func (p Picture) abreast(width int) int {
	switch {
	case p.Layout == Beside && (width-graphGap)/2 >= besideMin, p.Layout == Auto && width >= wide:
		return 2
	}
	return 1
}

// end returns the time of the right edge.
func (p Picture) end(s *snapshot.Snapshot) time.Time {
	if p.Until.IsZero() || p.Until.After(s.At) {
		return s.At
	}
	return p.Until
}

// remember keeps the state of graphs that have not changed since the previous frame.
func (f *Frames) remember(shown []Graph) {
	for i, g := range shown {
		if i == len(f.past) {
			f.past = append(f.past, remembered{})
		}
		if r := &f.past[i]; r.log != g.Log || r.heat != g.Heat || !slices.Equal(r.metrics, g.Metrics) {
			f.past[i] = remembered{metrics: slices.Clone(g.Metrics), log: g.Log, heat: g.Heat, unit: unitOf(g.Metrics)}
		}
	}
	f.past = f.past[:len(shown)]
}

// remembered is the state of a graph after a frame: its figures, its value axis, and
// its columns.
type remembered struct {
	metrics []snapshot.Metric
	log     bool
	heat    snapshot.Metric
	unit    graphs.Unit
	axis    graphs.Axis
	target  columns
	lines   []columns
	counts  counts
}

// draw draws the graph into the box of the chart c, which has no data yet.
func (r *remembered) draw(source Source, g Graph, c graphs.Chart, end time.Time) []string {
	var box []string
	n := graphs.PlotWidth(c.Width)
	c.Before, c.Unit = r.axis, r.unit
	if g.Heat != (snapshot.Metric{}) {
		c.Title = g.Heat.Group + " " + g.Heat.Figure
		r.counts.follow(source, g.Heat, end, c.Window, n)
		box, r.axis = graphs.DrawHeat(graphs.Heat{Chart: c, Counts: r.counts.values,
			Classes: metrics.HeatClasses, PerDecade: metrics.HeatPerDecade, Lowest: float64(metrics.Lowest)})
		return box
	}
	title, names := label(g.Metrics)
	c.Title = title
	c.Series = make([]graphs.Series, len(g.Metrics))
	if r.lines == nil {
		r.lines = make([]columns, len(g.Metrics))
	}
	for i, m := range g.Metrics {
		l := &r.lines[i]
		l.follow(source, m, end, c.Window, n, true)
		c.Series[i] = graphs.Series{Name: names[i], Values: l.values, Low: l.low, High: l.high}
	}
	if g.Target != (snapshot.Metric{}) {
		r.target.follow(source, g.Target, end, c.Window, n, false)
		if slices.ContainsFunc(r.target.values, func(v float64) bool { return !math.IsNaN(v) }) {
			c.Target = r.target.values // a target of max has no values
		}
	}
	box, r.axis = graphs.Draw(c)
	return box
}

// window returns the time that the graph shows.
func (g Graph) window() time.Duration {
	if g.Window <= 0 {
		return time.Minute
	}
	return g.Window
}

// columnEnd returns the end of the newest of n columns at a time. Columns begin at
// multiples of their width. With ages counted from the end of a column, marks move
// together with the columns, and between two moves only the newest column changes.
func columnEnd(at time.Time, window time.Duration, n int) time.Time {
	column := columnWidth(window, n)
	into := at.UnixNano() % column
	return at.Add(time.Duration(column - into))
}

// unitOf returns the unit of the first metric, which all metrics of a graph share.
func unitOf(list []snapshot.Metric) graphs.Unit {
	if len(list) == 0 {
		return graphs.Messages
	}
	figure, _ := list[0].Describe()
	return chart.Unit(figure.Unit)
}

// label returns the title of a graph and the names of its lines. Lines of one figure
// are named by their group, with the figure in the title; lines of one group by their
// figure, with the group in the title. A graph of rates has no title, because its unit
// says it.
func label(list []snapshot.Metric) (title string, names []string) {
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

// common returns the group and the figure that all metrics share, "" if they differ.
func common(list []snapshot.Metric) (group, figure string) {
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

// shorten moves the first word of dotted names to the title if all names share it:
// service.p50 and service.p99 become p50 and p99. It returns the new title.
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
