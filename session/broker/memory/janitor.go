package memory

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How often what grows old is looked for: each second where a rule counts in
// seconds. While nothing is stored that can grow old, nothing runs.
const (
	janitorSlow = 5 * time.Second
	janitorFast = time.Second
)

// janitor expires messages, enforces quotas and drops old ledgers.
type janitor struct {
	broker *Broker
	armed  atomic.Int32 // 0, 1 slow, 2 fast

	mu     sync.Mutex
	timer  *time.Timer
	closed bool
}

// arm makes sure that there is a round.
func (j *janitor) arm(fast bool) {
	want, wait := int32(1), janitorSlow
	if fast {
		want, wait = 2, janitorFast
	}
	if j.armed.Load() >= want {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || j.armed.Load() >= want {
		return
	}
	j.armed.Store(want)
	if j.timer != nil {
		j.timer.Stop()
	}
	j.timer = time.AfterFunc(wait, j.round)
}

func (j *janitor) stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	if j.timer != nil {
		j.timer.Stop()
	}
}

// round looks at all topics.
func (j *janitor) round() {
	j.armed.Store(0)
	now := j.broker.nowMs()
	for _, t := range j.broker.all() {
		t.mu.Lock()
		if ttl := t.policy.ttl; ttl > 0 {
			for _, s := range t.subs {
				s.expire(now - ttl.Milliseconds())
			}
		}
		if t.policy.quotaSize > 0 || t.policy.quotaTime > 0 || t.blocked {
			t.enforce()
		}
		t.trim(false)
		if len(t.log.Ledgers()) > 1 || t.policy.urgent() && t.log.Bytes() > 0 {
			j.arm(t.policy.urgent())
		}
		t.mu.Unlock()
	}
}

// level is how full the memory is: producers are refused above top, and taken
// again below bottom.
type level float64

const (
	top    level = 1
	bottom level = 0.9
	spare  level = 0.8 // what reclaim aims at
	kept   level = 0.2 // from here on nothing is retained that is acknowledged
)

func (b *Broker) full(at level) bool {
	return float64(b.used.Load()) > float64(at)*float64(b.cfg.Memory)
}

// reclaim drops ledgers that all subscriptions have acknowledged, the oldest first,
// whatever the retention says. One call works at a time.
func (b *Broker) reclaim() {
	if !b.reclaiming.TryLock() {
		return
	}
	defer b.reclaiming.Unlock()
	type candidate struct {
		topic *Topic
		last  int64
	}
	for b.full(spare) {
		var all []candidate
		for _, t := range b.all() {
			t.mu.Lock()
			if last, ok := t.oldestAcked(); ok {
				all = append(all, candidate{t, last})
			}
			t.mu.Unlock()
		}
		if len(all) == 0 {
			return
		}
		slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.last, b.last) })
		for i, c := range all {
			if i > len(all)/4 && i > 0 || !b.full(spare) {
				break // the others have younger ones
			}
			c.topic.mu.Lock()
			if _, ok := c.topic.oldestAcked(); ok {
				if len(c.topic.log.Ledgers()) == 1 {
					c.topic.openLedger()
				}
				c.topic.dropFirst()
			}
			c.topic.mu.Unlock()
		}
	}
}

// oldestAcked is when the oldest ledger got its last entry, if all subscriptions
// have acknowledged it.
func (t *Topic) oldestAcked() (last int64, ok bool) {
	ledgers := t.log.Ledgers()
	if len(ledgers) == 0 || ledgers[0].Entries() == 0 {
		return 0, false
	}
	end := t.log.Next()
	if len(ledgers) > 1 {
		end = ledgers[1].First
	}
	for _, s := range t.subs {
		if s.holds() && s.cursor.Mark() < end {
			return 0, false
		}
	}
	return ledgers[0].Last, true
}
