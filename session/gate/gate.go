// Package gate has what a command needs to hold workers: a lock that a context can end,
// an interrupt, and a gate that empties a section.
package gate

import (
	"context"
	"sync"
	"sync/atomic"
)

// Lock is a mutex whose Lock a context can end.
type Lock chan struct{}

// NewLock returns a lock that nobody has.
func NewLock() Lock { return make(Lock, 1) }

// Lock returns ctx's error if ctx ends first.
func (l Lock) Lock(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock is for the goroutine that has the lock.
func (l Lock) Unlock() { <-l }

// Interrupt makes the workers of a group stop waiting, for whatever it is, and
// begin their loop again.
type Interrupt struct {
	channel atomic.Pointer[chan struct{}]
}

// NewInterrupt returns an interrupt.
func NewInterrupt() *Interrupt {
	i := &Interrupt{}
	fresh := make(chan struct{})
	i.channel.Store(&fresh)
	return i
}

// Done returns a channel that the next Fire closes.
func (i *Interrupt) Done() <-chan struct{} { return *i.channel.Load() }

// Fire interrupts all workers once. Several goroutines may call it at once.
func (i *Interrupt) Fire() {
	fresh := make(chan struct{})
	close(*i.channel.Swap(&fresh))
}

// Gate guards a section that many workers may be in at once, and that a command
// can empty. Closing it interrupts the workers inside. It is open at first.
//
// A gate is open unless it is shut or held. The owner of the workers shuts it; others
// hold it for a moment, whatever the owner does meanwhile.
type Gate struct {
	Interrupt *Interrupt // of the workers

	mu     sync.Mutex // guards the fields below; held for moments only
	inside int
	shut   bool
	held   int
	opened chan struct{} // closed when the gate opens; nil while it is open
	empty  chan struct{} // closed when the last worker leaves; nil while nobody waits for that
}

// Enter waits while the gate is closed.
func (g *Gate) Enter(ctx context.Context) error {
	for !g.TryEnter() {
		if err := g.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TryEnter enters if the gate is open, and reports whether it is.
func (g *Gate) TryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		return false
	}
	g.inside++
	return true
}

// Wait returns when the gate is open, without entering.
func (g *Gate) Wait(ctx context.Context) error {
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
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// Shut closes the gate without waiting for the workers inside.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	g.update()
}

// Close closes the gate and returns when no worker is inside. If ctx ends first,
// that is an error, and the gate stays closed.
func (g *Gate) Close(ctx context.Context) error {
	g.Shut()
	return g.emptied(ctx)
}

// Hold keeps the gate closed until Release, and returns when no worker is inside. If
// ctx ends first, that is an error, and the gate is held all the same.
func (g *Gate) Hold(ctx context.Context) error {
	g.mu.Lock()
	g.held++
	g.update()
	g.mu.Unlock()
	return g.emptied(ctx)
}

// Release undoes one Hold.
func (g *Gate) Release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held--
	g.update()
}

// Open undoes Shut and Close, however often they were called.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	g.update()
}

// update opens or closes the gate. It needs the mutex.
func (g *Gate) update() {
	switch closed := g.shut || g.held > 0; {
	case closed && g.opened == nil:
		g.opened = make(chan struct{})
	case !closed && g.opened != nil:
		close(g.opened)
		g.opened = nil
	}
}

// emptied interrupts the workers inside and waits until there are none.
func (g *Gate) emptied(ctx context.Context) error {
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
	g.Interrupt.Fire()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
