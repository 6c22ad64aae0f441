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

// PanelsMax is the largest number of graphs: more have too few rows each.
const PanelsMax = 4

// View is the content of the graph. It never changes: a command publishes a new one.
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
	Target  snapshot.Metric // target of the first metric; zero for none
	Heat    snapshot.Metric // a group's distribution as a heat map in place of lines; zero for lines
	Unit    graphs.Unit
	Log     bool // logarithmic values
}

// Shown returns the panels to draw; with Auto the rates of the present groups.
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

// Group returns the group that function keys act on: the first one in the graph, ""
// for none.
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

// Add adds a figure of a group to the panel, with the target for the first rate of a
// producer group.
func (p *Panel) Add(g snapshot.Group, figure string) {
	if figure == "rate" && g.Kind == snapshot.Produce && len(p.Metrics) == 0 {
		p.Target = snapshot.Metric{Group: g.Name, Figure: "target"}
	}
	p.Metrics = append(p.Metrics, snapshot.Metric{Group: g.Name, Figure: figure})
}

// Distributions returns the figures with a distribution.
func Distributions() []string {
	return []string{"latency", "service", "lag", "e2e", "processing", "commit", "abort"}
}

// WindowText returns the window as it is typed.
func (v *View) WindowText() string { return pacing.FormatDuration(v.Window) }

// Lines returns the figures of a group that a word stands for, none if the group has
// no such figure. A distribution alone in a graph has p50 and p99, else p99.
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

// pageShare is the share of the window that a page moves by: a part stays in view.
const pageShare = 0.75

// Page is the time that PgUp moves by.
func (v *View) Page() time.Duration { return time.Duration(pageShare * float64(v.Window)) }

// Scrolled returns the view moved in time. It ends at the start of the session; at
// the present the view is live again.
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

// Place tells the time of the view: live, or the time at which it is frozen.
func (v *View) Place() string {
	if v.Until.IsZero() {
		return "live"
	}
	return "frozen at " + v.Until.Format("15:04:05") + " (" + pacing.FormatDuration(v.Window) + "); `graph live` resumes"
}

// Typed describes the view in the words of the command graph, with the window.
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

// Profile returns the view for a profile, without values that are the defaults.
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

// shown returns the words of the command graph, "" for the default.
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
