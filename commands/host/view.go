package host

import (
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
)

// The limits of a graph's window.
const (
	windowDefault = time.Minute
	WindowMin     = 5 * time.Second // a column then stands for less than a sample
	WindowMax     = 24 * time.Hour  // as long as figures are kept
)

// PanelsMax is how many graphs stand side by side or above each other: more
// leave none of them enough rows.
const PanelsMax = 4

// View is what the graph shows. It is never changed: a command publishes
// another one.
type View struct {
	Off    bool // no graph at all
	Auto   bool // nothing was chosen: the rates of all groups
	Panels []Panel
	Window time.Duration // from the left edge to the right one
	Scale  string        // as it was typed: linear, log, or one of them for each panel
	Layout string        // auto, stacked or beside
	Until  time.Time     // the time of the right edge of a frozen graph, zero for now
}

// Panel is one graph of a view. All its metrics have one unit.
type Panel struct {
	Title   string // what it shows, as it was typed
	Metrics []snapshot.Metric
	Target  snapshot.Metric // what is wanted, beside the first metric; zero for none
	Heat    snapshot.Metric // a group's distribution as a heat map in place of lines; zero for lines
	Unit    graphs.Unit
	Log     bool // logarithmic values
}

// Shown lists the panels to paint; with Auto they follow the groups there are.
func (v *View) Shown(s *snapshot.Snapshot) []Panel {
	switch {
	case v.Off || s == nil:
		return nil
	case !v.Auto:
		return v.Panels
	}
	p := Panel{Title: "rate", Unit: graphs.PerSecond, Log: v.Scale == LogScale}
	for _, g := range s.Groups {
		if g.State != snapshot.Ready && len(p.Metrics) < graphs.MaxSeries {
			p.Add(g, "rate")
		}
	}
	if len(p.Metrics) == 0 {
		return nil
	}
	return []Panel{p}
}

// Group is the group that the keys of a full-screen controller act on: the
// first one that the graph shows, "" for none.
func (v *View) Group(s *snapshot.Snapshot) string {
	for _, p := range v.Shown(s) {
		for _, m := range append(p.Metrics, p.Heat) {
			if _, ok := s.Group(m.Group); ok {
				return m.Group
			}
		}
	}
	return ""
}

// Add puts a figure of a group on the panel, and for the first rate of a
// producer what is wanted.
func (p *Panel) Add(g snapshot.Group, figure string) {
	if figure == "rate" && g.Kind == snapshot.Produce && len(p.Metrics) == 0 {
		p.Target = snapshot.Metric{Group: g.Name, Figure: "target"}
	}
	p.Metrics = append(p.Metrics, snapshot.Metric{Group: g.Name, Figure: figure})
}

// Distributions are the figures of latencies that stand for two quantiles.
func Distributions() []string { return []string{"latency", "service", "lag", "e2e", "processing"} }

// WindowText is the span from the left edge to now, as it is typed.
func (v *View) WindowText() string { return pacing.FormatDuration(v.Window) }

// Lines lists the figures of a group that a word stands for; none if the group
// has no such figure.
func Lines(g snapshot.Group, word string, alone bool) []string {
	if slices.Contains(Distributions(), word) {
		prefix := word + "."
		if word == "latency" && g.Kind == snapshot.Consume {
			prefix = "e2e."
		}
		if !HasFigure(g.Kind, prefix+"p99") {
			return nil
		}
		if !alone {
			return []string{prefix + "p99"}
		}
		return []string{prefix + "p50", prefix + "p99"}
	}
	if figure := snapshot.FigureName(word); HasFigure(g.Kind, figure) {
		return []string{figure}
	}
	return nil
}

// HasFigure reports whether groups of a kind have a figure of that name.
func HasFigure(kind snapshot.Kind, name string) bool {
	return slices.ContainsFunc(snapshot.GroupFigures(kind), func(f snapshot.Figure) bool { return f.Name == name })
}

// pageShare is how much of the window a page is, so that a part of what was seen
// stays in view.
const pageShare = 0.75

// Page is how far PgUp goes.
func (v *View) Page() time.Duration { return time.Duration(pageShare * float64(v.Window)) }

// Scrolled is the view moved in time: not beyond now, where it is live again, and
// not so far that nothing of the session would be in it.
func (v *View) Scrolled(s *snapshot.Snapshot, by time.Duration) View {
	next := *v
	until := next.Until
	if until.IsZero() {
		until = s.At
	}
	oldest := s.At.Add(-min(s.Elapsed, WindowMax))
	first := oldest.Add(min(v.Window, s.At.Sub(oldest)))
	until = until.Add(by)
	switch {
	case !until.Before(s.At):
		next.Until = time.Time{}
	case until.Before(first):
		next.Until = first
	default:
		next.Until = until
	}
	return next
}

// Place is where in time the view is.
func (v *View) Place() string {
	if v.Until.IsZero() {
		return "live"
	}
	return "frozen, " + pacing.FormatDuration(v.Window) + " up to " + v.Until.Format("15:04:05") + "; graph live goes on"
}

// Typed is the view as it is typed behind the command graph, with the window.
func (v *View) Typed() string {
	shown := v.shown()
	if shown == "" {
		shown = "the rates of all groups"
	}
	words := []string{shown, v.WindowText()}
	if v.Scale != LinearScale {
		words = append(words, v.Scale+" scale")
	}
	if v.Layout != AutoLayout {
		words = append(words, v.Layout)
	}
	if !v.Until.IsZero() {
		words = append(words, v.Place())
	}
	return strings.Join(words, " · ")
}

// Profile is the view as a profile keeps it; what is as it is by itself is not
// said.
func (v *View) Profile() profile.Graph {
	g := profile.Graph{Shown: v.shown(), Window: v.WindowText()}
	if v.Scale != LinearScale {
		g.Scale = v.Scale
	}
	if v.Layout != AutoLayout {
		g.Layout = v.Layout
	}
	return g
}

// shown is what was typed behind the command graph, "" for what it shows by
// itself.
func (v *View) shown() string {
	switch {
	case v.Off:
		return "off"
	case v.Auto:
		return ""
	}
	var titles []string
	for _, p := range v.Panels {
		titles = append(titles, p.Title)
	}
	return strings.Join(titles, " | ")
}
