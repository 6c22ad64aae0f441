package memory

import (
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// Ack acknowledges messages. What a subscription does not know is passed over, as
// Pulsar does.
func (c *Consumer) Ack(m *protocol.Ack) error {
	s := c.sub
	t := s.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.Transactional {
		return c.ackIn(m)
	}
	if !t.stored || c.closed {
		return nil
	}
	c.lastAcked = t.broker.nowMs()
	before := s.cursor.Mark()
	if m.Ack == protocol.Cumulative {
		if len(m.IDs) == 1 && !s.individual() {
			c.ackTo(&m.IDs[0])
		}
	} else {
		held := len(s.draining) > 0
		room := false
		for i := range m.IDs {
			room = c.ackOne(&m.IDs[i]) || room
		}
		if room || held {
			s.pump()
		}
	}
	if t.terminated && s.cursor.Mark() != before {
		s.reachedEnd()
	}
	return nil
}

// ackOne acknowledges an entry or some messages of it, and reports whether
// somebody who was blocked is so no more.
func (c *Consumer) ackOne(id *protocol.MessageID) (unblocked bool) {
	s := c.sub
	n, ok := s.topic.log.Number(log.Position{Ledger: id.Ledger, Entry: int64(id.Entry)})
	if !ok || s.cursor.Acked(n) {
		return false
	}
	blocked := s.held || c.blocked
	e := s.topic.log.At(n)
	c.acked += int64(s.cursor.Left(n, e.Messages))
	if set := protocol.AckSet(id.AckSet); set.Left() > 0 {
		if !s.topic.broker.cfg.BatchIndexAck {
			c.acked -= int64(s.cursor.Left(n, e.Messages))
			return false
		}
		acked, all := s.cursor.AckSome(n, int(e.Messages), set)
		if p, ok := s.pending[n]; ok && !all {
			blocked = blocked || p.owner.blocked
			p.left -= int32(acked)
			s.pending[n] = p
			s.owes(p.owner, -acked)
		}
		if !all {
			return blocked
		}
	}
	if p, ok := s.pending[n]; ok {
		blocked = blocked || p.owner.blocked
		s.release(n, false)
	}
	s.cursor.Ack(n)
	s.replay.Remove(n)
	delete(s.counts, n)
	return blocked
}

// ackTo acknowledges all entries up to one.
func (c *Consumer) ackTo(id *protocol.MessageID) {
	s := c.sub
	n, ok := s.topic.log.Number(log.Position{Ledger: id.Ledger, Entry: int64(id.Entry)})
	if !ok {
		return
	}
	before := s.backlog()
	if set := protocol.AckSet(id.AckSet); set.Left() > 0 {
		s.cursor.AckTo(n)
		if s.topic.broker.cfg.BatchIndexAck {
			s.cursor.AckSome(n, int(s.topic.log.At(n).Messages), set)
		}
	} else {
		s.cursor.AckTo(n + 1)
	}
	c.acked += before - s.backlog()
}

// Redeliver gives messages back, all of the consumer's if none is named.
func (c *Consumer) Redeliver(m *protocol.Redeliver) {
	s := c.sub
	t := s.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.closed || !t.stored {
		return
	}
	if m.Epoch != protocol.NoEpoch {
		c.epoch = m.Epoch
	}
	if !s.individual() {
		if c == s.active {
			s.read = s.cursor.Mark()
		}
		s.pump()
		return
	}
	if len(m.IDs) == 0 {
		for n, p := range s.pending {
			if p.owner == c {
				s.giveBack(n)
			}
		}
	}
	for i := range m.IDs {
		n, ok := t.log.Number(log.Position{Ledger: m.IDs[i].Ledger, Entry: int64(m.IDs[i].Entry)})
		if p, mine := s.pending[n]; ok && mine && p.owner == c {
			s.giveBack(n)
		}
	}
	s.pump()
}

// giveBack puts an entry on the replay list and counts that.
func (s *Subscription) giveBack(n int64) {
	s.release(n, true)
	countReturn(s, n)
}

// countReturn counts that an entry was given back.
func countReturn(s *Subscription, n int64) {
	if s.counts == nil {
		s.counts = map[int64]uint32{}
	}
	s.counts[n]++
}

// Seek moves the consumer's subscription, whose consumers are all closed.
func (c *Consumer) Seek(m *protocol.Seek) error {
	s := c.sub
	t := s.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stored {
		return refuse(protocol.NotAllowedError, "Seek is not possible on a non-persistent topic")
	}
	n := int64(0)
	if m.ID != nil {
		n = t.numberOf(m.ID)
	} else {
		n = t.log.PublishedFrom(int64(m.PublishTime))
	}
	s.seek(n)
	if m.ID != nil && len(m.ID.AckSet) > 0 && t.broker.cfg.BatchIndexAck {
		if e := t.log.At(n); e != nil && e.Batch {
			s.cursor.AckSome(n, int(e.Messages), m.ID.AckSet)
		}
	}
	return nil
}

// seek moves the cursor to entry n. The consumers are closed, so that they drop
// what they have, and come back. A subscription that is not durable stays for them.
func (s *Subscription) seek(n int64) {
	s.closeConsumers()
	s.moveTo(n)
}

// SeekTo moves a subscription to a place.
func (s *Subscription) SeekTo(p log.Position) {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	s.seek(s.topic.log.From(p))
}

// SeekTime moves a subscription to a time in ms.
func (s *Subscription) SeekTime(ms int64) {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	s.seek(s.topic.log.PublishedFrom(ms))
}

// Skip acknowledges the oldest n entries of the backlog.
func (s *Subscription) Skip(entries int64) {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	n := s.cursor.Mark()
	for ; entries > 0 && n < s.topic.log.Next(); entries-- {
		n = s.cursor.NextUnacked(n) + 1
	}
	s.skipTo(min(n, s.topic.log.Next()))
	s.pump()
}

// SkipAll acknowledges everything.
func (s *Subscription) SkipAll() {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	s.skipTo(s.topic.log.Next())
}

// Expire acknowledges what was published before a time in ms, and returns how many
// entries that were.
func (s *Subscription) Expire(before int64) int64 {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	return s.expire(before)
}

func (s *Subscription) expire(before int64) int64 {
	n := s.cursor.Mark()
	for e := s.topic.log.At(n); e != nil && e.Published < before; e = s.topic.log.At(n) {
		n++
	}
	skipped := s.skipTo(n)
	s.expired += skipped
	if skipped > 0 {
		s.pump()
	}
	return skipped
}

// Last is the last message of the topic, and where the subscription's cursor stands.
func (c *Consumer) Last() (last, mark protocol.MessageID, err error) {
	t := c.sub.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stored {
		return last, mark, refuse(protocol.NotAllowedError, "GetLastMessageId is not supported on non-persistent topics")
	}
	id := func(p log.Position) protocol.MessageID {
		return protocol.MessageID{Ledger: p.Ledger, Entry: uint64(p.Entry), Partition: int32(t.name.Partition), BatchIndex: -1}
	}
	mark = id(t.log.Before(c.sub.cursor.Mark()))
	n := lastReadable(t)
	e := t.log.At(n)
	if e == nil {
		return protocol.MessageID{Ledger: ^uint64(0), Entry: ^uint64(0), Partition: int32(t.name.Partition), BatchIndex: -1}, mark, nil
	}
	last = id(t.log.Position(n))
	if e.Batch {
		last.BatchIndex = e.Messages - 1
	}
	return last, mark, nil
}
