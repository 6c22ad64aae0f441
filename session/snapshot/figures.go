package snapshot

import (
	"math"

	"pulsh/session/connections"
	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// The tables of figures. They are built once and never changed.
var (
	producerFigures = newProducerFigures()
	consumerFigures = newConsumerFigures()
	totalFigures    = newTotalFigures()
	processFigures  = newProcessFigures()
	anyFigures      = concat(producerFigures, consumerFigures)
)

// aliases are former names of figures, which are still read.
var aliases = map[string]string{
	"lanes":          "producers",
	"epoch":          "period",
	"holes":          "gaps",
	"tail":           "notreceived",
	"doubtful":       "unknown",
	"tooold":         "outsidewindow",
	"disordered":     "outoforder",
	"disordered.key": "outoforder.key",
}

// FigureName returns the present name of a figure that is given by its present
// or a former name.
func FigureName(name string) string {
	if present, former := aliases[name]; former {
		return present
	}
	return name
}

// GroupFigures lists the figures of one kind of group. The caller must not
// change the list.
func GroupFigures(kind Kind) []Figure {
	if kind == Consume {
		return consumerFigures
	}
	return producerFigures
}

// TotalFigures lists the figures of all groups together. The caller must not
// change the list.
func TotalFigures() []Figure { return totalFigures }

// ProcessFigures lists the figures of pulsh itself. The caller must not change
// the list.
func ProcessFigures() []Figure { return processFigures }

// concat returns one list without spare capacity, so that an append to it
// copies it.
func concat(lists ...[]Figure) []Figure {
	n := 0
	for _, list := range lists {
		n += len(list)
	}
	all := make([]Figure, 0, n)
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// ofProducer returns a figure of producer groups, NaN for other groups.
func ofProducer(name string, unit spec.Unit, doc string, of func(*Producer) float64) Figure {
	return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
		if g.Producer == nil {
			return math.NaN()
		}
		return of(g.Producer)
	}}
}

// ofConsumer returns a figure of consumer groups, NaN for other groups.
func ofConsumer(name string, unit spec.Unit, doc string, of func(*Consumer) float64) Figure {
	return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
		if g.Consumer == nil {
			return math.NaN()
		}
		return of(g.Consumer)
	}}
}

func newProducerFigures() []Figure {
	type P = *Producer
	return concat([]Figure{
		ofProducer("rate", spec.PerSecond, "messages acked per second", func(p P) float64 { return p.Rate }),
		ofProducer("peak", spec.PerSecond, "highest rate of a second since the first start, messages acked", func(p P) float64 { return p.Peak }),
		ofProducer("target", spec.PerSecond, "target rate, messages per second", func(p P) float64 { return float64(p.Target) }),
		ofProducer("average", spec.PerSecond, "messages acked per second since the first start", func(p P) float64 { return p.Average }),
		ofProducer("mbps", spec.BytesPerSecond, "bytes of messages per second", func(p P) float64 { return p.BytesPerSecond }),
		ofProducer("sent", spec.Count, "messages sent", func(p P) float64 { return float64(p.Sent) }),
		ofProducer("acked", spec.Count, "messages acked", func(p P) float64 { return float64(p.Acked) }),
		ofProducer("failed", spec.Count, "failed sends", func(p P) float64 { return float64(p.Failed) }),
		ofProducer("unknown", spec.Count, "sends without an answer when their producer closed", func(p P) float64 { return float64(p.Unknown) }),
		ofProducer("due", spec.Count, "messages that fell due", func(p P) float64 { return float64(p.Due) }),
		ofProducer("missed", spec.Count, "messages skipped because they were too late", func(p P) float64 { return float64(p.Missed) }),
		ofProducer("pending", spec.Count, "messages sent and not yet acked", func(p P) float64 { return float64(p.InFlight) }),
		ofProducer("batch", spec.Count, "messages per batch", func(p P) float64 { return p.MessagesPerBatch }),
		ofProducer("ratio", spec.Percent, "size of the compressed messages as a share of their size; with the Go client that of a sample batch", func(p P) float64 {
			if p.Ratio == 0 {
				return math.NaN()
			}
			return 100 * p.Ratio
		}),
		ofProducer("chunked", spec.Count, "messages acked that were sent in chunks", func(p P) float64 { return float64(p.Chunked) }),
		ofProducer("broker.in", spec.PerSecond, "messages per second published to the topic, by the broker's count",
			fromBroker(func(p P) BrokerStats { return p.Broker }, func(t BrokerStats) float64 { return t.InPerSecond })),
		ofProducer("storage", spec.Bytes, "bytes stored in the topic",
			fromBroker(func(p P) BrokerStats { return p.Broker }, func(t BrokerStats) float64 { return float64(t.Storage) })),
		ofProducer("producers", spec.Count, "Pulsar producers in use", func(p P) float64 { return float64(p.Producers) }),
		workersFigure(),
		idleFigure(),
		connectionsFigure(),
		remainingFigure(),
	},
		disconnectFigures(),
		latencyFigures("", "due to acked", func(g Group) *Latencies { return &g.Producer.Latency }),
		latencyFigures("latency.", "due to acked", func(g Group) *Latencies { return &g.Producer.Latency }),
		latencyFigures("service.", "sent to acked", func(g Group) *Latencies { return &g.Producer.Service }),
		latencyFigures("lag.", "due to sent", func(g Group) *Latencies { return &g.Producer.Lag }),
		transactionFigures())
}

