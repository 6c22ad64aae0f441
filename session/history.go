package session

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// history keeps every figure of every group over time: the last ten minutes in
// steps of 100 ms and the last day in steps of a second. A figure takes 370 KiB
// for a whole day; a group has some forty figures.
type history struct {
	mu    sync.Mutex // guards rings
	rings map[snapshot.Metric]*metrics.Ring

	figures map[snapshot.Kind][]snapshot.Figure
	total   []snapshot.Figure
	process []snapshot.Figure
}

func newHistory() *history {
	return &history{
		rings: map[snapshot.Metric]*metrics.Ring{},
		figures: map[snapshot.Kind][]snapshot.Figure{
			snapshot.Produce: withoutAliases(snapshot.GroupFigures(snapshot.Produce)),
			snapshot.Consume: withoutAliases(snapshot.GroupFigures(snapshot.Consume)),
		},
		total:   snapshot.TotalFigures(),
		process: snapshot.ProcessFigures(),
	}
}

// withoutAliases leaves out the second names of figures.
func withoutAliases(figures []snapshot.Figure) []snapshot.Figure {
	return slices.DeleteFunc(slices.Clone(figures), func(f snapshot.Figure) bool { return f.Name != plain(f.Name) })
}

// plain returns the shortest name of a figure: fast.p99 for fast.latency.p99, and
// sub1.p99 for sub1.e2e.p99.
func plain(figure string) string {
	return strings.TrimPrefix(strings.TrimPrefix(figure, "latency."), "e2e.")
}

func (h *history) add(s *snapshot.Snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range s.Groups {
		if g.State.Active() {
			h.put(s, g, g.Name, h.figures[g.Kind])
		}
	}
	h.put(s, snapshot.Group{}, snapshot.TotalGroup, h.total)
	h.put(s, snapshot.Group{}, snapshot.ProcessGroup, h.process)
}

// put needs the mutex. A value that is not known leaves a gap.
func (h *history) put(s *snapshot.Snapshot, g snapshot.Group, name string, figures []snapshot.Figure) {
	for _, f := range figures {
		v := f.Of(s, g)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		m := snapshot.Metric{Group: name, Figure: f.Name}
		ring := h.rings[m]
		if ring == nil {
			ring = metrics.NewRing(f.OverTime())
			h.rings[m] = ring
		}
		ring.Add(s.At, v)
	}
}

func (h *history) forget(group string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := range h.rings {
		if m.Group == group {
			delete(h.rings, m)
		}
	}
}

func (h *history) columns(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ring := h.rings[snapshot.Metric{Group: m.Group, Figure: plain(m.Figure)}]; ring != nil {
		return ring.Columns(end, window, n)
	}
	none := make([]float64, n)
	for i := range none {
		none[i] = math.NaN()
	}
	return none
}

// extremes returns nil if columns returns the highest values, or if nothing is
// known.
func (h *history) extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ring := h.rings[snapshot.Metric{Group: m.Group, Figure: plain(m.Figure)}]; ring != nil {
		return ring.Extremes(end, window, n)
	}
	return nil, nil
}
