package consume

import (
	"context"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
)

// slotGate lets workers in to a seat, but while its consumer is gone or is being
// replaced.
type slotGate struct {
	mu     sync.Mutex // held for moments only
	inside int
	shut   chan struct{} // closed when workers may come in again; nil while they may
	empty  chan struct{} // closed when nobody is inside; nil while nobody asks
	fault  error         // why there is no consumer; nil while there is one
}

// enter waits while the door is shut.
func (d *slotGate) enter(ctx context.Context) error {
	for {
		d.mu.Lock()
		shut := d.shut
		if shut == nil {
			d.inside++
			d.mu.Unlock()
			return nil
		}
		d.mu.Unlock()
		select {
		case <-shut:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *slotGate) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside--; d.inside == 0 && d.empty != nil {
		close(d.empty)
		d.empty = nil
	}
}

// fail shuts the door: the consumer behind it is to be replaced.
func (d *slotGate) fail(why error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault == nil {
		d.fault = why
	}
	d.close()
}

// close needs the lock.
func (d *slotGate) close() {
	if d.shut == nil {
		d.shut = make(chan struct{})
	}
}

// drain shuts the door and returns when nobody is inside. nudge makes workers
// that wait for a message leave.
func (d *slotGate) drain(ctx context.Context, nudge func()) error {
	d.mu.Lock()
	d.close()
	if d.inside == 0 {
		d.mu.Unlock()
		return nil
	}
	if d.empty == nil {
		d.empty = make(chan struct{})
	}
	empty := d.empty
	d.mu.Unlock()
	nudge()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open lets workers in to another consumer.
func (d *slotGate) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = nil
	d.release()
}

// reopen lets workers in to the consumer that is there, if there is one.
func (d *slotGate) reopen() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault == nil {
		d.release()
	}
}

// release needs the lock.
func (d *slotGate) release() {
	if d.shut != nil {
		close(d.shut)
		d.shut = nil
	}
}

// failure is the fault, or nil.
func (d *slotGate) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fault
}

// ended shuts the seat's door if a consumer that a worker got nothing from has
// ended by itself, and says whether that is so.
func (s *slot) ended(at *attachment) bool {
	done, cause := at.subscriber.Ended()
	select {
	case <-done:
	default:
		return false
	}
	if s.now() != at {
		return false
	}
	why := cause()
	if why == nil {
		why = &broker.Error{Message: "the broker has closed the consumer"}
	}
	s.gate.fail(why)
	return true
}

// pulse tells whether a seat's workers wait for messages in vain.
type pulse struct {
	waiting atomic.Int32 // workers that wait for a message right now
	taken   atomic.Int64 // deliveries so far

	quiet int   // the keeper's: looks in a row at which somebody waited and nothing came
	seen  int64 // the keeper's: taken at the look before
}

// silent counts the looks in a row at which a worker waited and nothing had
// come since the look before. The keeper alone calls it.
func (p *pulse) silent() int {
	taken := p.taken.Load()
	if p.waiting.Load() == 0 || taken != p.seen {
		p.quiet = -1
	}
	p.seen = taken
	p.quiet++
	return p.quiet
}
