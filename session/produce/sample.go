package produce

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// sampleState is what the sampler keeps of a producer group between two
// cuts.
type sampleState struct {
	cut        sync.Mutex   // held by the sampler for a cut, and by a start
	reset      atomic.Bool  // asked for by the user, done at the next cut
	partitions atomic.Int64 // of the topic, as looked up last
	due        group.Counter
	missed     group.Counter
	sent       *metrics.Throughput
	acked      *metrics.Throughput
	bytes      *metrics.Throughput
	batches    *metrics.Throughput
	workers    map[int]*metrics.Throughput
	heats      group.HeatMaps
	since      time.Duration // running time at the last reset
}

func newSampleState() sampleState {
	return sampleState{
		sent:    metrics.NewThroughput(group.RateWindow),
		acked:   metrics.NewThroughput(group.RateWindow),
		bytes:   metrics.NewThroughput(group.RateWindow),
		batches: metrics.NewThroughput(group.RateWindow),
		workers: map[int]*metrics.Throughput{},
		heats:   group.NewHeats("latency", "service", "lag"),
	}
}

// Sample makes a cut of the group.
func (g *Group) Sample(at group.Instant) snapshot.Group {
	f := &g.sampled
	f.cut.Lock()
	defer f.cut.Unlock()
	due, missed := g.slots()
	g.shards.Collect()
	f.heats.Add(at.Time, g.Distribution)
	s := g.head(at)
	if f.reset.Swap(false) {
		g.shards.Reset()
		f.due.Base, f.missed.Base, f.since = due, missed, s.Running
	}
	g.shards.Log(at.Time)
	s.Running -= f.since
	counts, all := g.shards.Counts(), g.shards.Lifetime()
	f.sent.Add(at.Time, all.Sent)
	f.acked.Add(at.Time, all.Acked)
	f.bytes.Add(at.Time, all.Bytes)
	f.batches.Add(at.Time, all.Batches)
	p := s.Producer
	p.Due, p.Missed = f.due.Since(due), f.missed.Since(missed)
	p.Sent, p.Acked, p.Failed, p.Bytes = counts.Sent, counts.Acked, counts.Failed, counts.Bytes
	p.SentPerSecond, p.Rate, p.BytesPerSecond = f.sent.Rate(), f.acked.Rate(), f.bytes.Rate()
	p.Average = group.PerSecond(counts.Acked, s.Running)
	p.MessagesPerBatch = group.Ratio(f.acked.Rate(), f.batches.Rate())
	if p.MessagesPerBatch == 0 {
		p.MessagesPerBatch = group.Ratio(float64(counts.Acked), float64(counts.Batches))
	}
	p.Latency = group.Latencies(g.shards.Latency)
	p.Service = group.Latencies(g.shards.Service)
	p.Lag = group.Latencies(g.shards.Lag)
	p.Broker = g.stats.Latest()
	p.Limit = limit(p, g.Settings(), at.Cluster)
	if at.Time.Sub(g.shards.Failures.Last(broker.BacklogFull)) < group.RateWindow {
		p.Limit = "broker: the backlog is full"
	}
	s.Failures = g.shards.Failures.List()
	return s
}

// resetFigures begins a run: all figures count from here.
func (g *Group) resetFigures() {
	f := &g.sampled
	f.cut.Lock()
	defer f.cut.Unlock()
	g.shards.Collect()
	g.shards.Reset()
	f.due.Base, f.missed.Base, f.since = 0, 0, 0
}

// slots are the schedule's own counts. What had fallen due and was not taken
// when a group stopped is missed.
func (g *Group) slots() (due, missed int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	due, missed = g.schedule.Due(), g.schedule.Missed()
	if g.life.State == snapshot.Stopped {
		missed = due - g.schedule.HandedOut()
	}
	return due, missed
}

// head is the part of a sample that needs the group's lock.
func (g *Group) head(at group.Instant) snapshot.Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := snapshot.Group{
		Name: g.name, Kind: snapshot.Produce, State: g.life.State,
		Topic: g.spec.Topic, Partitions: int(g.sampled.partitions.Load()),
		Workers: g.spec.Workers, Since: g.life.Since, Running: g.life.Running(at.Time),
		LastError: g.life.Text(),
	}
	p := &snapshot.Producer{
		Shape: g.spec.Rate, Size: g.spec.Size, Pending: g.spec.Pending,
		PerWorker: make([]snapshot.Worker, len(g.workers)),
	}
	if s.State == snapshot.Running {
		p.Target = g.schedule.Rate()
	}
	p.Base = g.schedule.Base()
	if now := g.current.now.Load(); now != nil {
		p.Producers, p.Generation = len(now.producers), now.number
		for _, l := range now.producers {
			p.InFlight += l.InFlight()
			g.reportAnswered(l)
		}
	}
	p.Unknown = g.unknown()
	for i, w := range g.workers {
		p.PerWorker[i] = g.sampled.worker(at, w.number, w.sent.Load())
	}
	s.Producer = p
	return s
}

// worker samples one worker's own count.
func (f *sampleState) worker(at group.Instant, number int, done int64) snapshot.Worker {
	return group.SampleWorker(f.workers, at, number, done)
}
