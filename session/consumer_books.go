package session

import (
	"sync/atomic"
	"time"

	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// consumerBooks is what the sampler keeps of a consumer group between two
// cuts. Only the sampler touches it, but for the atomics.
type consumerBooks struct {
	reset      atomic.Bool
	partitions atomic.Int64            // of the topic, as the admin API told last
	ledger     atomic.Pointer[ledgers] // at the last reset, or nil
	clocks     clocks
	received   *metrics.Throughput
	acked      *metrics.Throughput
	bytes      *metrics.Throughput
	workers    map[int]*metrics.Throughput
	heats      heats
	since      time.Duration
}

func newConsumerBooks() consumerBooks {
	return consumerBooks{
		received: metrics.NewThroughput(rateWindow),
		acked:    metrics.NewThroughput(rateWindow),
		bytes:    metrics.NewThroughput(rateWindow),
		workers:  map[int]*metrics.Throughput{},
		heats:    newHeats("e2e", "processing"),
	}
}

// sample makes a cut of the group.
func (g *consumer) sample(at instant) snapshot.Group {
	f := &g.figures
	g.shards.Collect()
	f.heats.add(at.time, g.distribution)
	s := g.head(at)
	ledger := g.books()
	if f.reset.Swap(false) {
		g.shards.Reset()
		f.ledger.Store(&ledger)
		f.since = s.Running
	}
	g.shards.Log(at.time)
	s.Running -= f.since
	counts, all := g.shards.Counts(), g.shards.Lifetime()
	f.received.Add(at.time, all.Received)
	f.acked.Add(at.time, all.Acked)
	f.bytes.Add(at.time, all.Bytes)
	c := s.Consumer
	c.Received, c.Acked, c.AckFailed = counts.Received, counts.Acked, counts.AckFailed
	c.Bytes, c.Unstamped = counts.Bytes, counts.Unstamped
	c.Rate, c.AckRate, c.BytesPerSecond = f.received.Rate(), f.acked.Rate(), f.bytes.Rate()
	c.Average = perSecond(counts.Received, s.Running)
	c.InFlight = int(all.InFlight())
	c.Nacked, c.Outcomes = counts.Nacked, counts.Outcomes
	g.doings(c)
	if at.cluster == snapshot.Reconnecting {
		g.parted.Store(true)
	}
	c.Ledger = ledger.since(f.ledger.Load()).sum()
	c.Epoch = int(ledger.present.Epoch)
	c.E2E = latencies(g.shards.E2E)
	c.Processing = latencies(g.shards.Processing)
	g.waiting(c, at.time)
	c.Clock = f.clocks.look(g.ledger, ledger.present.Epoch, at.time, c.Backlog, all.Received, c.Rate)
	if c.Clock.Differs && !f.clocks.told {
		f.clocks.told = true
		g.session.notes.say("%s: %s", g.name, c.Clock)
	}
	s.Failures = g.shards.Failures.List()
	return s
}

// head is the part of a sample that needs the group's lock.
func (g *consumer) head(at instant) snapshot.Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &snapshot.Consumer{
		Subscription: g.spec.Subscription,
		Type:         string(g.spec.Type),
		PerWorker:    make([]snapshot.Worker, len(g.workers)),
	}
	seats := map[*seat]bool{}
	for i, w := range g.workers {
		seats[w.seat] = true
		one := &c.PerWorker[i]
		*one = sampleWorker(g.figures.workers, at, w.number, w.received.Load())
		one.Acked, one.Nacked, one.Dropped = w.acked.Load(), w.nacked.Load(), w.dropped.Load()
	}
	c.Consumers = len(seats)
	return snapshot.Group{
		Name: g.name, Kind: snapshot.Consume, State: g.life.state,
		Topic: g.spec.Topic, Topics: g.ownTopics(), Partitions: int(g.figures.partitions.Load()),
		Workers: g.spec.Workers, Since: g.life.since, Running: g.life.running(at.time),
		LastError: g.life.text(), Consumer: c,
	}
}

// doings fills in what the group does with its messages now.
func (g *consumer) doings(c *snapshot.Consumer) {
	c.Kept, c.Churned, c.Target = int(g.kept.Load()), g.churned.Load(), pacing.Max()
	spec := g.settings()
	c.Ack, c.Shape = spec.Ack, spec.Rate
	if w := g.ways.Load(); w != nil && w.plan != nil {
		c.Target = w.plan.Rate()
	}
	for _, s := range g.sittings() {
		c.Waiting += s.subscriber.Waiting()
	}
}

// ledgers is a reading of the group's ledger.
type ledgers struct{ present, earlier delivery.Totals }

func (g *consumer) books() ledgers {
	return ledgers{g.ledger.Totals(), g.ledger.Earlier()}
}

// sum adds up all epochs. What was still open when an epoch ended by a seek is
// not held against the group.
func (l ledgers) sum() delivery.Totals { return l.present.With(l.earlier) }

// since is what has been added after a reset, if there was one.
func (l ledgers) since(base *ledgers) ledgers {
	if base == nil {
		return l
	}
	l.earlier = l.earlier.Since(base.earlier)
	if l.present.Epoch == base.present.Epoch {
		l.present = l.present.Since(base.present)
	} else {
		l.earlier = l.earlier.Since(base.present)
	}
	return l
}

// waiting fills in what waits in the broker.
func (g *consumer) waiting(c *snapshot.Consumer, now time.Time) {
	c.Broker = g.truth.known()
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
	if perSecond := ratio(float64(gone), now.Sub(d.From).Seconds()); perSecond > 0 {
		drain.ETA = time.Duration(float64(c.Backlog.Messages) / perSecond * float64(time.Second))
	}
	c.Drain = &drain
}
