// Package log holds the entries of one topic in memory, in ledgers, and the
// positions of cursors in them.
//
// Inside, an entry has a number: how many entries the topic got before it. Ledger
// and entry ids exist for clients only. A log is for one goroutine at a time.
package log

import "sort"

// The bounds of a ledger. Whole ledgers are dropped, so small ones give memory
// back sooner.
const (
	ledgerEntriesMax = 50_000
	ledgerBytesMax   = 8 << 20
)

// Entries are copied into slabs, so that no buffer of a connection is kept alive.
// The first slab of a ledger is small, for topics with few entries.
const (
	slabLeast = 512
	slabMost  = 1 << 20
)

// entrySize is what an entry takes beside its bytes.
const entrySize = 64

// Entry is one stored message or batch.
type Entry struct {
	Data      []byte // as it came, from the magic number on
	Published int64  // ms of Unix time by the sender's clock
	DeliverAt int64  // ms of Unix time, 0 for at once
	Messages  int32  // 1 unless it is a batch
	Batch     bool
	Chunk     bool   // a piece of a chunked message
	Hidden    bool   // of the broker's own, which no consumer gets
	Hashed    bool   // Hash is known
	Hash      uint32 // of the key by which key_shared finds a consumer
}

// Ledger is a run of entries with one id.
type Ledger struct {
	ID      uint64
	First   int64 // number of its first entry
	entries []Entry
	slab    []byte
	next    int   // size of the next slab
	memory  int64 // bytes that it takes
	data    int64 // bytes of its entries
	Last    int64 // when it got its last entry, ms of Unix time
}

// Entries is how many entries the ledger has.
func (l *Ledger) Entries() int { return len(l.entries) }

// Bytes is the size of its entries.
func (l *Ledger) Bytes() int64 { return l.data }

// Memory is what it takes, with what is not used yet.
func (l *Ledger) Memory() int64 { return l.memory }

// Position is a place in a log as clients know it. Entry is -1 before the first
// entry of a ledger.
type Position struct {
	Ledger uint64
	Entry  int64
}

// Log is the entries of a topic.
type Log struct {
	ledgers []*Ledger // the last is open
	next    int64
	data    int64
	memory  int64
}

// First is the number of the oldest entry that is stored.
func (l *Log) First() int64 {
	if len(l.ledgers) == 0 {
		return l.next
	}
	return l.ledgers[0].First
}

// Next is the number of the next entry.
func (l *Log) Next() int64 { return l.next }

// Bytes is the size of all entries.
func (l *Log) Bytes() int64 { return l.data }

// Memory is what the log takes in memory.
func (l *Log) Memory() int64 { return l.memory }

// Ledgers are the ledgers, the oldest first. They are not to be changed.
func (l *Log) Ledgers() []*Ledger { return l.ledgers }

// Full reports whether the next entry needs a new ledger.
func (l *Log) Full() bool {
	if len(l.ledgers) == 0 {
		return true
	}
	open := l.ledgers[len(l.ledgers)-1]
	return len(open.entries) >= ledgerEntriesMax || open.data >= ledgerBytesMax
}

// Open begins a new ledger.
func (l *Log) Open(id uint64) {
	if n := len(l.ledgers); n > 0 {
		l.ledgers[n-1].slab = nil
		if len(l.ledgers[n-1].entries) == 0 {
			l.ledgers = l.ledgers[:n-1]
		}
	}
	l.ledgers = append(l.ledgers, &Ledger{ID: id, First: l.next, next: slabLeast})
}

// Append stores an entry, whose bytes it copies, and returns its number and by how
// much the log has grown in memory. A ledger is open.
func (l *Log) Append(e Entry, now int64) (number, grown int64) {
	open := l.ledgers[len(l.ledgers)-1]
	before := open.memory
	size := len(e.Data)
	if cap(open.slab)-len(open.slab) < size {
		for open.next < slabMost && open.next < 2*size {
			open.next *= 2
		}
		open.slab = make([]byte, 0, max(open.next, size))
		open.memory += int64(cap(open.slab))
		open.next = min(2*open.next, slabMost)
	}
	at := len(open.slab)
	open.slab = append(open.slab, e.Data...)
	e.Data = open.slab[at : at+size : at+size]
	open.entries = append(open.entries, e)
	open.memory += entrySize
	open.data += int64(size)
	open.Last = now
	l.data += int64(size)
	grown = open.memory - before
	l.memory += grown
	number = l.next
	l.next++
	return number, grown
}

