package produce

import (
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sampleState is the state that the sampler keeps between two samples, beside
// group.Sampling.
type sampleState struct {
	mu     sync.Mutex // held during a sample, and while a start changes the schedule
	due    group.Counter
	missed group.Counter
	// Of the runs before the present one, whose schedule counts from 0.
	dueBefore, missedBefore int64
	rates                   rates
	peak                    float64 // the highest rate since the first start or the last reset
	ratio                   float64 // of compression, the last known; 0 if unknown
	open                    int64   // sent before the last reset and not answered then; they count as sent after it, as their answers do

	topics   []string // of several, made from the two settings below; shared by all samples
	topic    string
	topicsOf spec.Spread
}

// names returns the topics if there are several. Samples share the list: ten thousand names
// ten times a second would be most of what pulsh allocates.
func (f *sampleState) names(settings spec.Producer) []string {
	if settings.TopicCount() == 1 {
		return nil
	}
	if f.topics == nil || f.topic != settings.Topic || f.topicsOf != settings.Spread {
		f.topics, f.topic, f.topicsOf = settings.TopicNames(), settings.Topic, settings.Spread
	}
	return f.topics
}

// rates are averages over group.RateWindow.
type rates struct{ due, sent, acked, bytes, batches, plain, packed *metrics.Throughput }

func newRates() rates {
	return rates{
		due:     metrics.NewThroughput(group.RateWindow),
		sent:    metrics.NewThroughput(group.RateWindow),
		acked:   metrics.NewThroughput(group.RateWindow),
		bytes:   metrics.NewThroughput(group.RateWindow),
		batches: metrics.NewThroughput(group.RateWindow),
		plain:   metrics.NewThroughput(group.RateWindow),
		packed:  metrics.NewThroughput(group.RateWindow),
	}
}

func (r *rates) add(at time.Time, all metrics.SendCounts) {
	r.sent.Add(at, all.Sent)
	r.acked.Add(at, all.Acked)
	r.bytes.Add(at, all.Bytes)
	r.batches.Add(at, all.Batches)
	r.plain.Add(at, all.Plain)
	r.packed.Add(at, all.Packed)
}

// Sample collects the figures of the group.
func (g *Group) Sample(at group.Instant) snapshot.Group {
	f := &g.sampled
	f.mu.Lock()
	defer f.mu.Unlock()
	due, missed := g.dueAndMissed()
	g.shards.Collect()
	g.AddHeats(at.Time)
	s, settings := g.Head(at.Time)
	zero := g.TakeReset(s.Running)
	s.Transactions = g.transactions.Sample(at.Time, settings.Transactions, zero)
	if zero {
		f.beginAnew(g, due, missed)
	}
	g.shards.Log(at.Time)
	s.Engine, s.Connections = g.Host().EngineOf(settings.Engine), g.Connections(settings.Engine, snapshot.Produce)
	s.Kind, s.Topic, s.Partitions, s.Workers = snapshot.Produce, settings.TopicText(), g.Partitions(), settings.Workers
	s.Topics = f.names(settings)
	s.Running = g.Since(s.Running)
	s.Idle = g.Idle(at.Time, s.State, g.shards.Lifetime().Sent)
	s.Failures = g.shards.Failures.List()
	p := &snapshot.Producer{Due: f.due.Since(due), Missed: f.missed.Since(missed)}
	s.Producer = p
	g.sampleProducers(p, s.State, settings)
	p.PerWorker = g.workers.sample(&g.Sampling, at)
	g.sampleCounts(p, at.Time, s.Running)
	f.rates.due.Add(at.Time, due)
	p.DuePerSecond = f.rates.due.Rate()
	p.Latency = group.Latencies(g.shards.Latency)
	p.Service = group.Latencies(g.shards.Service)
	p.Lag = group.Latencies(g.shards.Lag)
	p.Broker = g.stats.Latest()
	p.Limit = limit(p, settings, s.Engine, at.Cluster, trouble(s.Failures, p.Rate, at.Time))
	if (p.Limit == clientLimit || p.Limit == wireLimit) && s.Transactions != nil && settings.Transactions.Messages > 0 {
		p.Limit = transactionLimit(s.Transactions) // they wait for the coordinator, one after another
	}
	if g.terminated.Load() && p.Rate == 0 {
		p.Limit = "broker: " + terminatedSentence(settings.Topic)
	}
	if at.Time.Sub(g.shards.Failures.Last(broker.BacklogFull)) < group.RateWindow {
		p.Limit = "broker: the backlog is full"
	}
	return s
}

// beginAnew sets the figures to zero. What is due and not sent yet will be due and sent,
// and what is in flight will be due, sent and answered.
func (f *sampleState) beginAnew(g *Group, due, missed int64) {
	sent, before := g.shards.Counts().Sent+f.open, g.shards.Lifetime()
	g.shards.Reset()
	all := g.shards.Lifetime()
	sent += all.Sent - before.Sent
	waiting := f.due.Since(due) - f.missed.Since(missed) - sent
	f.open = max(all.Sent-all.Acked-all.Failed-g.unanswered.count(), 0)
	f.due.Base, f.missed.Base, f.peak = due-waiting-f.open, missed, 0
}

// sampleProducers fills in the settings and the producers in use, and tells the
// audits how far these are answered.
func (g *Group) sampleProducers(p *snapshot.Producer, state snapshot.State, settings spec.Producer) {
	p.Shape, p.Size = settings.Rate, settings.Size
	p.Pending = g.opener.pendingMost(settings)
	if state == snapshot.Running {
		p.Target = g.Schedule().Rate()
	}
	p.Base = g.Schedule().Base()
	if set := g.current.set.Load(); set != nil {
		p.Producers, p.Generation = len(set.producers), set.number
		for _, one := range set.producers {
			p.InFlight += one.InFlight()
			g.reportAnswered(one)
		}
	}
	p.Unknown = g.unanswered.count()
}

// sampleCounts fills in the counts and the rates.
func (g *Group) sampleCounts(p *snapshot.Producer, at time.Time, running time.Duration) {
	counts, r := g.shards.Counts(), &g.sampled.rates
	r.add(at, g.shards.Lifetime())
	if plain := r.plain.Rate(); plain > 0 {
		g.sampled.ratio = r.packed.Rate() / plain
	}
	p.Ratio = g.sampled.ratio
	p.Sent, p.Acked, p.Failed, p.Bytes = counts.Sent+g.sampled.open, counts.Acked, counts.Failed, counts.Bytes
	p.Chunked = counts.Chunked
	p.SentPerSecond, p.Rate, p.BytesPerSecond = r.sent.Rate(), r.acked.Rate(), r.bytes.Rate()
	g.sampled.peak = max(g.sampled.peak, p.Rate)
	p.Peak = g.sampled.peak
	p.Average = group.PerSecond(counts.Acked, running)
	p.MessagesPerBatch = group.Ratio(r.acked.Rate(), r.batches.Rate())
	if p.MessagesPerBatch == 0 {
		p.MessagesPerBatch = group.Ratio(float64(counts.Acked), float64(counts.Batches))
	}
}

// beginRun enters Starting with a new schedule. The figures go on, as those of consumer
// groups do: the two are compared.
func (g *Group) beginRun(cluster *group.Cluster) error {
	f := &g.sampled
	f.mu.Lock()
	defer f.mu.Unlock()
	due, missed := g.dueAndMissed()
	moved := g.Moves(cluster)
	if _, err := g.Begin(cluster); err != nil {
		return err
	}
	if moved {
		g.stats.Move()
	}
	f.dueBefore, f.missedBefore = due, missed
	g.schedule.Store(g.newSchedule())
	g.Ending().Begin(g.Settings().Ends)
	return nil
}

// dueAndMissed returns the counts of all schedules so far. Messages that had fallen due
// and were not taken when the group stopped are missed. It needs the sampler's mutex.
func (g *Group) dueAndMissed() (due, missed int64) {
	schedule := g.Schedule()
	due, missed = schedule.Due(), schedule.Missed()
	if most := g.Ending().Most(); most > 0 {
		due = min(due, most+missed) // workers take more slots than the count has messages
	}
	if state := g.State(); state == snapshot.Stopped || state == snapshot.Done {
		missed = max(missed, due-schedule.HandedOut())
	}
	return g.sampled.dueBefore + due, g.sampled.missedBefore + missed
}
