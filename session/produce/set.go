package produce

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
)

// producerSet holds the producers that a group sends through at one time. It never
// changes: a change makes another set, which after a change of scale shares most
// producers with the one before. The states of a set:
//
//	state     entered by                 its producers                 left when
//	opening   opener.open                no worker knows them          all are open (or all are closed again)
//	current   currentSet.swap            workers send through them     another set is swapped in, or nil
//	released  producerHandle.close       Send returns 0 at once        no worker is inside Send
//	draining  producerHandle.close       get their last receipts       all sends are answered, or time is up
//	closed    broker.Producer.Close      late receipts still count     -
//
// Only commands and the supervisor swap sets, and never at the same time: a command
// stops the supervisor first. The last three states are those of single producers
// that the next set does not have. A goroutine for each replaced set, which
// Group.Stop waits for, leads its producers through them.
type producerSet struct {
	number      int               // 1 is that of the start; a change of scale keeps the number
	producers   []*producerHandle // with several topics, those of all topics in turn
	spread      *spread           // among several topics; nil for one topic
	first, last atomic.Int64      // clock readings before the first and after the last run through it; 0 for none
}

// producerHandle is one Pulsar producer of a group.
type producerHandle struct {
	broker.Producer
	topic    string
	stream   uint64                // as stamped on its messages
	reserved uint64                // numbers that its audits reserve, see delivery.Audit.Reserve; 0 for the default
	inside   sync.RWMutex          // read-locked by workers that send
	lost     atomic.Pointer[error] // why it cannot send any more, nil while it can
}

// send returns the number of messages sent: 0 once the producer is released.
func (p *producerHandle) send(dues []int64) int {
	p.inside.RLock()
	defer p.inside.RUnlock()
	return p.Send(dues)
}

// close releases the producer, flushes within ctx and closes.
//
// This is subtle: workers may be blocked inside Send, and a producer must not be
// closed under them. Release makes each of them return early, and only then does
// the lock become free. A worker that comes later gets the lock after the closing;
// its Send returns 0 at once, because the producer stays released.
func (p *producerHandle) close(ctx context.Context) error {
	p.Release()
	p.inside.Lock()
	defer p.inside.Unlock()
	return p.Close(ctx)
}

// send sends through the worker's producer.
func (s *producerSet) send(worker int, dues []int64, clock broker.Clock) int {
	if s.first.Load() == 0 {
		s.first.CompareAndSwap(0, clock())
	}
	var n int
	if s.spread != nil {
		n = s.sendSpread(worker, dues)
	} else {
		n = s.producers[worker%len(s.producers)].send(dues)
	}
	if n > 0 {
		s.last.Store(clock())
	}
	return n
}

// release lets all workers go that wait for a free place in a queue.
func (s *producerSet) release() {
	for _, p := range s.producers {
		p.Release()
	}
}

// lost reports whether one of the producers cannot send any more.
func (s *producerSet) lost() bool {
	for _, p := range s.producers {
		if p.lost.Load() != nil {
			return true
		}
	}
	return false
}

// closeProducers closes producers side by side. Closing that ctx cuts short is
// no error.
func closeProducers(ctx context.Context, producers []*producerHandle) error {
	errs := make([]error, len(producers))
	var closing sync.WaitGroup
	for i, p := range producers {
		closing.Go(func() { errs[i] = p.close(ctx) })
	}
	closing.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errs...)
}

// currentSet leads the workers to the set in use.
type currentSet struct {
	clock broker.Clock
	set   atomic.Pointer[producerSet] // nil before the start and after the stop
}

// send sends due messages and returns how many it has sent: fewer than all only
// when the group has no producers any more.
//
// This is subtle: the set may be replaced while a worker is in the middle of a
// run. The old producer then returns early, with the number that it has sent,
// and the loop sends the rest through the new one. A set that sends nothing and
// is still the current one was released by a stop.
func (c *currentSet) send(worker int, dues []int64) int {
	sent := 0
	for sent < len(dues) {
		set := c.set.Load()
		if set == nil {
			return sent
		}
		n := set.send(worker, dues[sent:], c.clock)
		sent += n
		if n == 0 && c.set.Load() == set {
			return sent
		}
	}
	return sent
}

// swap makes a set the current one and returns the set before it.
func (c *currentSet) swap(next *producerSet) *producerSet { return c.set.Swap(next) }

// release lets all workers go that wait for a free place in a queue.
func (c *currentSet) release() {
	if set := c.set.Load(); set != nil {
		set.release()
	}
}

// releaseIfLost does so if a producer cannot send any more. During a stop nothing
// replaces that producer, and no place in its queue becomes free again.
func (c *currentSet) releaseIfLost() {
	if set := c.set.Load(); set != nil && set.lost() {
		set.release()
	}
}

// list returns the producers in use.
func (c *currentSet) list() []*producerHandle {
	if set := c.set.Load(); set != nil {
		return set.producers
	}
	return nil
}
