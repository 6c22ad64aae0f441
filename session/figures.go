package session

import (
	"math"

	"pulsh/session/metrics"
)

func producerFigures() []Figure {
	figure := func(name string, unit Unit, doc string, of func(*ProducerSnapshot) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g GroupSnapshot) float64 {
			if g.Producer == nil {
				return math.NaN()
			}
			return of(g.Producer)
		}}
	}
	type P = *ProducerSnapshot
	list := []Figure{
		figure("rate", PerSecond, "messages acked a second", func(p P) float64 { return p.Rate }),
		figure("target", PerSecond, "messages a second that are wanted now", func(p P) float64 { return float64(p.Target) }),
		figure("average", PerSecond, "messages acked a second since the start", func(p P) float64 { return p.Average }),
		figure("mbps", BytesPerSecond, "bytes of messages a second", func(p P) float64 { return p.BytesPerSecond }),
		figure("sent", Count, "messages sent", func(p P) float64 { return float64(p.Sent) }),
		figure("acked", Count, "messages acked", func(p P) float64 { return float64(p.Acked) }),
		figure("failed", Count, "messages refused", func(p P) float64 { return float64(p.Failed) }),
		figure("unknown", Count, "messages without an answer when their lane closed", func(p P) float64 { return float64(p.Unknown) }),
		figure("due", Count, "messages that fell due", func(p P) float64 { return float64(p.Due) }),
		figure("missed", Count, "messages given up as too late", func(p P) float64 { return float64(p.Missed) }),
		figure("pending", Count, "messages sent and not yet answered", func(p P) float64 { return float64(p.InFlight) }),
		figure("batch", Count, "messages a batch", func(p P) float64 { return p.MessagesPerBatch }),
		figure("broker.in", PerSecond, "messages a second that the broker counts into the topic", told(func(p P) Truth { return p.Truth }, func(t Truth) float64 { return t.InPerSecond })),
		figure("storage", Bytes, "bytes that the topic stores", told(func(p P) Truth { return p.Truth }, func(t Truth) float64 { return float64(t.Storage) })),
		figure("lanes", Count, "Pulsar producers in use", func(p P) float64 { return float64(p.Lanes) }),
		workersFigure(),
	}
	list = append(list, latencyFigures("", "due to acked", func(g GroupSnapshot) *Latencies { return &g.Producer.Latency })...)
	list = append(list, latencyFigures("latency.", "due to acked", func(g GroupSnapshot) *Latencies { return &g.Producer.Latency })...)
	list = append(list, latencyFigures("service.", "sent to acked", func(g GroupSnapshot) *Latencies { return &g.Producer.Service })...)
	return append(list, latencyFigures("lag.", "due to sent", func(g GroupSnapshot) *Latencies { return &g.Producer.Lag })...)
}

func consumerFigures() []Figure {
	figure := func(name string, unit Unit, doc string, of func(*ConsumerSnapshot) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g GroupSnapshot) float64 {
			if g.Consumer == nil {
				return math.NaN()
			}
			return of(g.Consumer)
		}}
	}
	type C = *ConsumerSnapshot
	backlog := func(of func(Backlog) int64) func(C) float64 {
		return func(c C) float64 {
			if !c.Backlog.Known {
				return math.NaN()
			}
			return float64(of(c.Backlog))
		}
	}
	list := []Figure{
		figure("rate", PerSecond, "messages received a second", func(c C) float64 { return c.Rate }),
		figure("average", PerSecond, "messages received a second since the start", func(c C) float64 { return c.Average }),
		figure("mbps", BytesPerSecond, "bytes of messages a second", func(c C) float64 { return c.BytesPerSecond }),
		figure("ackrate", PerSecond, "messages acknowledged a second", func(c C) float64 { return c.AckRate }),
		figure("received", Count, "messages received", func(c C) float64 { return float64(c.Received) }),
		figure("acked", Count, "messages acknowledged", func(c C) float64 { return float64(c.Acked) }),
		figure("failed", Count, "acknowledgements that failed", func(c C) float64 { return float64(c.AckFailed) }),
		figure("pending", Count, "messages received and not yet acknowledged", func(c C) float64 { return float64(c.InFlight) }),
		figure("backlog", Count, "messages that wait in the broker, an estimate", backlog(func(b Backlog) int64 { return b.Messages })),
		figure("entries", Count, "entries that wait in the broker, as it counts them", backlog(func(b Backlog) int64 { return b.Entries })),
		figure("unacked", Count, "messages that the broker waits to see acknowledged", backlog(func(b Backlog) int64 { return b.Unacked })),
		figure("broker.in", PerSecond, "messages a second that the broker counts into the topic", told(func(c C) Truth { return c.Truth }, func(t Truth) float64 { return t.InPerSecond })),
		figure("broker.out", PerSecond, "messages a second that the broker delivers to the subscription", told(func(c C) Truth { return c.Truth }, func(t Truth) float64 { return t.OutPerSecond })),
		figure("lost", Count, "messages that were passed over for good", func(c C) float64 { return float64(c.Ledger.Lost) }),
		figure("missing", Count, "messages not received so far, the lost ones too", func(c C) float64 { return float64(c.Ledger.Missing()) }),
		figure("duplicated", Count, "messages that are stored twice", func(c C) float64 { return float64(c.Ledger.Duplicated) }),
		figure("redelivered", Count, "messages that came again", func(c C) float64 { return float64(c.Ledger.Redelivered) }),
		figure("disordered", Count, "messages out of order", func(c C) float64 { return float64(c.Ledger.OutOfOrder) }),
		figure("unstamped", Count, "messages that pulsh did not send", func(c C) float64 { return float64(c.Unstamped) }),
		figure("consumers", Count, "consumers that the broker sees", func(c C) float64 { return float64(c.Consumers) }),
		figure("epoch", Count, "ledger epochs, one more with each seek", func(c C) float64 { return float64(c.Epoch) }),
		workersFigure(),
	}
	list = append(list, behaviourFigures()...)
	list = append(list, latencyFigures("", "due to received", func(g GroupSnapshot) *Latencies { return &g.Consumer.E2E })...)
	list = append(list, latencyFigures("e2e.", "due to received", func(g GroupSnapshot) *Latencies { return &g.Consumer.E2E })...)
	return append(list, latencyFigures("processing.", "received to acked", func(g GroupSnapshot) *Latencies { return &g.Consumer.Processing })...)
}

