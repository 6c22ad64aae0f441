package consume

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// gateTime is how long a pause may wait for workers that hold deliveries: an
// acknowledgement to a dead broker can block for as long as it is away.
const gateTime = 5 * time.Second

// groupGate holds all workers of a consumer group back at once. A worker is inside
// while it has deliveries in hand.
type groupGate struct {
	inside    *semaphore.Weighted
	shut      bool                          // between close and open; the commands' alone
	interrupt atomic.Pointer[chan struct{}] // closed: whoever waits for a message leaves
}

func newGroupGate() *groupGate {
	g := &groupGate{inside: semaphore.NewWeighted(math.MaxInt64)}
	g.rearm()
	return g
}

func (g *groupGate) rearm() {
	fresh := make(chan struct{})
	g.interrupt.Store(&fresh)
}

// enter waits while the gate is closed. The channel is closed when the worker
// should leave again.
func (g *groupGate) enter(ctx context.Context) (leave <-chan struct{}, err error) {
	if err := g.inside.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return *g.interrupt.Load(), nil
}

func (g *groupGate) leave() { g.inside.Release(1) }

// close returns when nobody is inside, or leaves the gate open when ctx ends.
// The interrupt stays closed until open, so that no worker settles in between.
func (g *groupGate) close(ctx context.Context) error {
	close(*g.interrupt.Load())
	if err := g.inside.Acquire(ctx, math.MaxInt64); err != nil {
		g.rearm()
		return err
	}
	g.shut = true
	return nil
}

// open lets the workers in again after close; an open gate stays as it is.
func (g *groupGate) open() {
	if !g.shut {
		return
	}
	g.shut = false
	g.rearm()
	g.inside.Release(math.MaxInt64)
}

// nudge makes every worker look at its own orders once. Behind a closed gate
// there is nobody to be nudged.
func (g *groupGate) nudge() {
	if g.shut {
		return
	}
	fresh := make(chan struct{})
	close(*g.interrupt.Swap(&fresh)) // several may nudge at once
}
