package consume

import (
	"context"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/gate"
)

// slot is the place of one consumer at the subscription. The consumer can be
// replaced while the slot and its workers stay. The workers of an exclusive group
// share a slot; all others have one each.
type slot struct {
	number      int       // of its first worker; part of the consumer's name
	account     *account  // of its subscription
	gate        gate.Gate // closed while the consumer is gone or is being replaced
	receiveLock gate.Lock // held during a Receive, until the messages are recorded
	silence     silence
	keys        *seenKeys // of the messages that came here
	current     atomic.Pointer[attachment]
	workers     atomic.Int32
	unfinished  unfinishedRuns

	mu    sync.Mutex // guards fault; held for moments only
	fault error      // why there is no consumer; nil while there is one
}

// attachment returns the present consumer with its state.
func (s *slot) attachment() *attachment { return s.current.Load() }

// fail closes the gate, so that the supervisor replaces the consumer. It does not
// wait for the workers inside.
func (s *slot) fail(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.fault = why
	}
	s.gate.Shut()
}

// failure returns the reason given to fail, or nil.
func (s *slot) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// attach replaces the consumer and opens the gate.
func (s *slot) attach(fresh *attachment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.Store(fresh)
	s.fault = nil
	s.gate.Open()
}

// reopen opens the gate unless the consumer has failed.
func (s *slot) reopen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.gate.Open()
	}
}

// failIfEnded fails the slot if the consumer of at has ended, by the broker or by
// the client, and reports whether it has. It returns false if that consumer was
// replaced already.
func (s *slot) failIfEnded(at *attachment) bool {
	ended, cause := at.consumer.Ended()
	select {
	case <-ended:
	default:
		return false
	}
	if s.attachment() != at {
		return false
	}
	why := cause()
	if why == nil {
		why = &broker.Error{Message: "the broker has closed the consumer"}
	}
	s.fail(why)
	return true
}

// broken reports whether the consumer must be replaced.
func (s *slot) broken() bool { return s.failure() != nil || s.failIfEnded(s.attachment()) }

// closeIfUnused closes the consumer if the caller was the slot's last worker.
func (s *slot) closeIfUnused(ctx context.Context) error {
	if s.workers.Add(-1) > 0 {
		return nil
	}
	for run := s.unfinished.take(); run != nil; run = s.unfinished.take() {
		run.release()
	}
	at := s.attachment()
	at.finish(ctx)
	return at.consumer.Close(ctx)
}

// unfinishedRuns are the runs that removed workers had not processed to the end.
// The other workers of the slot go on with them.
type unfinishedRuns struct {
	count atomic.Int32 // of runs, so that take is free while there are none
	mu    sync.Mutex   // guards runs; held for moments only
	runs  []*inflightRun
}

func (u *unfinishedRuns) add(run *inflightRun) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.runs = append(u.runs, run)
	u.count.Store(int32(len(u.runs)))
}

// take removes the oldest run and returns it, nil if there is none.
func (u *unfinishedRuns) take() *inflightRun {
	if u.count.Load() == 0 {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.runs) == 0 {
		return nil
	}
	run := u.runs[0]
	u.runs = u.runs[1:]
	u.count.Store(int32(len(u.runs)))
	return run
}

// silence counts the checks for which the workers of a slot have waited for a
// message in vain.
type silence struct {
	waiting  atomic.Int32 // workers that wait for a message at this moment
	received atomic.Int64 // messages so far

	// The supervisor alone uses the fields below.
	seen   int64 // received, at the last check
	checks int   // in a row at which a worker waited and no message had come
}

// check returns the number of checks in a row at which a worker waited and
// nothing had come since the check before.
func (s *silence) check() int {
	received := s.received.Load()
	if s.waiting.Load() > 0 && received == s.seen {
		s.checks++
	} else {
		s.checks = 0
	}
	s.seen = received
	return s.checks
}
