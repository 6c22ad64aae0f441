package wire

import (
	"context"
	"sync"
)

// room bounds what a producer has in flight, in messages and in bytes.
type room struct {
	mu        sync.Mutex
	most      int
	mostBytes int64
	messages  int
	bytes     int64
	enough    int // free places for which a sender that waits is woken
	waiting   int
	closed    bool // nobody gets in any more
	blocked   bool // nobody gets in until it is closed
	wake      *sync.Cond
	emptied   chan struct{} // closed when nothing is in flight; nil if nobody waits for it
}

func newRoom(most int, bytes int64) *room {
	r := &room{most: most, mostBytes: bytes, enough: min(runMax, max(most/4, 1))}
	r.wake = sync.NewCond(&r.mu)
	return r
}

// take gets room for up to n messages, at least one, and waits for it. It
// returns 0 when the room is closed.
func (r *room) take(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.closed && (r.blocked || r.messages >= r.most || r.bytes >= r.mostBytes) {
		r.waiting++
		r.wake.Wait()
		r.waiting--
	}
	if r.closed {
		return 0
	}
	n = min(n, r.most-r.messages)
	r.messages += n
	if r.waiting > 0 && r.messages < r.most {
		r.wake.Signal()
	}
	return n
}

// add counts the bytes of messages that have got in.
func (r *room) add(bytes int64) {
	r.mu.Lock()
	r.bytes += bytes
	r.mu.Unlock()
}

// give counts messages that were answered.
func (r *room) give(messages int, bytes int64) {
	r.mu.Lock()
	r.messages -= messages
	r.bytes -= bytes
	if r.messages == 0 && r.emptied != nil {
		close(r.emptied)
		r.emptied = nil
	}
	wake := r.waiting > 0 && r.most-r.messages >= r.enough
	r.mu.Unlock()
	if wake {
		r.wake.Signal() // whoever wakes and leaves room wakes the next
	}
}

// taken is how many messages are in flight.
func (r *room) taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages
}

// close lets every taker go, now and later.
func (r *room) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.wake.Broadcast()
}

// block lets nobody in until the room is closed.
func (r *room) block() {
	r.mu.Lock()
	r.blocked = true
	r.mu.Unlock()
}

// empty waits until nothing is in flight.
func (r *room) empty(ctx context.Context) error {
	r.mu.Lock()
	if r.messages == 0 {
		r.mu.Unlock()
		return nil
	}
	if r.emptied == nil {
		r.emptied = make(chan struct{})
	}
	done := r.emptied
	r.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
