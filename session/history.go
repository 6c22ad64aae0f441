package session

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"pulsh/session/metrics"
)

// history keeps every figure of every group over time: the last ten minutes in
// steps of 100 ms and the last day in steps of a second. A figure takes 370 KiB
// when the day is full, a group some forty figures.
type history struct {
	mu      sync.Mutex
	rings   map[Metric]*metrics.Ring
	figures map[Kind][]Figure
	total   []Figure
	process []Figure
}

func newHistory() *history {
	return &history{
		rings:   map[Metric]*metrics.Ring{},
		figures: map[Kind][]Figure{Produce: own(GroupFigures(Produce)), Consume: own(GroupFigures(Consume))},
		total:   TotalFigures(),
		process: ProcessFigures(),
	}
}

// own leaves out the figures that are other names of the same.
func own(figures []Figure) []Figure {
	return slices.DeleteFunc(figures, func(f Figure) bool { return f.Name != plain(f.Name) })
}

// plain is the shortest name of a figure: fast.p99 is fast.latency.p99, and
// sub1.p99 is sub1.e2e.p99.
func plain(figure string) string {
	return strings.TrimPrefix(strings.TrimPrefix(figure, "latency."), "e2e.")
}

func (h *history) add(s *Snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range s.Groups {
		if g.State.active() {
			h.put(s, g, g.Name, h.figures[g.Kind])
		}
	}
	h.put(s, GroupSnapshot{}, TotalGroup, h.total)
	h.put(s, GroupSnapshot{}, ProcessGroup, h.process)
}

// put needs the lock. What is not known now leaves a gap.
func (h *history) put(s *Snapshot, g GroupSnapshot, name string, figures []Figure) {
	for _, f := range figures {
		v := f.of(s, g)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		m := Metric{name, f.Name}
		ring := h.rings[m]
		if ring == nil {
			ring = metrics.NewRing(f.overTime())
			h.rings[m] = ring
		}
		ring.Add(s.At, v)
	}
}

// overTime says what one column of a graph shows of a stretch: durations the
// worst, counts the last, everything else the mean, a cost as well.
func (f Figure) overTime() metrics.Aggregate {
	switch {
	case f.Name == perMillion:
		return metrics.Mean
	case f.Unit == Nanoseconds:
		return metrics.Max
	case f.Unit == Count:
		return metrics.Last
	}
	return metrics.Mean
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

func (h *history) columns(m Metric, end time.Time, window time.Duration, n int) []float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ring := h.rings[Metric{m.Group, plain(m.Figure)}]; ring != nil {
		return ring.Columns(end, window, n)
	}
	none := make([]float64, n)
	for i := range none {
		none[i] = math.NaN()
	}
	return none
}

// extremes are nil where columns says all, or where nothing is known.
func (h *history) extremes(m Metric, end time.Time, window time.Duration, n int) (low, high []float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ring := h.rings[Metric{m.Group, plain(m.Figure)}]; ring != nil {
		return ring.Extremes(end, window, n)
	}
	return nil, nil
}
