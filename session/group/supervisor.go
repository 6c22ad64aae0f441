package group

import (
	"context"
	"time"
)

// How often a supervisor acts.
const (
	CheckEvery    = time.Second            // between two checks; workers report some troubles at once
	retryFirst    = 100 * time.Millisecond // before the second attempt to repair; each later wait doubles
	retryMost     = 5 * time.Second        // between two attempts
	RepairTimeout = 10 * time.Second       // for one attempt: the client's own operations take 5 s
)

// Supervisor repairs a group while it runs. It calls a function that checks the
// group, and that calls Attempt with what it finds: every CheckEvery, at once after
// Wake, and when another attempt to repair is due.
type Supervisor struct {
	Loop
	check func(ctx context.Context, tick bool)
	jobs  chan func(ctx context.Context)

	// The loop's goroutine alone uses the fields below.
	reported map[string]bool // the troubles that were reported since the group was well
	troubled time.Time       // when the trouble began, zero while there is none
	wait     time.Duration   // before the next attempt
	next     time.Time       // of the next attempt
}

// NewSupervisor returns a supervisor that is not started. tick tells check that it
// is called because CheckEvery has passed.
func NewSupervisor(check func(ctx context.Context, tick bool)) *Supervisor {
	s := &Supervisor{check: check, jobs: make(chan func(context.Context))}
	s.Loop = newLoop(s.run)
	return s
}

func (s *Supervisor) run(ctx context.Context) {
	ticker := time.NewTicker(CheckEvery)
	defer ticker.Stop()
	for {
		tick := false
		select {
		case <-ticker.C:
			tick = true
		case <-s.wake:
		case <-s.due():
		case job := <-s.jobs:
			job(ctx)
			continue
		case <-ctx.Done():
			return
		}
		s.check(ctx, tick)
	}
}

// Do calls act in the supervisor's goroutine, when no command changes the group and
// no check runs, and returns after it. The end of ctx ends the context of act, and so
// does a command, which act then tells by an error and is called again after. It is an
// error if ctx ends before the supervisor is free.
func (s *Supervisor) Do(ctx context.Context, act func(ctx context.Context) error) error {
	for {
		var err error
		interrupted := false
		done := make(chan struct{})
		job := func(running context.Context) {
			defer close(done)
			both, cancel := context.WithCancel(running)
			defer cancel()
			defer context.AfterFunc(ctx, cancel)()
			err = act(both)
			interrupted = err != nil && running.Err() != nil
		}
		select {
		case s.jobs <- job:
			<-done
		case <-ctx.Done():
			return ctx.Err()
		}
		if !interrupted {
			return err
		}
	}
}

// due fires when the next attempt is due; it is nil, which never fires, where
// none is.
func (s *Supervisor) due() <-chan time.Time {
	if s.wait == 0 {
		return nil
	}
	return time.After(time.Until(s.next))
}

// Repair tells how a group is repaired, and how the user learns of it.
type Repair struct {
	Report func(err error, isNew bool)     // counts the trouble, and tells the user if it is new
	Do     func(ctx context.Context) error // repairs the group
	Failed func(err error, isNew bool)     // counts an error of Do, and tells the user if it is new
	Done   func(after time.Duration)       // tells the user that the group is well again
}

// Attempt repairs the group. A nil trouble means that the group is well. After a
// failure Attempt does nothing until a wait is over; the wait doubles each time.
// The same error is new only once until the group is well again.
func (s *Supervisor) Attempt(ctx context.Context, trouble error, repair Repair) {
	if trouble == nil {
		s.well()
		return
	}
	if time.Now().Before(s.next) {
		return
	}
	if s.troubled.IsZero() {
		s.troubled = time.Now()
	}
	repair.Report(trouble, s.isNew(trouble))
	attempt, cancel := context.WithTimeout(ctx, RepairTimeout)
	defer cancel()
	err := repair.Do(attempt)
	switch {
	case ctx.Err() != nil: // a command has interrupted it, and takes over
	case err != nil:
		s.wait = min(max(2*s.wait, retryFirst), retryMost)
		s.next = time.Now().Add(s.wait)
		repair.Failed(err, s.isNew(err))
	default:
		repair.Done(time.Since(s.troubled))
		s.well()
	}
}

func (s *Supervisor) well() {
	s.reported, s.wait, s.troubled, s.next = nil, 0, time.Time{}, time.Time{}
}

func (s *Supervisor) isNew(trouble error) bool {
	if s.reported == nil {
		s.reported = map[string]bool{}
	}
	known := s.reported[trouble.Error()]
	s.reported[trouble.Error()] = true
	return !known
}
