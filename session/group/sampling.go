package group

import (
	"context"
	"sync/atomic"
	"time"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// Sampling is the state that the sampler keeps of either kind of group between two
// samples: the distributions over time, the rates of the workers and the last
// reset. Any goroutine may call Reset, AwaitReset, Distribution, Heat, Bars,
// SetPartitions and Partitions; the other methods are for the sampler.
type Sampling struct {
	distributions map[string]*metrics.Distribution // by figure; never changed
	heats         map[string]*metrics.Heat         // likewise
	reset         atomic.Bool
	partitions    atomic.Int64
	workers       map[int]*workerSample // by number
	since         time.Duration         // the running time at the last reset
	messages      int64                 // sent or received until the last sample
	moved         time.Time             // when messages grew last, or the group started
	active        bool                  // at the last sample
}

// NewSampling returns the state of a group that measures these distributions,
// by the names of their figures.
func NewSampling(distributions map[string]*metrics.Distribution) Sampling {
	heats := map[string]*metrics.Heat{}
	for figure := range distributions {
		heats[figure] = metrics.NewHeat()
	}
	return Sampling{distributions: distributions, heats: heats, workers: map[int]*workerSample{}}
}

// Alias gives a figure a second name.
func (s *Sampling) Alias(name, figure string) {
	s.distributions[name], s.heats[name] = s.distributions[figure], s.heats[figure]
}

// Distribution returns the distribution of a figure, nil if there is none.
func (s *Sampling) Distribution(figure string) *metrics.Distribution { return s.distributions[figure] }

// Heat returns the heat map of a figure, nil if there is none.
func (s *Sampling) Heat(figure string) *metrics.Heat { return s.heats[figure] }

// Bars returns the buckets of a figure's distribution, nil if there is none.
func (s *Sampling) Bars(figure string) []metrics.Bar {
	if d := s.distributions[figure]; d != nil {
		return d.Buckets()
	}
	return nil
}

// Reset sets the figures to zero at the next sample.
func (s *Sampling) Reset() { s.reset.Store(true) }

// AwaitReset waits until a reset that was asked for has happened, so that a run that
// begins now is counted from its first message on.
func (s *Sampling) AwaitReset(ctx context.Context) error {
	poll := time.NewTicker(metrics.SampleEvery / 10)
	defer poll.Stop()
	for s.reset.Load() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// SetPartitions stores the number of partitions of the group's topics.
func (s *Sampling) SetPartitions(n int) { s.partitions.Store(int64(n)) }

// Partitions returns the number that was stored last.
func (s *Sampling) Partitions() int { return int(s.partitions.Load()) }

// AddHeats appends the last interval of each distribution to its heat map.
func (s *Sampling) AddHeats(at time.Time) {
	added := map[*metrics.Heat]bool{}
	for figure, heat := range s.heats {
		if !added[heat] { // it may have two names
			added[heat] = true
			heat.Add(at, s.distributions[figure])
		}
	}
}

// TakeReset reports whether a reset was asked for since the last call. If so,
// Since counts from this running time on.
func (s *Sampling) TakeReset(running time.Duration) bool {
	if !s.reset.Swap(false) {
		return false
	}
	s.since = running
	for _, w := range s.workers {
		w.base = w.last
	}
	return true
}

// Since returns the part of the running time after the last reset.
func (s *Sampling) Since(running time.Duration) time.Duration { return running - s.since }

// Idle returns for how long a group has sent or received nothing, by the number of messages
// so far. It counts from the start of the group on.
func (s *Sampling) Idle(at time.Time, state snapshot.State, messages int64) time.Duration {
	if messages != s.messages || state.Active() && !s.active || s.moved.IsZero() {
		s.messages, s.moved = messages, at
	}
	s.active = state.Active()
	return at.Sub(s.moved)
}

// workerSample is what is known of a worker between two samples.
type workerSample struct {
	rate       *metrics.Throughput
	last, base snapshot.Worker // counts at the last sample, and at the last reset
}

// Worker returns the sample of one worker with these counts since its start: the
// counts since the last reset, and the rate.
func (s *Sampling) Worker(at time.Time, counts snapshot.Worker) snapshot.Worker {
	w := s.workers[counts.Worker]
	if w == nil {
		w = &workerSample{rate: metrics.NewThroughput(RateWindow)}
		s.workers[counts.Worker] = w
	}
	if counts.Done < w.base.Done { // another worker has the number now
		w.base = snapshot.Worker{}
	}
	w.last = counts
	w.rate.Add(at, counts.Done)
	counts.Rate = w.rate.Rate()
	counts.Done -= w.base.Done
	counts.Failed -= w.base.Failed
	counts.Acked -= w.base.Acked
	counts.Nacked -= w.base.Nacked
	counts.Dropped -= w.base.Dropped
	return counts
}

// Recorders lends a bounded number of recorders to the producers or the
// consumers of a group, by their indexes. It is not safe for several goroutines.
type Recorders[R any] struct {
	Attach func() *R // makes one more
	made   []*R
}

// recordersMax bounds the recorders of a group: each takes 280 KiB, and beyond
// twice the number of cores another one makes nothing faster.
const recordersMax = 64

// Of returns the recorder for an index. Indexes that are recordersMax apart
// share one.
func (r *Recorders[R]) Of(index int) *R {
	for len(r.made) <= index%recordersMax {
		r.made = append(r.made, r.Attach())
	}
	return r.made[index%recordersMax]
}
