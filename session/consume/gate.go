package consume

import (
	"context"
	"sync"
	"sync/atomic"
)

// lock is a mutex whose Lock can be given up.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

// Lock returns ctx's error if ctx ends first.
func (l lock) Lock(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock is for the goroutine that has the lock.
func (l lock) Unlock() { <-l }

// interrupt makes the workers of a group stop whatever they wait for, and look
// at their orders again.
type interrupt struct {
	channel atomic.Pointer[chan struct{}]
}

func newInterrupt() *interrupt {
	i := &interrupt{}
	fresh := make(chan struct{})
	i.channel.Store(&fresh)
	return i
}

// Done returns a channel that the next Fire closes.
func (i *interrupt) Done() <-chan struct{} { return *i.channel.Load() }

// Fire interrupts all workers once. Several goroutines may call it at once.
func (i *interrupt) Fire() {
	fresh := make(chan struct{})
	close(*i.channel.Swap(&fresh))
}

// gate guards a section that many workers may be in at once, and that a command
// can empty. Closing it interrupts the workers inside.
type gate struct {
	interrupt *interrupt

	mu     sync.Mutex // guards the fields below; held for moments only
	inside int
	opened chan struct{} // closed by Open; nil while the gate is open
	empty  chan struct{} // closed when the last worker leaves; nil while nobody waits for that
}

// Enter waits while the gate is closed.
func (g *gate) Enter(ctx context.Context) error {
	for !g.TryEnter() {
		if err := g.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TryEnter reports whether it has entered: not if the gate is closed.
func (g *gate) TryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		return false
	}
	g.inside++
	return true
}

// Wait returns when the gate is open, without entering.
func (g *gate) Wait(ctx context.Context) error {
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	if opened == nil {
		return nil
	}
	select {
	case <-opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Leave undoes Enter.
func (g *gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// Shut lets no more workers in. It waits for none.
func (g *gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
}

// Close lets no more workers in, and returns when none is inside. It leaves the
// gate closed even if ctx ends first, which is an error.
func (g *gate) Close(ctx context.Context) error {
	g.Shut()
	g.mu.Lock()
	if g.inside == 0 {
		g.mu.Unlock()
		return nil
	}
	if g.empty == nil {
		g.empty = make(chan struct{})
	}
	empty := g.empty
	g.mu.Unlock()
	g.interrupt.Fire()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Open lets workers in again. It does nothing if the gate is open.
func (g *gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}
