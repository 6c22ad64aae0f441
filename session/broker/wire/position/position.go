// Package position keeps how far a subscription without a cursor on the broker has read: where
// it begins, and where it goes on with the next connection.
package position

import (
	"math"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
)

// rollbackSlack is what a reader that begins at a time asks for before it: the broker
// counts whole seconds back by its own clock. What was published too early is left
// out here.
const rollbackSlack = 5 * time.Second

// Position is the place in one topic or partition. Its owner guards it.
type Position struct {
	from  broker.Position
	first *broker.MessageID // where a reader begins, nil if it does not say
	since int64             // of a reader: what was published before, in ns of Unix time, is left out until a message is taken
	last  mark
}

// mark is the last message that was taken.
type mark struct {
	ledger, entry uint64
	next          int32 // index of the next message in the entry
	set           bool
}

// New returns the position of a subscription that begins at from, or of a reader, where at says.
func New(topic string, from broker.Position, at broker.Start) Position {
	p := Position{from: from, first: at.ID}
	if !at.Time.IsZero() {
		p.since = at.Time.UnixNano()
	}
	place, ok := at.AfterIn(topic)
	switch {
	case ok && place.ID.Entry < 0: // before the first entry of a ledger
		p.first = &broker.MessageID{Ledger: place.ID.Ledger}
	case ok && place.Index == broker.WholeEntry:
		p.last = mark{uint64(place.ID.Ledger), uint64(place.ID.Entry), math.MaxInt32, true}
	case ok:
		p.last = mark{uint64(place.ID.Ledger), uint64(place.ID.Entry), max(place.Index, 0) + 1, true}
	}
	return p
}

// Start is where the broker is to begin: at the last entry that was taken, or where New said.
func (p *Position) Start() *protocol.MessageID {
	id := protocol.MessageID{Ledger: math.MaxInt64, Entry: math.MaxInt64, Partition: -1, BatchIndex: -1}
	switch {
	case p.last.set:
		id.Ledger, id.Entry = p.last.ledger, p.last.entry
	case p.first != nil:
		id.Ledger, id.Entry = uint64(p.first.Ledger), uint64(p.first.Entry)
	case p.from == broker.Earliest || p.since != 0:
		id.Ledger, id.Entry = math.MaxUint64, math.MaxUint64 // -1, as the broker reads it
	}
	return &id
}

// Rollback is how many seconds of messages a reader wants that begins at a time and has
// taken none, 0 for others.
func (p *Position) Rollback() uint64 {
	if p.since == 0 || p.last.set {
		return 0
	}
	back := time.Since(time.Unix(0, p.since)) + rollbackSlack
	return uint64(max(math.Ceil(back.Seconds()), 1))
}

// TooEarly reports whether an entry was published, in ns of Unix time, before the time at which a
// reader begins. The first that was not ends it: a later one may have an earlier time, of another
// sender.
func (p *Position) TooEarly(published int64) bool {
	if p.since == 0 || published < p.since {
		return p.since != 0
	}
	p.since = 0
	return false
}

// Before tells what of an entry of size messages was taken before: all of it, or its first
// messages. The broker begins with the last entry again.
func (p *Position) Before(ledger, entry uint64, size int32) (all bool, first int32) {
	switch {
	case !p.last.set || ledger > p.last.ledger || ledger == p.last.ledger && entry > p.last.entry:
		return false, 0
	case ledger == p.last.ledger && entry == p.last.entry && p.last.next < size:
		return false, p.last.next
	}
	return true, 0
}

// Taken notes that the messages of an entry before next have left the queue, and all entries
// before it.
func (p *Position) Taken(ledger, entry uint64, next int32) { p.last = mark{ledger, entry, next, true} }

// Place returns the last message that was taken. ok is false if none was.
func (p *Position) Place(topic string, partition int32) (place broker.Place, ok bool) {
	return broker.Place{
		Topic: topic, Index: p.last.next - 1,
		ID: broker.MessageID{Ledger: int64(p.last.ledger), Entry: int64(p.last.entry), Partition: int(partition)},
	}, p.last.set
}
