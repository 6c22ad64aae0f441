// Package senderclock estimates how far the clocks of other senders differ from
// this one.
package senderclock

import (
	"math"
	"time"

	"pulsh/session/delivery"
	"pulsh/session/snapshot"
)

const (
	// clockWindow is how long a shortest transit is used: long enough for a quick
	// message among slow ones, short enough to follow a clock that is set.
	clockWindow = 10 * time.Second
	// clockPath bounds the time that filling a batch and the way to the broker
	// take, within one continent.
	clockPath = 50 * time.Millisecond
	// clockAnswers is the number of statistics in a row that must show that the
	// group keeps up: the first after a seek may have been asked for before it.
	clockAnswers = 3
	// clockWaitMax bounds the mean time that messages waited in the backlog. Above
	// it nothing can be told of clocks.
	clockWaitMax = 24 * time.Hour
)

// Clocks estimates how far the clocks of senders differ from this one. A
// message that arrives before it was sent shows a sender's clock that is ahead.
// A clock that is behind shows only where messages cannot have waited: their
// shortest transit is then no longer than the mean wait in the backlog, which is
// backlog / rate (Little's law), and the path.
//
// It uses a window and the one before. The sampler alone uses it.
type Clocks struct {
	began    time.Time            // the present window
	streams  map[uint64]*[2]int64 // shortest transits in ns, of this window and the one before
	sums     [2]backlogSums       // likewise
	Reported bool                 // the user was told
	period   uint64

	asked    time.Time // when the last backlog was asked for
	backlog  int64     // that backlog
	received int64     // messages received by then
	streak   int       // statistics in a row that show that the group keeps up; -1 after a seek
}

// backlogSums are sums over statistics.
type backlogSums struct {
	backlog, rate float64
	answers       int
}

// Look takes the transits since the last call, the backlog, the number of messages
// received in all and their rate. A new period begins somewhere else in the topic,
// with messages of any age.
func (k *Clocks) Look(audit *delivery.Audit, period uint64, now time.Time, b snapshot.Backlog, received int64, rate float64) snapshot.SenderClock {
	if now.Sub(k.began) >= clockWindow {
		k.beginWindow(now)
	}
	if period != k.period {
		k.period, k.streak = period, -1
		k.forget()
	}
	audit.ShortestTransits(func(id uint64, announced bool, transit int64) {
		if announced { // a producer of this session, which has this clock
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
		k.observe(b, received, rate)
	}
	return k.estimate()
}

// observe takes the backlog of other statistics. When the group has received as
// many messages since the last ones as waited then, all that come from now on were
// stored since then. Before that they may be of any age, and are forgotten.
func (k *Clocks) observe(b snapshot.Backlog, received int64, rate float64) {
	keepsUp := k.streak >= 0 && received-k.received >= k.backlog
	k.asked, k.backlog, k.received = b.At, b.Messages, received
	if k.streak++; !keepsUp {
		k.streak = 0
	}
	if k.streak <= clockAnswers {
		k.forget()
	}
	if k.streak >= clockAnswers {
		k.sums[0].backlog += float64(b.Messages)
		k.sums[0].rate += rate
		k.sums[0].answers++
	}
}

func (k *Clocks) forget() {
	clear(k.streams)
	k.sums = [2]backlogSums{}
}

// beginWindow begins another window. Streams that were silent for two are
// forgotten.
func (k *Clocks) beginWindow(now time.Time) {
	k.began = now
	k.sums = [2]backlogSums{{}, k.sums[0]}
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

// transitMax returns the most that the quickest message can have taken. ok is
// false if nothing is known of the backlog.
func (k *Clocks) transitMax() (d time.Duration, ok bool) {
	backlog, rate := k.sums[0].backlog+k.sums[1].backlog, k.sums[0].rate+k.sums[1].rate
	answers := k.sums[0].answers + k.sums[1].answers
	if answers == 0 || rate <= 0 {
		return 0, false
	}
	wait := (backlog + float64(answers)) / rate // each answer may have missed a message
	return clockPath + time.Duration(min(wait, float64(clockWaitMax/time.Second))*float64(time.Second)), true
}

// estimate returns the clock that is furthest ahead, or if none is, the one that is
// furthest behind.
func (k *Clocks) estimate() snapshot.SenderClock {
	if len(k.streams) == 0 {
		return snapshot.SenderClock{}
	}
	ahead, behind := time.Duration(math.MinInt64), time.Duration(math.MaxInt64)
	for _, m := range k.streams {
		low := -time.Duration(min(m[0], m[1]))
		ahead, behind = max(ahead, low), min(behind, low)
	}
	longest, bounded := k.transitMax()
	c := snapshot.SenderClock{Producers: len(k.streams), Low: ahead, Bounded: bounded}
	switch {
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
