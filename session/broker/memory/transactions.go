package memory

import (
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// readable is the first entry that consumers must not get yet: what follows an entry of
// an open transaction waits for its end. The lock is held.
func readable(t *Topic) int64 { return t.sends.Limit(t.log.Next()) }

// lastReadable is the last entry that consumers may get, before the first if there is
// none. The lock is held.
func lastReadable(t *Topic) int64 {
	n := readable(t) - 1
	for e := t.log.At(n); e != nil && e.Hidden; e = t.log.At(n) {
		n--
	}
	return n
}

// sendIn makes the next entry one of a transaction. In one that has ended it counts as
// aborted. The lock is held.
func sendIn(t *Topic, id protocol.Txn, marked bool, e *log.Entry) {
	if t.broker.Transactions.Join(id, t.name.Full) {
		t.sends.Add(id, t.log.Next(), marked)
	} else {
		e.Hidden = marked
	}
}

// EndSends makes what was sent to a topic in a transaction readable, or hides it.
func (b *Broker) EndSends(topic string, id protocol.Txn, commit bool) {
	t := b.Topic(topic)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	entries, known := t.sends.End(id, commit)
	if !known {
		return
	}
	for _, n := range entries {
		if e := t.log.At(n); e != nil && !commit {
			e.Hidden = true
		}
	}
	for _, s := range t.subs {
		s.pump()
	}
}

// withheld reports whether no consumer gets an entry that its subscription has come to,
// or not now. What is hidden is acknowledged by that.
func withheld(s *Subscription, n int64, e *log.Entry) bool {
	if e.Hidden {
		s.cursor.Ack(n)
	}
	return e.Hidden || s.acks.Pending(n)
}

// ackIn acknowledges entries in a transaction. The lock is held.
func (c *Consumer) ackIn(m *protocol.Ack) error {
	s := c.sub
	t := s.topic
	if m.Ack != protocol.Individual || !t.stored || c.closed {
		return refuse(protocol.NotAllowedError, "A transaction acknowledges messages of a persistent topic, one by one")
	}
	if !t.broker.Transactions.JoinSubscription(m.Txn, protocol.TxnSubscription{Topic: t.name.Full, Subscription: s.name}) {
		return transaction.NotFound(m.Txn)
	}
	c.lastAcked = t.broker.nowMs()
	for i := range m.IDs {
		n, ok := t.log.Number(log.Position{Ledger: m.IDs[i].Ledger, Entry: int64(m.IDs[i].Entry)})
		if !ok || s.cursor.Acked(n) {
			return transaction.Conflict(m.Txn, n)
		}
		if err := s.acks.Add(m.Txn, n); err != nil {
			return err
		}
		c.acked += int64(s.cursor.Left(n, t.log.At(n).Messages))
		s.release(n, false)
		s.replay.Remove(n)
	}
	s.pump()
	return nil
}

// EndAcks acknowledges what was acknowledged in a transaction, or gives it back.
func (b *Broker) EndAcks(topic, subscription string, id protocol.Txn, commit bool) {
	t := b.Topic(topic)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.subs[subscription]
	if s == nil {
		return
	}
	for _, n := range s.acks.End(id) {
		switch {
		case commit:
			s.cursor.Ack(n)
			delete(s.counts, n)
		case n >= s.read: // it is still to come
		case s.individual():
			s.replay.Add(n)
			countReturn(s, n)
		default:
			s.read = min(s.read, n)
		}
	}
	if s.reachedEnd(); !commit {
		s.pump()
	}
}

// Transacted calls look, under the topic's lock, with what open transactions have sent to a
// topic, and acknowledged in a subscription: nil if it has none of that name.
func Transacted(t *Topic, subscription string, look func(*log.Log, *transaction.Sends, *transaction.Acks)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var acks *transaction.Acks
	if s := t.subs[subscription]; s != nil {
		acks = &s.acks
	}
	look(&t.log, &t.sends, acks)
}
