package memory

import (
	"time"

	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/hashring"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// Subscription is a subscription of a topic. The topic's lock guards it.
type Subscription struct {
	topic   *Topic
	name    string
	durable bool
	cursor  log.Cursor
	acks    transaction.Acks
	read    int64 // the next entry that was not given to anybody

	kind      protocol.SubType
	consumers []*Consumer
	nextID    uint64 // of consumers, for the selector

	// Exclusive and failover.
	active    *Consumer
	switching *time.Timer // a new active consumer waits

	// Shared and key_shared.
	pending map[int64]pendingAck
	replay  log.Replay
	counts  map[int64]uint32 // how often an entry was given back
	delayed delayed
	unacked int // messages
	held    bool
	turn    int
	chunks  map[string]*Consumer // who gets the rest of a chunked message

	// Key_shared.
	selector *hashring.Selector
	loose    bool                // messages may overtake when hashes move
	draining map[int32]*Consumer // slots whose earlier owner has not acknowledged everything

	dispatching                       bucket
	dispatchTimer                     *time.Timer
	throttledByTopic, throttledBySelf int64

	compactedRead bool
	properties    map[string]string
	counters
}

// counters are the figures of a subscription since its topic was loaded.
type counters struct {
	served                              bool // it has had a consumer, so that its type is known
	messagesOut, bytesOut, resent       int64
	expired, dropped                    int64
	rateOut, rateRedeliver, rateExpired figures.Rate
}

// pendingAck is an entry that a consumer has and did not acknowledge.
type pendingAck struct {
	owner *Consumer
	left  int32 // messages
	slot  int32 // of its key, 0 if it does not matter
}

// holds reports whether the subscription keeps entries from being dropped.
func (s *Subscription) holds() bool { return s.durable && s.name != compactionName }

// individual reports whether consumers acknowledge for themselves, so that what
// they have is known.
func (s *Subscription) individual() bool {
	return s.kind == protocol.Shared || s.kind == protocol.KeyShared
}

// moveTo puts the cursor before entry n.
func (s *Subscription) moveTo(n int64) {
	s.cursor.Reset(n)
	s.acks = transaction.Acks{}
	s.forget()
}

// forget gives up what is known of deliveries: the next consumer begins at the
// first entry that is not acknowledged.
func (s *Subscription) forget() {
	s.read = s.cursor.Mark()
	s.pending, s.counts, s.draining, s.chunks = map[int64]pendingAck{}, nil, nil, nil
	s.replay = log.Replay{}
	s.delayed.clear()
	s.unacked, s.held = 0, false
	for _, c := range s.consumers {
		c.unacked, c.blocked, c.slots = 0, false, nil
	}
}

// backlog is how many entries are not acknowledged.
func (s *Subscription) backlog() int64 {
	if !s.topic.stored {
		return 0
	}
	return s.topic.log.Next() - s.cursor.Mark() - s.cursor.Beyond()
}

// skipTo acknowledges all entries before n, which are gone.
func (s *Subscription) skipTo(n int64) (skipped int64) {
	if n <= s.cursor.Mark() {
		return 0
	}
	before := s.backlog()
	s.cursor.AckTo(n)
	s.read = max(s.read, s.cursor.Mark())
	for at := range s.pending {
		if at < n {
			s.release(at, false)
		}
	}
	s.replay.DropBefore(n)
	for at := range s.counts {
		if at < n {
			delete(s.counts, at)
		}
	}
	return before - s.backlog()
}

// end stops the subscription's timers.
func (s *Subscription) end() {
	s.delayed.clear()
	if s.dispatchTimer != nil {
		s.dispatchTimer.Stop()
		s.dispatchTimer = nil
	}
	if s.switching != nil {
		s.switching.Stop()
		s.switching = nil
	}
}

// closeConsumers closes all consumers from the broker's side.
func (s *Subscription) closeConsumers() {
	for _, c := range s.consumers {
		c.closed = true
		c.peer.ConsumerClosed(c.ID)
	}
	s.consumers, s.active = nil, nil
	s.end()
	s.selector = nil
	s.forget()
}

// reachedEnd tells consumers that a terminated topic has nothing more. Clients in
// Go close the connection on this command, so they are not told.
func (s *Subscription) reachedEnd() {
	if !s.topic.terminated || s.backlog() > 0 {
		return
	}
	for _, c := range s.consumers {
		if _, client := c.peer.Address(); !isGo(client) {
			c.peer.Tell(&protocol.ReachedEndOfTopic{ConsumerID: c.ID})
		}
	}
}

// pump gives entries to consumers for as long as there are both.
func (s *Subscription) pump() {
	if len(s.consumers) == 0 || !s.topic.stored {
		return
	}
	switch s.kind {
	case protocol.Shared:
		s.pumpShared()
	case protocol.KeyShared:
		s.pumpKeys()
	default:
		s.pumpActive()
	}
}

// pumpActive gives entries to the one consumer that gets them all.
func (s *Subscription) pumpActive() {
	c := s.active
	for c != nil && s.switching == nil && c.ready() {
		n, e := s.next()
		if e == nil || !s.mayDispatch() {
			return
		}
		s.read = n + 1
		if !withheld(s, n, e) {
			c.send(n, e, 0, s.cursor.Set(n))
		}
	}
}

// next is the next entry that was not given to anybody, nil if there is none.
func (s *Subscription) next() (n int64, e *log.Entry) {
	n = s.cursor.NextUnacked(s.read)
	if s.compactedRead {
		if at, e := s.topic.compacted.from(n); e != nil {
			return at, e
		}
		n = max(n, s.topic.compacted.horizon)
	}
	if n >= readable(s.topic) {
		return n, nil
	}
	return n, s.topic.log.At(n)
}

// taker is who gets an entry of a non-persistent topic, nil if nobody can take it.
func (s *Subscription) taker(e *log.Entry) *Consumer {
	switch s.kind {
	case protocol.Shared:
		return s.nextConsumer()
	case protocol.KeyShared:
		if c := s.ownerOf(s.slotOf(e)); c != nil && c.ready() {
			return c
		}
		return nil
	}
	if s.active == nil || !s.active.ready() {
		return nil
	}
	return s.active
}