func newConsumerFigures() []Figure {
	type C = *Consumer
	backlog := func(of func(Backlog) int64) func(C) float64 {
		return func(c C) float64 {
			if !c.Backlog.Known {
				return math.NaN()
			}
			return float64(of(c.Backlog))
		}
	}
	return concat([]Figure{
		ofConsumer("rate", spec.PerSecond, "messages received per second", func(c C) float64 { return c.Rate }),
		ofConsumer("peak", spec.PerSecond, "highest rate of a second since the first start, messages received", func(c C) float64 { return c.Peak }),
		ofConsumer("average", spec.PerSecond, "messages received per second since the first start", func(c C) float64 { return c.Average }),
		ofConsumer("mbps", spec.BytesPerSecond, "bytes of messages per second", func(c C) float64 { return c.BytesPerSecond }),
		ofConsumer("ackrate", spec.PerSecond, "messages acknowledged per second", func(c C) float64 { return c.AckRate }),
		ofConsumer("received", spec.Count, "messages received", func(c C) float64 { return float64(c.Received) }),
		ofConsumer("acked", spec.Count, "messages acknowledged", func(c C) float64 { return float64(c.Acked) }),
		ofConsumer("failed", spec.Count, "failed acknowledgements", func(c C) float64 { return float64(c.AckFailed) }),
		ofConsumer("pending", spec.Count, "messages received and not yet acknowledged", func(c C) float64 { return float64(c.InFlight) }),
		ofConsumer("backlog", spec.Count, "messages in the backlog, an estimate", backlog(func(b Backlog) int64 { return b.Messages })),
		ofConsumer("entries", spec.Count, "entries in the backlog, by the broker's count", backlog(func(b Backlog) int64 { return b.Entries })),
		ofConsumer("unacked", spec.Count, "messages delivered and not yet acknowledged, by the broker's count", backlog(func(b Backlog) int64 { return b.Unacked })),
		ofConsumer("broker.in", spec.PerSecond, "messages per second published to the topic, by the broker's count",
			fromBroker(func(c C) BrokerStats { return c.Broker }, func(t BrokerStats) float64 { return t.InPerSecond })),
		ofConsumer("broker.out", spec.PerSecond, "messages per second delivered to the subscription, by the broker's count",
			fromBroker(func(c C) BrokerStats { return c.Broker }, func(t BrokerStats) float64 { return t.OutPerSecond })),
		ofConsumer("lost", spec.Count, "messages that never arrived", judged(func(c C) uint64 { return c.Delivery.Lost })),
		ofConsumer("missing", spec.Count, "messages not received so far, including the lost ones", judged(func(c C) uint64 { return c.Delivery.Missing() })),
		ofConsumer("duplicated", spec.Count, "messages stored twice", func(c C) float64 { return float64(c.Delivery.Duplicated) }),
		ofConsumer("redelivered", spec.Count, "redelivered messages", func(c C) float64 { return float64(c.Delivery.Redelivered) }),
		ofConsumer("outoforder", spec.Count, "messages out of order", func(c C) float64 { return float64(c.Delivery.OutOfOrder) }),
		ofConsumer("unstamped", spec.Count, "messages that pulsh did not send", func(c C) float64 { return float64(c.Unstamped) }),
		ofConsumer("consumers", spec.Count, "consumers connected to the broker", func(c C) float64 { return float64(c.Consumers) }),
		ofConsumer("period", spec.Count, "number of the delivery period; a seek begins a new one", func(c C) float64 { return float64(c.Period) }),
		workersFigure(),
		idleFigure(),
		connectionsFigure(),
		remainingFigure(),
	},
		behaviourFigures(),
		disconnectFigures(),
		latencyFigures("", "due to received", func(g Group) *Latencies { return &g.Consumer.E2E }),
		latencyFigures("e2e.", "due to received", func(g Group) *Latencies { return &g.Consumer.E2E }),
		latencyFigures("processing.", "received to acked", func(g Group) *Latencies { return &g.Consumer.Processing }),
		transactionFigures(), abortedFigures())
}

// judged returns a figure of the delivery audit that says nothing while the
// subscription has other consumers: NaN then.
func judged(of func(*Consumer) uint64) func(*Consumer) float64 {
	return func(c *Consumer) float64 {
		if !c.Judged() {
			return math.NaN()
		}
		return float64(of(c))
	}
}

// fromBroker returns a figure that only the admin API knows: NaN until it has
// answered.
func fromBroker[S any](stats func(S) BrokerStats, of func(BrokerStats) float64) func(S) float64 {
	return func(s S) float64 {
		t := stats(s)
		if t.At.IsZero() {
			return math.NaN()
		}
		return of(t)
	}
}

