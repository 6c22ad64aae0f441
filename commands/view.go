package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// The limits of a graph's window.
const (
	windowDefault = time.Minute
	windowMin     = 5 * time.Second // a column then stands for less than a sample
	windowMax     = 24 * time.Hour  // as long as figures are kept
)

// panelsMax is how many graphs stand side by side or above each other: more
// leave none of them enough rows.
const panelsMax = 4

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
	p := Panel{Title: "rate", Unit: graphs.PerSecond, Log: v.Scale == logScale}
	for _, g := range s.Groups {
		if g.State != snapshot.Ready && len(p.Metrics) < graphs.MaxSeries {
			p.add(g, "rate")
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

// add puts a figure of a group on the panel, and for the first rate of a
// producer what is wanted.
func (p *Panel) add(g snapshot.Group, figure string) {
	if figure == "rate" && g.Kind == snapshot.Produce && len(p.Metrics) == 0 {
		p.Target = snapshot.Metric{Group: g.Name, Figure: "target"}
	}
	p.Metrics = append(p.Metrics, snapshot.Metric{Group: g.Name, Figure: figure})
}

// panelsKind is what graph takes: groups and figures, | between graphs.
func panelsKind() lang.Kind {
	return lang.Kind{Name: "SHOWN", Sample: "fast", Forms: "fast, fast sub1, fast latency, fast heat, sub1 backlog, fast.p99, fast | fast latency, off",
		Doc: "groups, figures (rate, latency, service, lag, e2e, processing, backlog and all that METRIC has) or metrics; heat shows a distribution over time; | begins another graph; off shows none",
		Parse: func(text string) (any, error) {
			var panels [][]string
			for part := range strings.SplitSeq(text, "|") {
				names := strings.Fields(part)
				if len(names) == 0 {
					return nil, fmt.Errorf("%q has an empty graph beside a |", text)
				}
				panels = append(panels, names)
			}
			if len(panels) > panelsMax {
				return nil, fmt.Errorf("%d graphs are more than %d", len(panels), panelsMax)
			}
			return panels, nil
		}, Complete: completePanels}
}

// distributions are the figures of latencies that stand for two quantiles.
func distributions() []string { return []string{"latency", "service", "lag", "e2e", "processing"} }

// window is the span from the left edge to now, as it is typed.
func (v *View) window() string { return pacing.FormatDuration(v.Window) }

// lines lists the figures of a group that a word stands for; none if the group
// has no such figure.
func lines(g snapshot.Group, word string, alone bool) []string {
	if slices.Contains(distributions(), word) {
		prefix := word + "."
		if word == "latency" && g.Kind == snapshot.Consume {
			prefix = "e2e."
		}
		if !hasFigure(g.Kind, prefix+"p99") {
			return nil
		}
		if !alone {
			return []string{prefix + "p99"}
		}
		return []string{prefix + "p50", prefix + "p99"}
	}
	if hasFigure(g.Kind, word) {
		return []string{word}
	}
	return nil
}

func hasFigure(kind snapshot.Kind, name string) bool {
	return slices.ContainsFunc(snapshot.GroupFigures(kind), func(f snapshot.Figure) bool { return f.Name == name })
}
