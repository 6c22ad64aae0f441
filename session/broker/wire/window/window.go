// Package window bounds what a producer has in flight.
package window

import (
	"context"
	"sync"
)

// wakeMost is how many free places a sender that waits is woken for at most: a run of
// messages.
const wakeMost = 256

// Window bounds the messages of a producer in flight, by number and by bytes.
type Window struct {
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

// New returns a window for so many messages and bytes.
func New(most int, bytes int64) *Window {
	w := &Window{most: most, mostBytes: bytes, enough: min(wakeMost, max(most/4, 1))}
	w.wake = sync.NewCond(&w.mu)
	return w
}

// Acquire reserves places for up to n messages, at least one, and waits for them.
// It returns 0 when the window is closed.
func (w *Window) Acquire(n int) int {
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

// Add counts the bytes of messages that have acquired places.
func (w *Window) Add(bytes int64) {
	w.mu.Lock()
	w.bytes += bytes
	w.mu.Unlock()
}

// Release frees the places of answered messages.
func (w *Window) Release(messages int, bytes int64) {
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

// InFlight is how many messages are in flight.
func (w *Window) InFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.messages
}

// Close makes acquire return 0, now and later.
func (w *Window) Close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wake.Broadcast()
}

// Block makes acquire wait until the window is closed.
func (w *Window) Block() {
	w.mu.Lock()
	w.blocked = true
	w.mu.Unlock()
}

// Empty waits until nothing is in flight.
func (w *Window) Empty(ctx context.Context) error {
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
