package metrics

import (
	"sync"
	"time"
)

// Shards are the recorders of one group and the counts and distributions that
// were read from them. R is the recorder, C the group's counters. Recorders
// never wait for a reader. A recorder stays in the set for good, so an answer
// that arrives after its producer was closed is still counted.
type Shards[R, C any] struct {
	Failures *Failures

	make     func() *R
	count    func([]*R) C
	minus    func(C, C) C
	measured []measured[R]

	mu             sync.Mutex
	all            []*R
	histograms     []*Histogram
	lifetime, base C
}

// measured is a distribution and the histogram of each recorder that feeds it.
type measured[R any] struct {
	distribution *Distribution
	histogram    func(*R) *Histogram
}

// Attach adds a recorder to the set. Any number of goroutines may use one
// recorder: past 64 producers or consumers a group should let several share it.
func (s *Shards[R, C]) Attach() *R {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.make()
	s.all = append(s.all, r)
	return r
}

// Collect reads all recorders into the counts and distributions. Call it once
// every SampleEvery.
func (s *Shards[R, C]) Collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collect()
}

// collect is Collect; the caller holds mu.
func (s *Shards[R, C]) collect() {
	s.lifetime = s.count(s.all)
	for _, m := range s.measured {
		s.histograms = s.histograms[:0]
		for _, r := range s.all {
			s.histograms = append(s.histograms, m.histogram(r))
		}
		m.distribution.Collect(s.histograms...)
	}
}

// Log adds what was collected to the intervals of the distributions. Call it
// after each Collect with the time of the Collect.
func (s *Shards[R, C]) Log(at time.Time) {
	for _, m := range s.measured {
		m.distribution.Log(at)
	}
}

// Counts returns the counters since the last Reset, as of the last Collect.
func (s *Shards[R, C]) Counts() C {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.minus(s.lifetime, s.base)
}

// Lifetime returns the counters since the beginning, as of the last Collect.
// Reset does not change them, so rates are computed from them.
func (s *Shards[R, C]) Lifetime() C {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime
}

// Reset collects what was recorded until now and then sets counts,
// distributions and failures to zero.
func (s *Shards[R, C]) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collect()
	s.base = s.lifetime
	for _, m := range s.measured {
		m.distribution.Reset()
	}
	s.Failures.Reset()
}
