package delivery

// A seek empties the queues between the broker and us, but not always all at
// once: for a moment messages of the epoch before may still arrive. They have
// numbers close to the end of that epoch, while the seek's own messages begin
// somewhere else. The rules below tell the two apart where they are at least a
// window apart, for the first StragglerLimit numbers of a stream. Closer
// stragglers need no rule: they lie in one window with the rest.

// nearPreviousEnd reports whether n lies within a window of where the epoch
// before ended.
func (s *sequence) nearPreviousEnd(n uint64) bool {
	return s.previousEnd != 0 && n+s.width >= s.previousEnd && n <= s.previousEnd+s.width
}

// mayBeLate reports whether all numbers of the stream so far may have been
// stragglers.
func (s *sequence) mayBeLate() bool {
	unique := s.received - s.duplicated - s.redelivered - s.outsideWindow
	return s.tentative && unique <= LateLimit
}

// judgeJump judges a number a window or more above next. It reports false when
// the leap is to be counted as it is.
func (s *sequence) judgeJump(n uint64, entry uint32) (Class, bool) {
	switch {
	case s.mayBeLate(): // the seek went forward
		s.restart(n, entry)
		return New, true
	case !s.tentative && s.nearPreviousEnd(n) && s.late < LateLimit: // it went back
		s.late++
		s.outsideWindow++
		return OutsideWindow, true
	}
	return New, false
}

// belowWindow accounts for a number that lies below the window.
func (s *sequence) belowWindow(n uint64, entry uint32) Class {
	if n < s.base && s.mayBeLate() { // the seek went back
		s.restart(n, entry)
		return New
	}
	s.outsideWindow++
	return OutsideWindow
}

// restart lets the account begin at n. What has been seen so far were
// stragglers: they become too old to tell, and their gaps mean nothing.
func (s *sequence) restart(n uint64, entry uint32) {
	s.outsideWindow = s.received - 1 - s.duplicated - s.redelivered
	s.lost, s.unknownLost, s.gaps, s.outOfOrder = 0, 0, 0, 0
	s.tentative = false
	s.judgedFrom, s.unjudgedLost, s.seenPartitions = 0, 0, nil
	clear(s.seen)
	s.base, s.next = n, n
	s.push(n, entry)
}
