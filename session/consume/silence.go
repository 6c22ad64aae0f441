package consume

import "sync/atomic"

// silence counts how long the workers of a slot have waited for messages in
// vain.
type silence struct {
	waiting  atomic.Int32 // workers that wait for a message at this moment
	received atomic.Int64 // messages so far

	// The supervisor alone uses the fields below.
	seen   int64 // received, at the last check
	checks int   // in a row at which a worker waited and nothing had come
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
