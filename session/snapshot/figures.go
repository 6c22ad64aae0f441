package snapshot

import (
	"math"

	"pulsh/session/metrics"
	"pulsh/session/spec"
)

func producerFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(*Producer) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
			if g.Producer == nil {
				return math.NaN()
			}
			return of(g.Producer)
		}}
	}
	type P = *Producer
	list := []Figure{
		figure("rate", spec.PerSecond, "messages acked a second", func(p P) float64 { return p.Rate }),
		figure("target", spec.PerSecond, "messages a second that are wanted now", func(p P) float64 { return float64(p.Target) }),
		figure("average", spec.PerSecond, "messages acked a second since the start", func(p P) float64 { return p.Average }),
		figure("mbps", spec.BytesPerSecond, "bytes of messages a second", func(p P) float64 { return p.BytesPerSecond }),
		figure("sent", spec.Count, "messages sent", func(p P) float64 { return float64(p.Sent) }),
		figure("acked", spec.Count, "messages acked", func(p P) float64 { return float64(p.Acked) }),
		figure("failed", spec.Count, "messages refused", func(p P) float64 { return float64(p.Failed) }),
		figure("unknown", spec.Count, "messages without an answer when their lane closed", func(p P) float64 { return float64(p.Unknown) }),
		figure("due", spec.Count, "messages that fell due", func(p P) float64 { return float64(p.Due) }),
		figure("missed", spec.Count, "messages given up as too late", func(p P) float64 { return float64(p.Missed) }),
		figure("pending", spec.Count, "messages sent and not yet answered", func(p P) float64 { return float64(p.InFlight) }),
		figure("batch", spec.Count, "messages a batch", func(p P) float64 { return p.MessagesPerBatch }),
		figure("broker.in", spec.PerSecond, "messages a second that the broker counts into the topic", told(func(p P) BrokerStats { return p.Broker }, func(t BrokerStats) float64 { return t.InPerSecond })),
		figure("storage", spec.Bytes, "bytes that the topic stores", told(func(p P) BrokerStats { return p.Broker }, func(t BrokerStats) float64 { return float64(t.Storage) })),
		figure("lanes", spec.Count, "Pulsar producers in use", func(p P) float64 { return float64(p.Producers) }),
		workersFigure(),
	}
	list = append(list, latencyFigures("", "due to acked", func(g Group) *Latencies { return &g.Producer.Latency })...)
	list = append(list, latencyFigures("latency.", "due to acked", func(g Group) *Latencies { return &g.Producer.Latency })...)
	list = append(list, latencyFigures("service.", "sent to acked", func(g Group) *Latencies { return &g.Producer.Service })...)
	return append(list, latencyFigures("lag.", "due to sent", func(g Group) *Latencies { return &g.Producer.Lag })...)
}

func consumerFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(*Consumer) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
			if g.Consumer == nil {
				return math.NaN()
			}
			return of(g.Consumer)
		}}
	}
	type C = *Consumer
	backlog := func(of func(Backlog) int64) func(C) float64 {
		return func(c C) float64 {
			if !c.Backlog.Known {
				return math.NaN()
			}
			return float64(of(c.Backlog))
		}
	}
	list := []Figure{
		figure("rate", spec.PerSecond, "messages received a second", func(c C) float64 { return c.Rate }),
		figure("average", spec.PerSecond, "messages received a second since the start", func(c C) float64 { return c.Average }),
		figure("mbps", spec.BytesPerSecond, "bytes of messages a second", func(c C) float64 { return c.BytesPerSecond }),
		figure("ackrate", spec.PerSecond, "messages acknowledged a second", func(c C) float64 { return c.AckRate }),
		figure("received", spec.Count, "messages received", func(c C) float64 { return float64(c.Received) }),
		figure("acked", spec.Count, "messages acknowledged", func(c C) float64 { return float64(c.Acked) }),
		figure("failed", spec.Count, "acknowledgements that failed", func(c C) float64 { return float64(c.AckFailed) }),
		figure("pending", spec.Count, "messages received and not yet acknowledged", func(c C) float64 { return float64(c.InFlight) }),
		figure("backlog", spec.Count, "messages that wait in the broker, an estimate", backlog(func(b Backlog) int64 { return b.Messages })),
		figure("entries", spec.Count, "entries that wait in the broker, as it counts them", backlog(func(b Backlog) int64 { return b.Entries })),
		figure("unacked", spec.Count, "messages that the broker waits to see acknowledged", backlog(func(b Backlog) int64 { return b.Unacked })),
		figure("broker.in", spec.PerSecond, "messages a second that the broker counts into the topic", told(func(c C) BrokerStats { return c.Broker }, func(t BrokerStats) float64 { return t.InPerSecond })),
		figure("broker.out", spec.PerSecond, "messages a second that the broker delivers to the subscription", told(func(c C) BrokerStats { return c.Broker }, func(t BrokerStats) float64 { return t.OutPerSecond })),
		figure("lost", spec.Count, "messages that were passed over for good", func(c C) float64 { return float64(c.Delivery.Lost) }),
		figure("missing", spec.Count, "messages not received so far, the lost ones too", func(c C) float64 { return float64(c.Delivery.Missing()) }),
		figure("duplicated", spec.Count, "messages that are stored twice", func(c C) float64 { return float64(c.Delivery.Duplicated) }),
		figure("redelivered", spec.Count, "messages that came again", func(c C) float64 { return float64(c.Delivery.Redelivered) }),
		figure("disordered", spec.Count, "messages out of order", func(c C) float64 { return float64(c.Delivery.OutOfOrder) }),
		figure("unstamped", spec.Count, "messages that pulsh did not send", func(c C) float64 { return float64(c.Unstamped) }),
		figure("consumers", spec.Count, "consumers that the broker sees", func(c C) float64 { return float64(c.Consumers) }),
		figure("epoch", spec.Count, "ledger epochs, one more with each seek", func(c C) float64 { return float64(c.Period) }),
		workersFigure(),
	}
	list = append(list, behaviourFigures()...)
	list = append(list, latencyFigures("", "due to received", func(g Group) *Latencies { return &g.Consumer.E2E })...)
	list = append(list, latencyFigures("e2e.", "due to received", func(g Group) *Latencies { return &g.Consumer.E2E })...)
	return append(list, latencyFigures("processing.", "received to acked", func(g Group) *Latencies { return &g.Consumer.Processing })...)
}