// DropFirst removes the oldest ledger and returns the memory that it took.
func (l *Log) DropFirst() int64 {
	first := l.ledgers[0]
	l.ledgers = append([]*Ledger(nil), l.ledgers[1:]...)
	l.data -= first.data
	l.memory -= first.memory
	return first.memory
}

// find returns the ledger of a number, which is stored.
func (l *Log) find(n int64) *Ledger {
	last := l.ledgers[len(l.ledgers)-1]
	if n >= last.First {
		return last
	}
	i := sort.Search(len(l.ledgers), func(i int) bool { return l.ledgers[i].First > n })
	return l.ledgers[i-1]
}

// At returns an entry, nil if it is not stored.
func (l *Log) At(n int64) *Entry {
	if n < l.First() || n >= l.next {
		return nil
	}
	ledger := l.find(n)
	return &ledger.entries[n-ledger.First]
}

// Position is the place of an entry, which is stored or the next one.
func (l *Log) Position(n int64) Position {
	if len(l.ledgers) == 0 {
		return Position{0, -1}
	}
	n = max(n, l.First()-1)
	if n < l.First() {
		return Position{l.ledgers[0].ID, -1}
	}
	ledger := l.find(n)
	return Position{ledger.ID, n - ledger.First}
}

// Before is the place just before an entry: where the cursor stands whose first
// unacknowledged entry it is.
func (l *Log) Before(n int64) Position { return l.Position(n - 1) }

// Number is the number of the entry at a place; ok is false if it is not stored.
func (l *Log) Number(p Position) (n int64, ok bool) {
	i := sort.Search(len(l.ledgers), func(i int) bool { return l.ledgers[i].ID >= p.Ledger })
	if i == len(l.ledgers) || l.ledgers[i].ID != p.Ledger || p.Entry < 0 || p.Entry >= int64(len(l.ledgers[i].entries)) {
		return 0, false
	}
	return l.ledgers[i].First + p.Entry, true
}

// From is the number of the first entry that is stored at a place or behind it.
func (l *Log) From(p Position) int64 {
	i := sort.Search(len(l.ledgers), func(i int) bool { return l.ledgers[i].ID >= p.Ledger })
	if i == len(l.ledgers) {
		return l.next
	}
	ledger := l.ledgers[i]
	if ledger.ID > p.Ledger || p.Entry < 0 {
		return ledger.First
	}
	return ledger.First + min(p.Entry, int64(len(ledger.entries)))
}

// PublishedFrom is the number of the first entry that was published at a time, in
// ms, or later.
func (l *Log) PublishedFrom(ms int64) int64 {
	for _, ledger := range l.ledgers {
		if ledger.Last+clockSlack < ms {
			continue
		}
		for i := range ledger.entries {
			if ledger.entries[i].Published >= ms {
				return ledger.First + int64(i)
			}
		}
	}
	return l.next
}

// clockSlack is by how much the clock of a sender may be ahead of this one, in
// ms, so that a search by time need not look into older ledgers.
const clockSlack = 3_600_000

// Size is the bytes of the entries from number n on.
func (l *Log) Size(n int64) (bytes int64) {
	for i := len(l.ledgers) - 1; i >= 0; i-- {
		ledger := l.ledgers[i]
		if n <= ledger.First {
			bytes += ledger.data
			continue
		}
		from := int(n - ledger.First)
		if from < len(ledger.entries) {
			share := float64(len(ledger.entries)-from) / float64(len(ledger.entries))
			bytes += int64(share * float64(ledger.data))
		}
		break
	}
	return bytes
}