func workersFigure() Figure {
	return Figure{"workers", spec.Count, "workers", func(_ *Snapshot, g Group) float64 { return float64(g.Workers) }}
}

func idleFigure() Figure {
	return Figure{"idle", spec.Nanoseconds, "time without a message sent or received, since the start at most", func(_ *Snapshot, g Group) float64 { return float64(g.Idle) }}
}

// disconnectFigures returns the figures about connections that broke.
func disconnectFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(connections.Figures) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 { return of(g.Disconnects) }}
	}
	return []Figure{
		figure("disconnects", spec.Count, "times that producers or consumers lost their connection; those of one time count once", func(c connections.Figures) float64 { return float64(c.Breaks) }),
		figure("disconnected", spec.Nanoseconds, "time in which a producer or consumer of the group had no connection, since the first start", func(c connections.Figures) float64 { return float64(c.Without) }),
		figure("disconnected.max", spec.Nanoseconds, "longest of these times", func(c connections.Figures) float64 { return float64(c.Longest) }),
		figure("disconnected.now", spec.Count, "producers or consumers without a connection now", func(c connections.Figures) float64 { return float64(c.Now) }),
	}
}

// connectionsFigure is NaN for a group without connections that are known.
func connectionsFigure() Figure {
	return Figure{"connections", spec.Count, "connections to the brokers, all together", func(_ *Snapshot, g Group) float64 {
		if g.Connections == 0 {
			return math.NaN()
		}
		return float64(g.Connections)
	}}
}

// latencyFigures returns the quantiles of one distribution over the last
// second: NaN while it is empty.
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

func newTotalFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(Totals) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ Group) float64 { return of(s.Totals) }}
	}
	return concat([]Figure{
		figure("rate", spec.PerSecond, "messages acked per second", func(t Totals) float64 { return t.ProduceRate }),
		figure("receive", spec.PerSecond, "messages received per second", func(t Totals) float64 { return t.RecvRate }),
		figure("sent", spec.Count, "messages sent", func(t Totals) float64 { return float64(t.Sent) }),
		figure("acked", spec.Count, "messages acked", func(t Totals) float64 { return float64(t.Acked) }),
		figure("failed", spec.Count, "failed sends", func(t Totals) float64 { return float64(t.Failed) }),
		figure("received", spec.Count, "messages received", func(t Totals) float64 { return float64(t.Received) }),
		figure("lost", spec.Count, "messages that never arrived", func(t Totals) float64 { return float64(t.Lost) }),
		figure("duplicated", spec.Count, "messages stored twice", func(t Totals) float64 { return float64(t.Duplicated) }),
	})
}

// perMillion is a figure in units of time that is a cost, not a duration.
const perMillion = "cpupermillion"

// perMillionFrom is the rate, in messages per second, below which the processor
// time of pulsh says nothing about the cost of messages.
const perMillionFrom = 1000

func newProcessFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(metrics.ProcessStats) float64) Figure {
		return Figure{name, unit, doc, func(s *Snapshot, _ Group) float64 { return of(s.Process) }}
	}
	type P = metrics.ProcessStats
	return concat([]Figure{
		figure("cpu", spec.Percent, "processor time, 100 is one core; with that of the embedded broker", func(p P) float64 { return p.CPU }),
		figure("broker", spec.Percent, "processor time of the embedded broker, which is part of cpu", func(p P) float64 {
			if !p.Broker.Known {
				return math.NaN()
			}
			return p.BrokerCPU()
		}),
		figure("memory", spec.Bytes, "resident memory", func(p P) float64 { return float64(p.RSS) }),
		figure("goroutines", spec.Count, "goroutines", func(p P) float64 { return float64(p.Goroutines) }),
		figure("gc", spec.Nanoseconds, "longest pause for garbage collection since the previous sample", func(p P) float64 { return float64(p.GCPauseMax) }),
		figure("gc.p50", spec.Nanoseconds, "median pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseP50) }),
		figure("gc.max", spec.Nanoseconds, "longest pause of the last 256 collections", func(p P) float64 { return float64(p.RecentPauseMax) }),
		figure("collections", spec.Count, "garbage collections so far", func(p P) float64 { return float64(p.GCCount) }),
		{perMillion, spec.Nanoseconds, "processor time per million messages sent and received, over the last second, without the embedded broker; needs 1000 messages per second",
			func(s *Snapshot, _ Group) float64 { return s.PerMillion() }},
	})
}

// PerMillion returns the processor time in ns per million messages, sent and received, over
// the last second, without that of the embedded broker. It is NaN below perMillionFrom
// messages per second.
func (s *Snapshot) PerMillion() float64 {
	rate := s.Totals.ProduceRate + s.Totals.RecvRate
	if rate < perMillionFrom {
		return math.NaN()
	}
	own, _ := s.Process.Own()
	return own / 100 / rate * 1e6 * 1e9
}
