package consume

import (
	"math"
	"time"

	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

// What the estimate rests on.
const (
	// clockPeriod is how long a shortest transit stands: long enough for a
	// quick message among slow ones, short enough to follow a clock that is set.
	clockPeriod = 10 * time.Second
	// clockPath is what a batch and the way to the broker take at most, between
	// places of one continent.
	clockPath = 50 * time.Millisecond
	// clockAnswers is how many answers in a row must say that we keep up: the
	// first after a seek may have been asked before it.
	clockAnswers = 3
)

// senderClocks gathers what Clock is made of, in this period and the one before.
// The sampler alone uses it.
type senderClocks struct {
	turned  time.Time
	streams map[uint64]*[2]int64 // shortest transits in ns, of this period and the one before
	waits   [2]waits
	told    bool
	epoch   uint64

	asked          time.Time // of the last answer about the backlog
	ahead, counted int64     // that backlog, and what had been received by then
	streak         int       // answers in a row that say that we keep up; the one after a seek counts for nothing
}

// waits are sums over answers about the backlog.
type waits struct {
	backlog, rate float64
	answers       int
}

// look takes the transits since the last call and the backlog, with what has
// been received in all and the rate at which it comes. A new epoch begins
// somewhere else in the topic, with messages of any age.
func (k *senderClocks) look(l *delivery.Audit, epoch uint64, now time.Time, b snapshot.Backlog, received int64, rate float64) snapshot.SenderClock {
	if now.Sub(k.turned) >= clockPeriod {
		k.turn(now)
	}
	if epoch != k.epoch {
		k.epoch, k.streak = epoch, -1
		k.forget()
	}
	l.ShortestTransits(func(id uint64, announced bool, transit int64) {
		if announced { // perhaps only now
			delete(k.streams, id)
			return
		}
		m := k.streams[id]
		if m == nil {
			m = &[2]int64{math.MaxInt64, math.MaxInt64}
			k.streams[id] = m
		}
		m[0] = min(m[0], transit)
	})
	if b.Known && b.At != k.asked {
		k.answer(b, received, rate)
	}
	return k.judge()
}

// answer takes an answer about the backlog. When as much has been received
// since the last one as was waiting then, all that comes from now on has been
// stored since then. Before that it may be of any age, and is forgotten.
func (k *senderClocks) answer(b snapshot.Backlog, received int64, rate float64) {
	keepsUp := k.streak >= 0 && received-k.counted >= k.ahead
	k.asked, k.ahead, k.counted = b.At, b.Messages, received
	if k.streak++; !keepsUp {
		k.streak = 0
	}
	if k.streak <= clockAnswers {
		k.forget()
	}
	if k.streak >= clockAnswers {
		k.waits[0].backlog += float64(b.Messages)
		k.waits[0].rate += rate
		k.waits[0].answers++
	}
}

func (k *senderClocks) forget() {
	clear(k.streams)
	k.waits = [2]waits{}
}

// turn begins a period. Streams that were silent for two are forgotten.
func (k *senderClocks) turn(now time.Time) {
	k.turned = now
	k.waits = [2]waits{{}, k.waits[0]}
	if k.streams == nil {
		k.streams = map[uint64]*[2]int64{}
	}
	for id, m := range k.streams {
		if m[1] = m[0]; m[1] == math.MaxInt64 {
			delete(k.streams, id)
		}
		m[0] = math.MaxInt64
	}
}

// longest is the most that the quickest message can have taken.
func (k *senderClocks) longest() (time.Duration, bool) {
	backlog, rate := k.waits[0].backlog+k.waits[1].backlog, k.waits[0].rate+k.waits[1].rate
	answers := k.waits[0].answers + k.waits[1].answers
	if answers == 0 || rate <= 0 {
		return 0, false
	}
	// each answer may have missed a message
	wait := (backlog + float64(answers)) / rate
	return clockPath + time.Duration(min(wait, float64(clockWaitMax/time.Second))*float64(time.Second)), true
}

// clockWaitMax bounds the mean wait: with more, nothing can be told.
const clockWaitMax = 24 * time.Hour

// judge picks the clock that is furthest ahead, or else furthest behind.
func (k *senderClocks) judge() snapshot.SenderClock {
	c := snapshot.SenderClock{Producers: len(k.streams)}
	longest, bounded := k.longest()
	first := true
	ahead, behind := time.Duration(0), time.Duration(0)
	for _, m := range k.streams {
		low := -time.Duration(min(m[0], m[1]))
		if first {
			ahead, behind, first = low, low, false
		}
		ahead, behind = max(ahead, low), min(behind, low)
	}
	c.Low, c.Bounded = ahead, bounded
	switch {
	case first:
		return snapshot.SenderClock{}
	case ahead > 0:
		c.Differs = true
	case bounded && behind+longest < 0:
		c.Low, c.Differs = behind, true
	}
	if bounded {
		c.High = c.Low + longest
	}
	return c
}
