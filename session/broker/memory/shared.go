package memory

import (
	"container/heap"
	"time"

	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// runMax is how many entries a consumer of a shared subscription gets in a run.
const runMax = 20

// pumpShared gives entries to consumers in turn.
func (s *Subscription) pumpShared() {
	for {
		c := s.nextConsumer()
		if c == nil {
			return
		}
		for range runMax {
			if !s.mayDispatch() {
				return
			}
			n, e := s.take()
			if e == nil {
				return
			}
			s.give(s.chunkOwner(e, c), n, e, 0)
			if !c.ready() {
				break
			}
		}
	}
}

// nextConsumer is the next one that takes an entry: of the best priority, in turn.
func (s *Subscription) nextConsumer() *Consumer {
	var best *Consumer
	at := 0
	for i := range s.consumers {
		k := (s.turn + i) % len(s.consumers)
		c := s.consumers[k]
		if (best == nil || c.priority < best.priority) && c.ready() {
			best, at = c, k
		}
	}
	if best != nil {
		s.turn = (at + 1) % len(s.consumers)
	}
	return best
}

// take takes the next entry to be given: one that was given back, or a new one.
func (s *Subscription) take() (int64, *log.Entry) {
	for {
		n, ok := s.replay.Pop()
		if !ok {
			break
		}
		if e := s.topic.log.At(n); e != nil && !s.cursor.Acked(n) {
			return n, e
		}
	}
	for !s.held {
		n, e := s.next()
		if e == nil {
			return 0, nil
		}
		s.read = n + 1
		if !s.postponed(n, e) {
			return n, e
		}
	}
	return 0, nil
}

// postponed puts an entry aside that is not for anybody now.
func (s *Subscription) postponed(n int64, e *log.Entry) bool {
	if withheld(s, n, e) {
		return true
	}
	if e.DeliverAt > s.topic.broker.nowMs() {
		s.delayed.push(s, n, e.DeliverAt)
		return true
	}
	return false
}

// give hands an entry to a consumer, which then owes its acknowledgement.
func (s *Subscription) give(c *Consumer, n int64, e *log.Entry, slot int32) {
	left := s.cursor.Left(n, e.Messages)
	s.pending[n] = pendingAck{c, left, slot}
	c.unacked += int(left)
	s.unacked += int(left)
	if slot != 0 {
		if c.slots == nil {
			c.slots = map[int32]int{}
		}
		c.slots[slot]++
	}
	if s.durable {
		if most := s.topic.policy.unackedConsumer; most > 0 && c.unacked >= most {
			c.blocked = true
		}
		if most := s.topic.policy.unackedTotal; most > 0 && s.unacked >= most {
			s.held = true
		}
	}
	c.send(n, e, s.counts[n], s.cursor.Set(n))
}

// release ends what a consumer owes for an entry; back gives the entry to others.
func (s *Subscription) release(n int64, back bool) {
	p, ok := s.pending[n]
	if !ok {
		return
	}
	delete(s.pending, n)
	s.owes(p.owner, -int(p.left))
	if p.slot != 0 {
		if p.owner.slots[p.slot]--; p.owner.slots[p.slot] <= 0 {
			delete(p.owner.slots, p.slot)
			if s.draining[p.slot] == p.owner {
				delete(s.draining, p.slot)
			}
		}
	}
	if back {
		s.replay.Add(n)
	}
}

// owes changes how many messages a consumer has.
func (s *Subscription) owes(c *Consumer, by int) {
	c.unacked += by
	s.unacked += by
	if c.blocked && c.unacked <= s.topic.policy.unackedConsumer/2 {
		c.blocked = false
	}
	if s.held && s.unacked < s.topic.policy.unackedTotal/2 {
		s.held = false
	}
}

// chunkOwner is who gets a piece of a chunked message: all go to one consumer.
func (s *Subscription) chunkOwner(e *log.Entry, next *Consumer) *Consumer {
	if !e.Chunk {
		return next
	}
	var meta protocol.Metadata
	if !metadataOf(e.Data, &meta) {
		return next
	}
	key := string(meta.UUID)
	owner, ok := s.chunks[key]
	if !ok {
		owner = next
	}
	if meta.Chunk == meta.Chunks-1 {
		delete(s.chunks, key)
		return owner
	}
	if s.chunks == nil {
		s.chunks = map[string]*Consumer{}
	}
	s.chunks[key] = owner
	return owner
}

// metadataOf decodes the metadata of a stored entry.
func metadataOf(data []byte, meta *protocol.Metadata) bool {
	entry, err := protocol.ParseEntry(data)
	return err == nil && meta.Decode(entry.Metadata) == nil
}

// delayed is the entries whose time has not come.
type delayed struct {
	due   log.DueHeap
	timer *time.Timer
}

func (d *delayed) clear() {
	d.due = nil
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// push puts an entry aside until a time in ms.
func (d *delayed) push(s *Subscription, n, at int64) {
	first := len(d.due) == 0 || at < d.due[0].At
	heap.Push(&d.due, log.Due{At: at, Number: n})
	if first {
		d.arm(s)
	}
}

// arm sets the timer to the next entry that falls due.
func (d *delayed) arm(s *Subscription) {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if len(d.due) == 0 {
		return
	}
	wait := time.Duration(d.due[0].At-s.topic.broker.nowMs()) * time.Millisecond
	d.timer = time.AfterFunc(max(wait, time.Millisecond), func() {
		s.topic.mu.Lock()
		defer s.topic.mu.Unlock()
		now := s.topic.broker.nowMs()
		for len(d.due) > 0 && d.due[0].At <= now {
			s.replay.Add(heap.Pop(&d.due).(log.Due).Number)
		}
		if len(d.due) > 0 {
			d.arm(s)
		}
		s.pump()
	})
}
