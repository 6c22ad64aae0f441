package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
	"pulsh/shell"
)

// Source is the session that the frames show; a session.Session is one.
type Source interface {
	// Snapshot returns the latest sample, nil before the first.
	Snapshot() *snapshot.Snapshot
	// History returns the past of a figure as n columns up to the time end. Each
	// column begins at a multiple of window/n. A column without data is NaN.
	History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64
	// Extremes returns the lowest and the highest value of each of these columns,
	// nil for a figure without extremes.
	Extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64)
	// Heat returns metrics.HeatClasses counts for each of these columns of a
	// distribution, nil if there is no distribution. It uses the memory of into
	// if that is large enough.
	Heat(m snapshot.Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32
	// Preferences returns the limits from which on figures are coloured.
	Preferences() spec.Preferences
}

// Graph is one graph to draw.
type Graph struct {
	Metrics []snapshot.Metric // all of one unit, at most graphs.MaxSeries
	Target  snapshot.Metric   // the wanted values, as a faint line; the zero Metric draws none
	Heat    snapshot.Metric   // a distribution, such as latency, drawn as a heat map; the zero Metric draws lines
	Window  time.Duration     // from the left to the right edge; a minute if it is not positive
	Log     bool              // logarithmic values
}

// Layout is the arrangement of several graphs.
type Layout uint8

// The layouts. Auto puts two graphs side by side from 140 columns on.
const (
	Auto Layout = iota
	Stacked
	Beside
)

// Picture holds the graphs to draw, in order. Without graphs a frame has only status
// rows.
type Picture struct {
	Graphs []Graph
	Layout Layout
	Until  time.Time // the time of the right edge, the zero time for now
}

// Shown returns the graphs to draw with a snapshot. It is called once per frame.
type Shown func(*snapshot.Snapshot) Picture

// Look is the ability of the terminal.
type Look struct {
	Color bool // the colours of the theme
	ASCII bool // no character beyond ASCII, for locales without UTF-8
}

// Frames draws frames. It keeps the value axis and the columns of each graph from
// frame to frame, which saves time and keeps the axis from moving. Only one goroutine
// may use it at a time.
type Frames struct {
	source Source
	shown  Shown
	look   Look

	palette graphs.Palette
	limits  spec.Preferences      // of the present frame
	health  map[string]spec.Grade // of the clusters in the present frame, by their labels
	past    []remembered
}

// New returns the Frames of a source. A nil shown draws no graphs.
func New(source Source, shown Shown, look Look) *Frames {
	if shown == nil {
		shown = func(*snapshot.Snapshot) Picture { return Picture{} }
	}
	return &Frames{source: source, shown: shown, look: look, palette: graphs.NewPalette(look.Color)}
}

// Frame draws a frame of at most height rows, each exactly width columns wide. It
// has at least the row of the session, unless there is no sample or no room. It is
// the Frames function of a shell.Config.
func (f *Frames) Frame(now time.Time, width, height int) shell.Frame {
	s := f.source.Snapshot()
	if s == nil || width <= 0 || height <= 0 {
		return shell.Frame{}
	}
	shown := f.shown(s)
	if graphs.PlotWidth(width) == 0 {
		shown.Graphs = nil
	}
	f.limits = f.source.Preferences()
	f.health = map[string]spec.Grade{}
	for _, c := range s.AllClusters() {
		f.health[c.Label] = f.clusterGrade(c, now)
	}
	rows := divide(height, len(s.Groups), len(shown.Graphs) > 0)
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
