// Package connections counts the connections of a group that broke and came back: how
// often, and for how long the group was without one. A Teller makes sentences of it.
//
// It knows no broker. The engines say which producer or consumer has lost its
// connection and which has one again; times are readings of the session's clock.
package connections

import (
	"fmt"
	"sync"
	"time"
)

// Record is the account of one group. Its methods return at once, and any goroutine may
// call them.
type Record struct {
	clock func() int64

	mu      sync.Mutex // guards the fields below; held for moments only
	without int        // members without a connection
	counted Figures    // of the outages that have ended
	from    int64      // of the last reset: what was before does not count
	latest  Outage
}

// Figures describe the connections of a group since the start or the last reset.
// Breaks that overlap count as one.
type Figures struct {
	Breaks  int64
	Without time.Duration // time in which a producer or a consumer had no connection
	Longest time.Duration // of a break
	Now     int           // producers or consumers without a connection
}

// Outage is a time in which members of a group had no connection.
type Outage struct {
	Number   int64 // of the outage, from 1, whatever is reset
	Members  int   // that lost their connection
	Began    int64
	Ended    int64 // 0 while it lasts
	Returned bool  // a member has its connection again
}

// New returns an empty account, whose times are those of clock.
func New(clock func() int64) *Record { return &Record{clock: clock} }

// Figures returns the figures at this moment.
func (r *Record) Figures() Figures {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.counted
	f.Now = r.without
	if r.without > 0 {
		f.add(r.clock() - max(r.latest.Began, r.from))
	}
	return f
}

// Latest returns the latest outage.
func (r *Record) Latest() Outage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.latest
}

// Reset sets the figures to zero. Of an outage that lasts the rest counts.
func (r *Record) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counted, r.from = Figures{}, r.clock()
}

// String describes the breaks, "" without any.
func (f Figures) String() string {
	if f.Breaks == 0 {
		return ""
	}
	text := fmt.Sprintf("lost %d times, for %s in all, %s at most", f.Breaks, say(int64(f.Without)), say(int64(f.Longest)))
	if f.Breaks == 1 {
		text = "lost once, for " + say(int64(f.Without))
	}
	if f.Now > 0 {
		text += "; not connected now"
	}
	return text
}

func (f *Figures) add(length int64) {
	f.Breaks++
	f.Without += time.Duration(length)
	f.Longest = max(f.Longest, time.Duration(length))
}

func (r *Record) lost() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.without == 0 {
		r.latest = Outage{Number: r.latest.Number + 1, Began: r.clock()}
	}
	r.without++
	r.latest.Members++
}

func (r *Record) over(returned bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.without--
	r.latest.Returned = r.latest.Returned || returned
	if r.without > 0 {
		return
	}
	r.latest.Ended = max(r.clock(), r.latest.Began+1) // 0 means that it lasts
	r.counted.add(r.latest.Ended - max(r.latest.Began, r.from))
}

// Member is one producer or consumer of a group. It may have several connections, of
// which each belongs to a part: a topic or a partition. A nil Member counts nothing.
type Member struct {
	record *Record

	mu     sync.Mutex // taken before the record's
	parts  map[string]bool
	closed bool
}

// Member returns one more member. A nil Record returns nil.
func (r *Record) Member() *Member {
	if r == nil {
		return nil
	}
	return &Member{record: r, parts: map[string]bool{}}
}

// Lost says that a part has lost its connection.
func (m *Member) Lost(part string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.parts[part] {
		return
	}
	m.parts[part] = true
	if len(m.parts) == 1 {
		m.record.lost()
	}
}

// Back says that a part has a connection, whether or not it had lost one.
func (m *Member) Back(part string) { m.found(part, true) }

// Drop says that a part is needed no more.
func (m *Member) Drop(part string) { m.found(part, false) }

func (m *Member) found(part string, returned bool) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.parts[part] {
		return
	}
	delete(m.parts, part)
	if len(m.parts) == 0 {
		m.record.over(returned)
	}
}

// Close says that the producer or consumer ends: it needs no connection any more.
func (m *Member) Close() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if len(m.parts) > 0 {
		clear(m.parts)
		m.record.over(false)
	}
}
