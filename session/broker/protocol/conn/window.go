package conn

import "time"

// Pending is an entry that was sent and is not answered.
type Pending[T any] struct {
	First, Last uint64 // sequence ids
	Frame       []byte
	Sent        int64 // when it was sent first
	Value       T
}

// Verdict is the result of matching a receipt with a window.
type Verdict uint8

// A receipt answers the oldest entry, or one that has expired before, or there is
// a gap: the connection has lost an answer and all must be sent again.
const (
	Matched Verdict = iota
	Late
	Gap
)

// Window holds the unanswered entries of a producer, in order. It outlives
// connections: its entries are sent again on the next.
type Window[T any] struct {
	ring []Pending[T]
	head int
	size int
}

// Len is how many entries are not answered.
func (w *Window[T]) Len() int { return w.size }

// Push adds an entry. Sequence ids grow.
func (w *Window[T]) Push(p Pending[T]) {
	if w.size == len(w.ring) {
		grown := make([]Pending[T], max(2*len(w.ring), 16))
		for i := range w.size {
			grown[i] = w.ring[(w.head+i)%len(w.ring)]
		}
		w.ring, w.head = grown, 0
	}
	w.ring[(w.head+w.size)%len(w.ring)] = p
	w.size++
}

// Receipt takes the entry that a receipt answers.
func (w *Window[T]) Receipt(sequence uint64) (p Pending[T], v Verdict) {
	if w.size == 0 || sequence < w.ring[w.head].First {
		return p, Late
	}
	if sequence > w.ring[w.head].First {
		return p, Gap
	}
	return w.pop(), Matched
}

// Refused takes the entry that a SEND_ERROR is about, which names its last
// sequence id or its first.
func (w *Window[T]) Refused(sequence uint64) (p Pending[T], v Verdict) {
	if w.size == 0 || sequence < w.ring[w.head].First {
		return p, Late
	}
	if sequence > w.ring[w.head].Last {
		return p, Gap
	}
	return w.pop(), Matched
}

// Expired takes the oldest entry if it was sent longer than timeout ago.
func (w *Window[T]) Expired(now int64, timeout time.Duration) (p Pending[T], ok bool) {
	if w.size == 0 || now-w.ring[w.head].Sent < int64(timeout) {
		return p, false
	}
	return w.pop(), true
}

// Oldest is when the oldest entry was sent.
func (w *Window[T]) Oldest() (sent int64, ok bool) {
	if w.size == 0 {
		return 0, false
	}
	return w.ring[w.head].Sent, true
}

// Take takes the oldest entry, if there is one.
func (w *Window[T]) Take() (p Pending[T], ok bool) {
	if w.size == 0 {
		return p, false
	}
	return w.pop(), true
}

// Each calls f with every entry, the oldest first, to be sent again.
func (w *Window[T]) Each(f func(*Pending[T])) {
	for i := range w.size {
		f(&w.ring[(w.head+i)%len(w.ring)])
	}
}

func (w *Window[T]) pop() Pending[T] {
	p := w.ring[w.head]
	w.ring[w.head] = Pending[T]{}
	w.head = (w.head + 1) % len(w.ring)
	w.size--
	return p
}
