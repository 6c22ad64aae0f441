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

// Supervisor repairs a group while it runs. It checks the group once every
// CheckEvery, at once when Wake is called, and when an attempt to repair is due
// again.
//
// The kind of group gives it a check, which finds the trouble and calls Attempt.
type Supervisor struct {
	Loop
	check func(ctx context.Context, tick bool)

	// The loop's goroutine alone uses the fields below.
	reported map[string]bool // the troubles that were reported since the group was well
	troubled time.Time       // when the trouble began, zero while there is none
	wait     time.Duration   // before the next attempt
	next     time.Time       // of the next attempt
}

// NewSupervisor returns a supervisor that is not started. tick is true where
// check is called because CheckEvery has passed.
func NewSupervisor(check func(ctx context.Context, tick bool)) *Supervisor {
	s := &Supervisor{check: check}
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
		case <-ctx.Done():
			return
		}
		s.check(ctx, tick)
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

// Repair is how a kind of group repairs a trouble.
type Repair struct {
	Report func(err error, isNew bool) // counts an error, and tells the user if it is new
	Failed func(err error, isNew bool) // likewise, where the repair itself fails
	Do     func(ctx context.Context) error
	Done   func(after time.Duration) // tells the user that the group is well again
}

// Attempt repairs a trouble, or remembers that the group is well if there is
// none. After a failure it waits, twice as long each time. Each error is new
// once until the group is well.
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
	case ctx.Err() != nil: // a command has interrupted it
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
