package wire

import (
	"context"
	"sync"
)

// window bounds the messages of a producer in flight, by number and by bytes.
type window struct {
	mu        sync.Mutex
	most      int
	mostBytes int64
	messages  int
	bytes     int64
	enough    int // free places for which a sender that waits is woken
	waiting   int
	closed    bool // acquire returns 0
	blocked   bool // acquire waits until it is closed
	wake      *sync.Cond
	emptied   chan struct{} // closed when nothing is in flight; nil if no caller waits
}

func newWindow(most int, bytes int64) *window {
	w := &window{most: most, mostBytes: bytes, enough: min(runMax, max(most/4, 1))}
	w.wake = sync.NewCond(&w.mu)
	return w
}

// acquire reserves places for up to n messages, at least one, and waits for them.
// It returns 0 when the window is closed.
func (w *window) acquire(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.closed && (w.blocked || w.messages >= w.most || w.bytes >= w.mostBytes) {
		w.waiting++
		w.wake.Wait()
		w.waiting--
	}
	if w.closed {
		return 0
	}
	n = min(n, w.most-w.messages)
	w.messages += n
	if w.waiting > 0 && w.messages < w.most {
		w.wake.Signal()
	}
	return n
}

// add counts the bytes of messages that have acquired places.
func (w *window) add(bytes int64) {
	w.mu.Lock()
	w.bytes += bytes
	w.mu.Unlock()
}

// release frees the places of answered messages.
func (w *window) release(messages int, bytes int64) {
	w.mu.Lock()
	w.messages -= messages
	w.bytes -= bytes
	if w.messages == 0 && w.emptied != nil {
		close(w.emptied)
		w.emptied = nil
	}
	wake := w.waiting > 0 && w.most-w.messages >= w.enough
	w.mu.Unlock()
	if wake {
		w.wake.Signal() // a sender that leaves places free wakes the next
	}
}

// inFlight is how many messages are in flight.
func (w *window) inFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.messages
}

// close makes acquire return 0, now and later.
func (w *window) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wake.Broadcast()
}

// block makes acquire wait until the window is closed.
func (w *window) block() {
	w.mu.Lock()
	w.blocked = true
	w.mu.Unlock()
}

// empty waits until nothing is in flight.
func (w *window) empty(ctx context.Context) error {
	w.mu.Lock()
	if w.messages == 0 {
		w.mu.Unlock()
		return nil
	}
	if w.emptied == nil {
		w.emptied = make(chan struct{})
	}
	done := w.emptied
	w.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
