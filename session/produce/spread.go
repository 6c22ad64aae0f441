package produce

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/pacing"
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
	n := settings.TopicCount()
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

// timersMost is how many times a second the producers of the Go client may wake: each has a
// timer of the batching delay, whether there is a batch or not. Measured, two cores fall
// behind from half a million on.
const timersMost = 400_000

// checkTimers refuses more topics than the Go client keeps up with.
func (o *opener) checkTimers(settings spec.Producer) error {
	n := settings.ProducerCount()
	wakes := float64(n) / settings.Delay.Seconds()
	if settings.TopicCount() == 1 || settings.Batch == 1 || wakes <= timersMost || o.group.Host().EngineOf(settings.Engine) != broker.ClientEngine {
		return nil
	}
	return &broker.Error{
		Message: fmt.Sprintf("%d producers of the Go client with delay=%s wake %.0f times a second, and the limit is %d", n, pacing.FormatDuration(settings.Delay), wakes, timersMost),
		Try:     "set " + o.group.Name() + " engine=wire",
	}
}

// setShares notes the shares of topics that are not even.
func (o *opener) setShares(settings spec.Producer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.shares = nil
	if settings.Spread.Zipf > 0 && settings.TopicCount() > 1 {
		o.shares = settings.Spread.Shares(settings.TopicCount())
	}
}

// unevenLeast is the least number of pending messages of a topic where chance divides the
// messages: a worker waits for a place while several of one run go to the same topic.
const unevenLeast = 16

// pendingOf returns the part of the pending messages that a producer may have. What
// memory_limit bounds has no least share.
func pendingOf(settings spec.Producer, shares []float64, index, most int) int {
	least := 1
	if settings.TopicCount() > 1 && !settings.Spread.Even() && most == settings.Pending {
		least = min(unevenLeast, most)
	}
	return max(int(float64(most)*portion(settings, shares, index)), least)
}

// portion returns the part of the group's messages that a producer sends: an equal one, or
// with uneven topics that of its topic, since the first topics get most messages.
func portion(settings spec.Producer, shares []float64, index int) float64 {
	n := float64(settings.ProducerCount())
	if len(shares) == 0 {
		return 1 / n
	}
	topic := index % len(shares)
	share := shares[topic]
	if topic > 0 {
		share -= shares[topic-1]
	}
	return share * float64(len(shares)) / n
}
