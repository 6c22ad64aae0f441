package session

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// producerBooks is what the sampler keeps of a producer group between two
// cuts.
type producerBooks struct {
	cut        sync.Mutex   // held by the sampler for a cut, and by a start
	reset      atomic.Bool  // asked for by the user, done at the next cut
	partitions atomic.Int64 // of the topic, as looked up last
	due        counter
	missed     counter
	sent       *metrics.Throughput
	acked      *metrics.Throughput
	bytes      *metrics.Throughput
	batches    *metrics.Throughput
	workers    map[int]*metrics.Throughput
	heats      heats
	since      time.Duration // running time at the last reset
}

// counter is a cumulative figure that the user can set to zero.
type counter struct{ base int64 }

func (c *counter) since(total int64) int64 { return total - c.base }

// rateWindow is the stretch that every rate is an average of.
const rateWindow = time.Second

func newProducerBooks() producerBooks {
	return producerBooks{
		sent:    metrics.NewThroughput(rateWindow),
		acked:   metrics.NewThroughput(rateWindow),
		bytes:   metrics.NewThroughput(rateWindow),
		batches: metrics.NewThroughput(rateWindow),
		workers: map[int]*metrics.Throughput{},
		heats:   newHeats("latency", "service", "lag"),
	}
}

// sample makes a cut of the group.
func (g *producer) sample(at instant) snapshot.Group {
	f := &g.figures
	f.cut.Lock()
	defer f.cut.Unlock()
	due, missed := g.slots()
	g.shards.Collect()
	f.heats.add(at.time, g.distribution)
	s := g.head(at)
	if f.reset.Swap(false) {
		g.shards.Reset()
		f.due.base, f.missed.base, f.since = due, missed, s.Running
	}
	g.shards.Log(at.time)
	s.Running -= f.since
	counts, all := g.shards.Counts(), g.shards.Lifetime()
	f.sent.Add(at.time, all.Sent)
	f.acked.Add(at.time, all.Acked)
	f.bytes.Add(at.time, all.Bytes)
	f.batches.Add(at.time, all.Batches)
	p := s.Producer
	p.Due, p.Missed = f.due.since(due), f.missed.since(missed)
	p.Sent, p.Acked, p.Failed, p.Bytes = counts.Sent, counts.Acked, counts.Failed, counts.Bytes
	p.SentPerSecond, p.Rate, p.BytesPerSecond = f.sent.Rate(), f.acked.Rate(), f.bytes.Rate()
	p.Average = perSecond(counts.Acked, s.Running)
	p.MessagesPerBatch = ratio(f.acked.Rate(), f.batches.Rate())
	if p.MessagesPerBatch == 0 {
		p.MessagesPerBatch = ratio(float64(counts.Acked), float64(counts.Batches))
	}
	p.Latency = latencies(g.shards.Latency)
	p.Service = latencies(g.shards.Service)
	p.Lag = latencies(g.shards.Lag)
	p.Broker = g.truth.known()
	p.Limit = limit(p, g.settings(), at.cluster)
	if at.time.Sub(g.shards.Failures.Last(broker.BacklogFull)) < rateWindow {
		p.Limit = "broker: the backlog is full"
	}
	s.Failures = g.shards.Failures.List()
	return s
}

// restart begins a run: all figures count from here.
func (g *producer) restart() {
	f := &g.figures
	f.cut.Lock()
	defer f.cut.Unlock()
	g.shards.Collect()
	g.shards.Reset()
	f.due.base, f.missed.base, f.since = 0, 0, 0
}

// slots are the schedule's own counts. What had fallen due and was not taken
// when a group stopped is missed.
func (g *producer) slots() (due, missed int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	due, missed = g.schedule.Due(), g.schedule.Missed()
	if g.life.state == snapshot.Stopped {
		missed = due - g.schedule.HandedOut()
	}
	return due, missed
}

// head is the part of a sample that needs the group's lock.
func (g *producer) head(at instant) snapshot.Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := snapshot.Group{
		Name: g.name, Kind: snapshot.Produce, State: g.life.state,
		Topic: g.spec.Topic, Partitions: int(g.figures.partitions.Load()),
		Workers: g.spec.Workers, Since: g.life.since, Running: g.life.running(at.time),
		LastError: g.life.text(),
	}
	p := &snapshot.Producer{
		Shape: g.spec.Rate, Size: g.spec.Size, Pending: g.spec.Pending,
		PerWorker: make([]snapshot.Worker, len(g.workers)),
	}
	if s.State == snapshot.Running {
		p.Target = g.schedule.Rate()
	}
	if now := g.current.now.Load(); now != nil {
		p.Producers, p.Generation = len(now.lanes), now.number
		for _, l := range now.lanes {
			p.InFlight += l.InFlight()
			g.announce(l)
		}
	}
	p.Unknown = g.unknown()
	for i, w := range g.workers {
		p.PerWorker[i] = g.figures.worker(at, w.number, w.sent.Load())
	}
	s.Producer = p
	return s
}

// worker samples one worker's own count.
func (f *producerBooks) worker(at instant, number int, done int64) snapshot.Worker {
	return sampleWorker(f.workers, at, number, done)
}

func sampleWorker(rates map[int]*metrics.Throughput, at instant, number int, done int64) snapshot.Worker {
	rate := rates[number]
	if rate == nil {
		rate = metrics.NewThroughput(rateWindow)
		rates[number] = rate
	}
	rate.Add(at.time, done)
	return snapshot.Worker{Worker: number, Done: done, Rate: rate.Rate()}
}

func latencies(d *metrics.Distribution) snapshot.Latencies {
	return snapshot.Latencies{Recent: d.Recent(), Total: d.Total()}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func perSecond(n int64, d time.Duration) float64 { return ratio(float64(n), d.Seconds()) }
