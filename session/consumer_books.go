package session

import (
	"sync/atomic"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// consumerBooks is what the sampler keeps of a consumer group between two
// cuts. Only the sampler touches it, but for the atomics.
type consumerBooks struct {
	reset    atomic.Bool
	ledger   payload.Totals // at the last reset
	received *metrics.Throughput
	acked    *metrics.Throughput
	bytes    *metrics.Throughput
	workers  map[int]*metrics.Throughput
	since    time.Duration
}

func newConsumerBooks() consumerBooks {
	return consumerBooks{
		received: metrics.NewThroughput(rateWindow),
		acked:    metrics.NewThroughput(rateWindow),
		bytes:    metrics.NewThroughput(rateWindow),
		workers:  map[int]*metrics.Throughput{},
	}
}

// sample makes a cut of the group.
func (g *consumer) sample(at instant) GroupSnapshot {
	f := &g.figures
	g.shards.Collect()
	s := g.head(at)
	ledger := g.books()
	if f.reset.Swap(false) {
		g.shards.Reset()
		f.ledger, f.since = ledger, s.Running
	}
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
	c.InFlight = int(max(all.Received-all.Acked-all.Nacked-all.AckFailed, 0))
	c.Ledger = since(ledger, f.ledger)
	c.Epoch = int(ledger.Epoch)
	c.E2E = latencies(g.shards.E2E)
	c.Processing = latencies(g.shards.Processing)
	g.waiting(c, at.time)
	s.Failures = g.shards.Failures.List()
	return s
}

// head is the part of a sample that needs the group's lock.
func (g *consumer) head(at instant) GroupSnapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &ConsumerSnapshot{
		Subscription: g.spec.Subscription,
		Type:         string(g.spec.Type),
		PerWorker:    make([]WorkerSnapshot, len(g.workers)),
	}
	seats := map[*seat]bool{}
	for i, w := range g.workers {
		seats[w.seat] = true
		c.PerWorker[i] = sampleWorker(g.figures.workers, at, w.number, w.received.Load())
	}
	c.Consumers = len(seats)
	return GroupSnapshot{
		Name: g.name, Kind: Consume, State: g.life.state, Topic: g.spec.Topic,
		Workers: g.spec.Workers, Since: g.life.since, Running: g.life.running(at.time),
		LastError: g.life.text(), Consumer: c,
	}
}

// books adds up the ledger over its epochs. What was still open when an
// epoch ended by a seek is not held against it.
func (g *consumer) books() payload.Totals {
	t, earlier := g.ledger.Totals(), g.ledger.Earlier()
	t.Received += earlier.Received
	t.Lost += earlier.Lost
	t.Duplicated += earlier.Duplicated
	t.Redelivered += earlier.Redelivered
	t.OutOfOrder += earlier.OutOfOrder
	t.TooOld += earlier.TooOld
	return t
}

// since is what has been added to the books after a reset; holes and tail are
// what is open now.
func since(t, base payload.Totals) payload.Totals {
	t.Received -= base.Received
	t.Lost -= base.Lost
	t.Duplicated -= base.Duplicated
	t.Redelivered -= base.Redelivered
	t.OutOfOrder -= base.OutOfOrder
	t.TooOld -= base.TooOld
	return t
}

// waiting fills in what waits in the broker.
func (g *consumer) waiting(c *ConsumerSnapshot, now time.Time) {
	c.Truth = g.truth.known()
	c.Backlog = c.Truth.backlog()
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
