package consume

import (
	"sync/atomic"
	"time"

	"pulsh/session/delivery"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// sampleState is what the sampler keeps of a consumer group between two
// cuts. Only the sampler touches it, but for the atomics.
type sampleState struct {
	reset      atomic.Bool
	partitions atomic.Int64                 // of the topic, as the admin API told last
	ledger     atomic.Pointer[auditReading] // at the last reset, or nil
	clocks     senderClocks
	received   *metrics.Throughput
	acked      *metrics.Throughput
	bytes      *metrics.Throughput
	workers    map[int]*metrics.Throughput
	heats      group.HeatMaps
	since      time.Duration
}

func newSampleState() sampleState {
	return sampleState{
		received: metrics.NewThroughput(group.RateWindow),
		acked:    metrics.NewThroughput(group.RateWindow),
		bytes:    metrics.NewThroughput(group.RateWindow),
		workers:  map[int]*metrics.Throughput{},
		heats:    group.NewHeats("e2e", "processing"),
	}
}

// Sample makes a cut of the group.
func (g *Group) Sample(at group.Instant) snapshot.Group {
	f := &g.sampled
	g.shards.Collect()
	f.heats.Add(at.Time, g.Distribution)
	s := g.head(at)
	ledger := g.readAudit()
	if f.reset.Swap(false) {
		g.shards.Reset()
		f.ledger.Store(&ledger)
		f.since = s.Running
	}
	g.shards.Log(at.Time)
	s.Running -= f.since
	counts, all := g.shards.Counts(), g.shards.Lifetime()
	f.received.Add(at.Time, all.Received)
	f.acked.Add(at.Time, all.Acked)
	f.bytes.Add(at.Time, all.Bytes)
	c := s.Consumer
	c.Received, c.Acked, c.AckFailed = counts.Received, counts.Acked, counts.AckFailed
	c.Bytes, c.Unstamped = counts.Bytes, counts.Unstamped
	c.Rate, c.AckRate, c.BytesPerSecond = f.received.Rate(), f.acked.Rate(), f.bytes.Rate()
	c.Average = group.PerSecond(counts.Received, s.Running)
	c.InFlight = int(all.InFlight())
	c.Nacked, c.Outcomes = counts.Nacked, counts.Outcomes
	g.sampleBehaviour(c)
	if at.Cluster == snapshot.Reconnecting {
		g.consumersClosed.Store(true)
	}
	c.Delivery = ledger.since(f.ledger.Load()).sum()
	c.Period = int(ledger.present.Period)
	c.E2E = group.Latencies(g.shards.E2E)
	c.Processing = group.Latencies(g.shards.Processing)
	g.sampleBacklog(c, at.Time)
	c.Clock = f.clocks.look(g.audit, ledger.present.Period, at.Time, c.Backlog, all.Received, c.Rate)
	if c.Clock.Differs && !f.clocks.told {
		f.clocks.told = true
		g.host.Say("%s: %s", g.name, c.Clock)
	}
	s.Failures = g.shards.Failures.List()
	return s
}

// head is the part of a sample that needs the group's lock.
func (g *Group) head(at group.Instant) snapshot.Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &snapshot.Consumer{
		Subscription: g.spec.Subscription,
		Type:         string(g.spec.Type),
		PerWorker:    make([]snapshot.Worker, len(g.workers)),
	}
	seats := map[*slot]bool{}
	for i, w := range g.workers {
		seats[w.slot] = true
		one := &c.PerWorker[i]
		*one = group.SampleWorker(g.sampled.workers, at, w.number, w.received.Load())
		one.Acked, one.Nacked, one.Dropped = w.acked.Load(), w.nacked.Load(), w.dropped.Load()
	}
	c.Consumers = len(seats)
	return snapshot.Group{
		Name: g.name, Kind: snapshot.Consume, State: g.life.State,
		Topic: g.spec.Topic, Topics: g.ownTopics(), Partitions: int(g.sampled.partitions.Load()),
		Workers: g.spec.Workers, Since: g.life.Since, Running: g.life.Running(at.Time),
		LastError: g.life.Text(), Consumer: c,
	}
}

// sampleBehaviour fills in what the group does with its messages now.
func (g *Group) sampleBehaviour(c *snapshot.Consumer) {
	c.Kept, c.Churned, c.Target = int(g.pending.Load()), g.churned.Load(), pacing.Max()
	spec := g.Settings()
	c.Ack, c.Shape = spec.Ack, spec.Rate
	if w := g.policy.Load(); w != nil && w.plan != nil {
		c.Target = w.plan.Rate()
	}
	for _, s := range g.attachments() {
		c.Waiting += s.subscriber.Waiting()
	}
}

// auditReading is a reading of the group's ledger.
type auditReading struct{ present, earlier delivery.Totals }

func (g *Group) readAudit() auditReading {
	return auditReading{g.audit.Totals(), g.audit.Previous()}
}

// sum adds up all epochs. What was still open when an epoch ended by a seek is
// not held against the group.
func (l auditReading) sum() delivery.Totals { return l.present.With(l.earlier) }

// since is what has been added after a reset, if there was one.
func (l auditReading) since(base *auditReading) auditReading {
	if base == nil {
		return l
	}
	l.earlier = l.earlier.Since(base.earlier)
	if l.present.Period == base.present.Period {
		l.present = l.present.Since(base.present)
	} else {
		l.earlier = l.earlier.Since(base.present)
	}
	return l
}

// sampleBacklog fills in what waits in the broker.
func (g *Group) sampleBacklog(c *snapshot.Consumer, now time.Time) {
	c.Broker = g.stats.Latest()
	c.Backlog = c.Broker.Backlog()
	d := g.drain.Load()
	if d == nil {
		return
	}
	gone := d.Start - c.Backlog.Messages
	if c.Backlog.Entries == 0 && c.Backlog.At.After(d.From) {
		g.drain.Store(nil)
		return
	}
	drain := *d
	if perSecond := group.Ratio(float64(gone), now.Sub(d.From).Seconds()); perSecond > 0 {
		drain.ETA = time.Duration(float64(c.Backlog.Messages) / perSecond * float64(time.Second))
	}
	c.Drain = &drain
}
