package produce

import (
	"math/rand/v2"
	"sort"
	"sync"
	"sync/atomic"

	"pulsh/session/spec"
)

// spread divides the messages of a group among its topics.
type spread struct {
	topics int
	next   atomic.Uint64 // the number of the next message, where topics take turns

	mu     sync.Mutex // guards random; held while the topics of one run are drawn
	random *rand.Rand
	shares []float64 // see spec.Spread.Shares; nil where topics take turns
}

// newSpread returns the spread of a group, nil if it has one topic.
func newSpread(settings spec.Producer) *spread {
	n := len(settings.TopicNames())
	if n == 1 {
		return nil
	}
	s := &spread{topics: n}
	if !settings.Spread.Even() {
		s.random, s.shares = rand.New(rand.NewPCG(1, uint64(n))), settings.Spread.Shares(n)
	}
	return s
}

// choose writes the topic of each message of a run.
func (s *spread) choose(topics []int) {
	if s.shares == nil {
		first := s.next.Add(uint64(len(topics))) - uint64(len(topics))
		for i := range topics {
			topics[i] = int((first + uint64(i)) % uint64(s.topics))
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range topics {
		topics[i] = sort.SearchFloat64s(s.shares, s.random.Float64())
	}
}

// sendSpread sends a run of at most runMax messages, those of one topic together. It
// returns how many it has sent, and leaves the due times of the others at the end of
// dues.
func (s *producerSet) sendSpread(worker int, dues []int64) int {
	var topics [runMax]int
	var together, left [runMax]int64
	s.spread.choose(topics[:len(dues)])
	unsent := 0
	for i := range dues {
		topic := topics[i]
		if topic < 0 {
			continue // it went with an earlier one
		}
		n := 0
		for j := i; j < len(dues); j++ {
			if topics[j] == topic {
				together[n], topics[j] = dues[j], -1
				n++
			}
		}
		sent := s.producer(worker, topic).send(together[:n])
		unsent += copy(left[unsent:], together[sent:n])
	}
	copy(dues[len(dues)-unsent:], left[:unsent])
	return len(dues) - unsent
}

// producer returns the producer of a worker on a topic.
func (s *producerSet) producer(worker, topic int) *producerHandle {
	each := len(s.producers) / s.spread.topics
	return s.producers[topic+s.spread.topics*(worker%each)]
}
