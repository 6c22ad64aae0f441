package consume

import (
	"sync/atomic"
	"time"

	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/senderclock"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sampleState is the state that the sampler keeps between two samples, beside
// group.Sampling. The sampler alone uses it, except the atomics.
type sampleState struct {
	drain  atomic.Pointer[snapshot.Drain] // of the backlog that the last seek left, nil once that is gone
	clocks senderclock.Clocks
	rates  rates
	peak   float64 // the highest rate since the first start or the last reset
}

// rates are averages over group.RateWindow.
type rates struct{ received, acked, bytes *metrics.Throughput }

func newRates() rates {
	return rates{
		received: metrics.NewThroughput(group.RateWindow),
		acked:    metrics.NewThroughput(group.RateWindow),
		bytes:    metrics.NewThroughput(group.RateWindow),
	}
}

func (r *rates) add(at time.Time, all metrics.ReceiveCounts) {
	r.received.Add(at, all.Received)
	r.acked.Add(at, all.Acked)
	r.bytes.Add(at, all.Bytes)
}

// Sample collects the figures of the group.
func (g *Group) Sample(at group.Instant) snapshot.Group {
	g.shards.Collect()
	g.AddHeats(at.Time)
	s, settings := g.Head(at.Time)
	zero := g.TakeReset(s.Running)
	s.Transactions = g.transactions.Sample(at.Time, settings.Transactions, zero)
	if zero {
		g.shards.Reset()
		g.sampled.peak = 0
		g.accounts.reset()
		for _, one := range g.workers.slots() {
			one.keys.reset(one.silence.received.Load())
		}
	}
	g.shards.Log(at.Time)
	if at.Cluster == snapshot.Reconnecting {
		g.accounts.consumersClosed()
	}
	s.Engine, s.Connections = g.Host().EngineOf(settings.Engine), g.Connections(settings.Engine, snapshot.Consume)
	s.Kind, s.Topic, s.Topics, s.Workers = snapshot.Consume, settings.Topic, g.Topics(), settings.Workers
	s.Partitions = g.Partitions()
	s.Running = g.Since(s.Running)
	s.Idle = g.Idle(at.Time, s.State, g.shards.Lifetime().Received)
	s.Failures = g.shards.Failures.List()
	audit := g.accounts.read()
	c := &snapshot.Consumer{
		Reader:       settings.Reader.Is,
		Subscription: settings.SubscriptionText(), Subscriptions: settings.SubscriptionNames(),
		Type:       string(settings.Type),
		Consumers:  max(len(g.workers.slots())-s.Disconnects.Now, 0),
		PerWorker:  g.workers.sample(&g.Sampling, at),
		Delivery:   audit.Sum(),
		Period:     int(audit.Present.Period),
		Others:     g.accounts.others(),
		Resumed:    g.subscription.resumed.Load(),
		E2E:        group.Latencies(g.shards.E2E),
		Processing: group.Latencies(g.shards.Processing),
	}
	s.Consumer = c
	g.sampleCounts(c, at.Time, s.Running)
	g.samplePolicy(c, settings)
	c.Broker = g.stats.Latest()
	c.Backlog = c.Broker.Backlog()
	c.Removed = c.SetAside(&c.Delivery)
	c.Limit = limit(c, s, settings)
	c.Drain = g.sampled.drainOf(c.Backlog, at.Time)
	g.transactions.ShareClock(g.Host().Audits, settings)
	c.Clock = g.sampled.clocks.Look(g.accounts.all()[0].audit(), audit.Present.Period, at.Time, c.Broker.Waiting(), g.shards.Lifetime().Received, c.Rate)
	if c.Clock.Differs && !g.sampled.clocks.Reported {
		g.sampled.clocks.Reported = true
		g.Say("%s", c.Clock)
	}
	return s
}

// sampleCounts fills in the counts and the rates.
func (g *Group) sampleCounts(c *snapshot.Consumer, at time.Time, running time.Duration) {
	counts, all, r := g.shards.Counts(), g.shards.Lifetime(), &g.sampled.rates
	r.add(at, all)
	c.Received, c.Acked, c.AckFailed = counts.Received, counts.Acked, counts.AckFailed
	c.Bytes, c.Unstamped = counts.Bytes, counts.Unstamped
	c.Rate, c.AckRate, c.BytesPerSecond = r.received.Rate(), r.acked.Rate(), r.bytes.Rate()
	g.sampled.peak = max(g.sampled.peak, c.Rate)
	c.Peak = g.sampled.peak
	c.Average = group.PerSecond(counts.Received, running)
	c.InFlight = int(all.InFlight())
	c.Nacked, c.Outcomes = counts.Nacked, counts.Outcomes
}

// samplePolicy fills in how messages are treated now.
func (g *Group) samplePolicy(c *snapshot.Consumer, settings spec.Consumer) {
	c.Kept, c.Churned, c.Target = int(g.pending.Load()), g.churner.replaced.Load(), pacing.Max()
	c.Ack, c.Shape = settings.Ack, settings.Rate
	if p := g.policy.Load(); p != nil && p.schedule != nil {
		c.Target = p.schedule.Rate()
	}
	for _, a := range g.workers.attachments() {
		c.Waiting += a.consumer.Waiting()
	}
}

// drainOf returns how long the backlog that a seek left will take to drain, nil
// once it is gone.
func (f *sampleState) drainOf(b snapshot.Backlog, now time.Time) *snapshot.Drain {
	began := f.drain.Load()
	if began == nil {
		return nil
	}
	if b.Entries == 0 && b.At.After(began.From) {
		f.drain.Store(nil)
		return nil
	}
	drain := *began
	if !b.Known {
		return &drain
	}
	drained := began.Start - b.Messages
	if perSecond := group.Ratio(float64(drained), now.Sub(began.From).Seconds()); perSecond > 0 {
		drain.ETA = time.Duration(float64(b.Messages) / perSecond * float64(time.Second))
	}
	return &drain
}
