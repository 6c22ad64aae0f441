package delivery

// A seek empties the queues between the broker and us, but not always all at
// once: for a moment messages of the epoch before may still arrive. They have
// numbers close to the end of that epoch, while the seek's own messages begin
// somewhere else. The rules below tell the two apart where they are at least a
// window apart, for the first StragglerLimit numbers of a stream. Closer
// stragglers need no rule: they lie in one window with the rest.

// nearPrevious reports whether n lies within a window of where the epoch
// before ended.
func (s *sequence) nearPrevious(n uint64) bool {
	return s.previous != 0 && n+s.width >= s.previous && n <= s.previous+s.width
}

// mayBeStragglers reports whether all numbers of the stream so far may have been
// stragglers.
func (s *sequence) mayBeStragglers() bool {
	unique := s.received - s.duplicated - s.redelivered - s.tooOld
	return s.tentative && unique <= StragglerLimit
}

// leapUp judges a number a window or more above next. It reports false when
// the leap is to be counted as it is.
func (s *sequence) leapUp(n uint64, entry uint32) (Class, bool) {
	switch {
	case s.mayBeStragglers(): // the seek went forward
		s.restart(n, entry)
		return New, true
	case !s.tentative && s.nearPrevious(n) && s.stragglers < StragglerLimit: // it went back
		s.stragglers++
		s.tooOld++
		return TooOld, true
	}
	return New, false
}

// tooLow accounts for a number that lies below the window.
func (s *sequence) tooLow(n uint64, entry uint32) Class {
	if n < s.base && s.mayBeStragglers() { // the seek went back
		s.restart(n, entry)
		return New
	}
	s.tooOld++
	return TooOld
}

// restart lets the account begin at n. What has been seen so far were
// stragglers: they become too old to tell, and their gaps mean nothing.
func (s *sequence) restart(n uint64, entry uint32) {
	s.tooOld = s.received - 1 - s.duplicated - s.redelivered
	s.lost, s.excused, s.holes, s.outOfOrder = 0, 0, 0, 0
	s.tentative = false
	s.sure, s.outside, s.met = 0, 0, nil
	clear(s.seen)
	s.base, s.next = n, n
	s.push(n, entry)
}