// told is a figure that only the admin API knows, NaN while it has not answered.
func told[S any](truth func(S) BrokerStats, of func(BrokerStats) float64) func(S) float64 {
	return func(s S) float64 {
		t := truth(s)
		if t.At.IsZero() {
			return math.NaN()
		}
		return of(t)
	}
}

func workersFigure() Figure {
	return Figure{"workers", spec.Count, "workers", func(_ *Snapshot, g Group) float64 { return float64(g.Workers) }}
}

// latencyFigures are the quantiles of one distribution over the last second,
// NaN while it is empty.
func latencyFigures(prefix, what string, of func(Group) *Latencies) []Figure {
	var list []Figure
	for _, name := range metrics.QuantileNames() {
		list = append(list, Figure{prefix + name, spec.Nanoseconds, name + " of the last second, " + what,
			func(_ *Snapshot, g Group) float64 {
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
	figure := func(name string, unit spec.Unit, doc string, of func(Totals) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ Group) float64 { return of(s.Totals) }}
	}
	return []Figure{
		figure("rate", spec.PerSecond, "messages acked a second", func(t Totals) float64 { return t.ProduceRate }),
		figure("receive", spec.PerSecond, "messages received a second", func(t Totals) float64 { return t.RecvRate }),
		figure("sent", spec.Count, "messages sent", func(t Totals) float64 { return float64(t.Sent) }),
		figure("acked", spec.Count, "messages acked", func(t Totals) float64 { return float64(t.Acked) }),
		figure("failed", spec.Count, "messages refused", func(t Totals) float64 { return float64(t.Failed) }),
		figure("received", spec.Count, "messages received", func(t Totals) float64 { return float64(t.Received) }),
		figure("lost", spec.Count, "messages that were passed over for good", func(t Totals) float64 { return float64(t.Lost) }),
		figure("duplicated", spec.Count, "messages that are stored twice", func(t Totals) float64 { return float64(t.Duplicated) }),
	}
}

// perMillion is the figure that is a duration and yet a cost.
const perMillion = "cpupermillion"

// perMillionFrom is the rate below which what pulsh costs is not the cost of
// messages.
const perMillionFrom = 1000

// ProcessFigures lists the figures of pulsh itself.
func ProcessFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(metrics.ProcessStats) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ Group) float64 { return of(s.Process) }}
	}
	type P = metrics.ProcessStats
	return []Figure{
		figure("cpu", spec.Percent, "processor time, 100 is one core", func(p P) float64 { return p.CPU }),
		figure("memory", spec.Bytes, "resident memory", func(p P) float64 { return float64(p.RSS) }),
		figure("goroutines", spec.Count, "goroutines", func(p P) float64 { return float64(p.Goroutines) }),
		figure("gc", spec.Nanoseconds, "longest pause for garbage collection since the sample before", func(p P) float64 { return float64(p.GCPauseMax) }),
		figure("gc.p50", spec.Nanoseconds, "median pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseP50) }),
		figure("gc.max", spec.Nanoseconds, "longest pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseMax) }),
		figure("collections", spec.Count, "garbage collections so far", func(p P) float64 { return float64(p.GCCount) }),
		{perMillion, spec.Nanoseconds, "processor time for a million messages, sent and received, in the last second; not known below 1000 a second",
			func(s *Snapshot, _ Group) float64 { return s.PerMillion() }},
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
