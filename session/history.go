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
// steps of 100 ms and the last day in steps of a second.
type history struct {
	mu    sync.Mutex
	rings map[Metric]*metrics.Ring
}

func newHistory() *history { return &history{rings: map[Metric]*metrics.Ring{}} }

func (h *history) add(s *Snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range s.Groups {
		if !g.State.active() {
			continue
		}
		put := func(figure string, v float64) { h.put(Metric{g.Name, figure}, s.At, v) }
		if g.Producer != nil {
			g.Producer.figures(put)
		}
		if g.Consumer != nil {
			g.Consumer.figures(put)
		}
	}
	h.put(Metric{"total", "rate"}, s.At, s.Totals.ProduceRate)
	h.put(Metric{"total", "received"}, s.At, s.Totals.RecvRate)
	h.put(Metric{"process", "cpu"}, s.At, s.Process.CPU)
	h.put(Metric{"process", "mem"}, s.At, float64(s.Process.RSS))
}

// put needs the lock.
func (h *history) put(m Metric, at time.Time, v float64) {
	ring := h.rings[m]
	if ring == nil {
		how := metrics.Mean
		if showsWorst(m.Figure) {
			how = metrics.Max
		}
		ring = metrics.NewRing(how)
		h.rings[m] = ring
	}
	ring.Add(at, v)
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
	ring := h.rings[m]
	if ring == nil {
		none := make([]float64, n)
		for i := range none {
			none[i] = math.NaN()
		}
		return none
	}
	return ring.Columns(end, window, n)
}

// showsWorst says whether a column shows the worst of its stretch: percentiles
// do, everything else the mean.
func showsWorst(figure string) bool {
	return slices.ContainsFunc(metrics.QuantileNames(), func(q string) bool {
		return figure == q || strings.HasSuffix(figure, "."+q)
	})
}

// figures names the figures of a producer group that have a history.
func (p *ProducerSnapshot) figures(put func(string, float64)) {
	put("rate", p.Rate)
	put("sent", p.SentPerSecond)
	put("mbps", p.BytesPerSecond/1e6)
	put("pending", float64(p.InFlight))
	put("failed", float64(p.Failed))
	put("missed", float64(p.Missed))
	if target := float64(p.Target); !math.IsInf(target, 0) {
		put("target", target)
	}
	putLatency(put, "", p.Latency.Recent)
	putLatency(put, "service.", p.Service.Recent)
	putLatency(put, "lag.", p.Lag.Recent)
}

// figures names the figures of a consumer group that have a history.
func (c *ConsumerSnapshot) figures(put func(string, float64)) {
	put("rate", c.Rate)
	put("mbps", c.BytesPerSecond/1e6)
	put("lost", float64(c.Ledger.Lost))
	put("duplicated", float64(c.Ledger.Duplicated))
	put("redelivered", float64(c.Ledger.Redelivered))
	if c.Backlog.Known {
		put("backlog", float64(c.Backlog.Messages))
		put("entries", float64(c.Backlog.Entries))
		put("unacked", float64(c.Backlog.Unacked))
	}
	putLatency(put, "e2e.", c.E2E.Recent)
	putLatency(put, "processing.", c.Processing.Recent)
}

// putLatency writes seconds; without a message in the last second there is
// nothing to write.
func putLatency(put func(string, float64), prefix string, q metrics.Quantiles) {
	if q.Count == 0 {
		return
	}
	for _, name := range metrics.QuantileNames() {
		if d, ok := q.Named(name); ok {
			put(prefix+name, d.Seconds())
		}
	}
}