// told is a figure that only the admin API knows, NaN while it has not answered.
func told[S any](truth func(S) Truth, of func(Truth) float64) func(S) float64 {
	return func(s S) float64 {
		t := truth(s)
		if t.At.IsZero() {
			return math.NaN()
		}
		return of(t)
	}
}

func workersFigure() Figure {
	return Figure{"workers", Count, "workers", func(_ *Snapshot, g GroupSnapshot) float64 { return float64(g.Workers) }}
}

// latencyFigures are the quantiles of one distribution over the last second,
// NaN while it is empty.
func latencyFigures(prefix, what string, of func(GroupSnapshot) *Latencies) []Figure {
	var list []Figure
	for _, name := range metrics.QuantileNames() {
		list = append(list, Figure{prefix + name, Nanoseconds, name + " of the last second, " + what,
			func(_ *Snapshot, g GroupSnapshot) float64 {
				if g.Producer == nil && g.Consumer == nil {
					return math.NaN()
				}
				q := of(g).Recent
				if q.Count == 0 {
					return math.NaN()
				}
				d, _ := q.Named(name)
				return float64(d)
			}})
	}
	return list
}

// TotalFigures lists the figures of all groups together.
func TotalFigures() []Figure {
	figure := func(name string, unit Unit, doc string, of func(Totals) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ GroupSnapshot) float64 { return of(s.Totals) }}
	}
	return []Figure{
		figure("rate", PerSecond, "messages acked a second", func(t Totals) float64 { return t.ProduceRate }),
		figure("receive", PerSecond, "messages received a second", func(t Totals) float64 { return t.RecvRate }),
		figure("sent", Count, "messages sent", func(t Totals) float64 { return float64(t.Sent) }),
		figure("acked", Count, "messages acked", func(t Totals) float64 { return float64(t.Acked) }),
		figure("failed", Count, "messages refused", func(t Totals) float64 { return float64(t.Failed) }),
		figure("received", Count, "messages received", func(t Totals) float64 { return float64(t.Received) }),
		figure("lost", Count, "messages that were passed over for good", func(t Totals) float64 { return float64(t.Lost) }),
		figure("duplicated", Count, "messages that are stored twice", func(t Totals) float64 { return float64(t.Duplicated) }),
	}
}

// perMillion is the figure that is a duration and yet a cost.
const perMillion = "cpupermillion"

// perMillionFrom is the rate below which what pulsh costs is not the cost of
// messages.
const perMillionFrom = 1000

// ProcessFigures lists the figures of pulsh itself.
func ProcessFigures() []Figure {
	figure := func(name string, unit Unit, doc string, of func(metrics.ProcessStats) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ GroupSnapshot) float64 { return of(s.Process) }}
	}
	type P = metrics.ProcessStats
	return []Figure{
		figure("cpu", Percent, "processor time, 100 is one core", func(p P) float64 { return p.CPU }),
		figure("memory", Bytes, "resident memory", func(p P) float64 { return float64(p.RSS) }),
		figure("goroutines", Count, "goroutines", func(p P) float64 { return float64(p.Goroutines) }),
		figure("gc", Nanoseconds, "longest pause for garbage collection since the sample before", func(p P) float64 { return float64(p.GCPauseMax) }),
		figure("gc.p50", Nanoseconds, "median pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseP50) }),
		figure("gc.max", Nanoseconds, "longest pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseMax) }),
		figure("collections", Count, "garbage collections so far", func(p P) float64 { return float64(p.GCCount) }),
		{perMillion, Nanoseconds, "processor time for a million messages, sent and received, in the last second; not known below 1000 a second",
			func(s *Snapshot, _ GroupSnapshot) float64 { return s.PerMillion() }},
	}
}

// PerMillion is the processor time in nanoseconds that a million messages, sent
// and received, took in the last second, NaN if there were too few to tell.
func (s *Snapshot) PerMillion() float64 {
	rate := s.Totals.ProduceRate + s.Totals.RecvRate
	if rate < perMillionFrom {
		return math.NaN()
	}
	return s.Process.CPU / 100 / rate * 1e6 * 1e9
}
