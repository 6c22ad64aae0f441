package delivery

// Late messages. A seek empties the queues between the broker and us, but not
// always all at once: for a moment messages of the previous period may still
// arrive. Their numbers are close to the end of that period, while the messages
// after the seek begin elsewhere. The rules below tell the two apart if they are
// at least a window apart, for the first LateLimit numbers of a producer. Late
// messages that are closer need no rule: they share one window with the others.

// nearPreviousEnd reports whether n lies within a window of the end of the
// previous period.
func (s *sequence) nearPreviousEnd(n uint64) bool {
	return s.previousEnd != 0 && n+s.width >= s.previousEnd && n <= s.previousEnd+s.width
}

// mayBeLate reports whether all messages of the sequence so far may be late.
func (s *sequence) mayBeLate() bool {
	unique := s.received - s.duplicated - s.redelivered - s.outsideWindow
	return s.tentative && unique <= LateLimit
}

// judgeJump judges a number that is a window or more above next. It reports
// false if the number is to be counted as it is.
func (s *sequence) judgeJump(n uint64, entry uint32) (Class, bool) {
	switch {
	case s.mayBeLate(): // the seek moved forward
		s.restart(n, entry)
		return New, true
	case !s.tentative && s.nearPreviousEnd(n) && s.late < LateLimit: // it moved back
		s.late++
		s.outsideWindow++
		return OutsideWindow, true
	}
	return New, false
}

// belowWindow accounts for a number below the window.
func (s *sequence) belowWindow(n uint64, entry uint32) Class {
	if n < s.base && s.mayBeLate() { // the seek moved back
		s.restart(n, entry)
		return New
	}
	s.outsideWindow++
	return OutsideWindow
}

// restart lets the account begin at n. The messages before it were late: they
// count as outside the window, and their gaps mean nothing.
func (s *sequence) restart(n uint64, entry uint32) {
	s.outsideWindow = s.received - 1 - s.duplicated - s.redelivered
	s.lost, s.unknownLost, s.gaps, s.outOfOrder = 0, 0, 0, 0
	s.tentative = false
	s.judgedFrom, s.unjudgedLost, s.seenPartitions = s.judgedAtFirst, 0, nil
	clear(s.seen)
	s.base, s.next = n, n
	s.push(n, entry)
}
