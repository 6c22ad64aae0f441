package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
	"pulsh/shell"
)

// Source is what the frames show; a session.Session is one.
type Source interface {
	// Snapshot is the latest sample; nil shows nothing.
	Snapshot() *snapshot.Snapshot
	// History gives the past of a figure as n columns that end at end, each
	// beginning at a multiple of window/n, NaN where nothing is known.
	History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64
	// Extremes gives the lowest and the highest value of each of these columns,
	// nil where there are none.
	Extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64)
	// Heat gives metrics.HeatClasses counts for each of these columns of a
	// distribution, in the memory of into if that is large enough; nil where
	// there is none.
	Heat(m snapshot.Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32
	// Preferences says from which values on a figure is coloured.
	Preferences() spec.Preferences
}

// Graph is one graph to draw.
type Graph struct {
	Metrics []snapshot.Metric // all of one unit, at most graphs.MaxSeries
	Target  snapshot.Metric   // what is wanted, as a faint line; the zero Metric draws none
	Heat    snapshot.Metric   // a group's distribution instead of lines, such as latency; the zero Metric draws lines
	Window  time.Duration     // from the left edge to now; a minute if it is not positive
	Log     bool              // logarithmic values
}

// Layout is how several graphs share their place.
type Layout uint8

// The layouts. Auto puts two side by side on a screen of 140 columns and more.
const (
	Auto Layout = iota
	Stacked
	Beside
)

// Picture is the graphs to draw, in order; none means that the status rows stand
// alone.
type Picture struct {
	Graphs []Graph
	Layout Layout
	Until  time.Time // the time of the right edge, zero for now
}

// Shown says what to draw beside a snapshot. It is asked once for each frame.
type Shown func(*snapshot.Snapshot) Picture

// Look is what the terminal can show.
type Look struct {
	Colour bool // the colours of the theme; off for NO_COLOR
	ASCII  bool // no rune beyond ASCII, for other than UTF-8 locales
}

// Frames draws frames. What it remembers from frame to frame keeps the picture
// quiet and cheap: the value axis of each graph and its columns. It is used from
// one goroutine at a time.
type Frames struct {
	source Source
	shown  Shown
	look   Look

	palette graphs.Palette
	limits  spec.Preferences // of the frame being drawn
	health  spec.Grade       // of the cluster in that frame
	past    []remembered
}

// New makes frames of a source. A nil shown draws no graphs.
func New(source Source, shown Shown, look Look) *Frames {
	if shown == nil {
		shown = func(*snapshot.Snapshot) Picture { return Picture{} }
	}
	return &Frames{source: source, shown: shown, look: look, palette: graphs.NewPalette(look.Colour)}
}

// Frame draws the frame for a terminal of width columns and height rows. It
// leaves rows to output and input line: see Within for the rest.
func (f *Frames) Frame(now time.Time, width, height int) shell.Frame {
	return f.Within(now, width, height-bodyRows(height))
}

// Within draws the frame into at most room rows. Every row of it is exactly
// width columns wide; the last status row is there whenever a single row is.
func (f *Frames) Within(now time.Time, width, room int) shell.Frame {
	s := f.source.Snapshot()
	if s == nil || width <= 0 || room <= 0 {
		return shell.Frame{}
	}
	shown := f.shown(s)
	if graphs.PlotWidth(width) == 0 {
		shown.Graphs = nil
	}
	f.limits = f.source.Preferences()
	f.health = f.clusterGrade(s.Cluster, now)
	rows := divide(room, len(s.Groups), len(shown.Graphs) > 0)
	frame := shell.Frame{Status: f.status(s, shown.Graphs, now, width, rows.groups)}
	if rows.graph > 0 {
		frame.Graph = f.graph(s, shown, width, rows.graph)
	}
	if f.look.ASCII {
		for _, part := range [][]string{frame.Graph, frame.Status} {
			for y := range part {
				part[y] = graphs.ASCII(part[y])
			}
		}
	}
	return frame
}
