package delivery

// touch notes whether the sequence received anything since the last sweep. So a
// delivery itself need not read a clock. The caller holds the lock of s.
func (s *sequence) touch(sweep uint64) {
	if s.received != s.sweptReceived {
		s.sweptReceived = s.received
		s.activeAt = sweep
	}
}

// end closes the sequence and frees its window. The caller holds the lock of s.
func (s *sequence) end() {
	s.closed = true
	s.seen, s.entries = nil, nil
}

// retireIdlest ends the sequence that was idle for longest and keeps its sums.
// Its gaps count as lost, because nothing will fill them. What was not yet
// received stays so. The caller holds mu.
func (a *Audit) retireIdlest() {
	sweep := a.sweeps.Add(1)
	var idlest *sequence
	for _, s := range a.sequences {
		s.mu.Lock()
		s.touch(sweep)
		if idlest == nil || s.activeAt < idlest.activeAt {
			idlest = s
		}
		s.mu.Unlock()
	}
	idlest.mu.Lock()
	sum := idlest.totals()
	idlest.end()
	idlest.mu.Unlock()
	gone := &sum.Lost
	if idlest.unstored {
		gone = &sum.Dropped
	}
	*gone, sum.Gaps = *gone+sum.Gaps, 0
	a.retiredTotals.add(sum)
	a.numbers -= idlest.budgeted
	delete(a.sequences, idlest.id)
	a.rememberRetired(idlest.id)
}

// rememberRetired adds id to the retired producers. When there are too many it
// forgets the one that was retired first.
func (a *Audit) rememberRetired(id uint64) {
	if len(a.retiredOrder) < maxRetired {
		a.retiredOrder = append(a.retiredOrder, id)
	} else {
		delete(a.retired, a.retiredOrder[a.retiredAt])
		a.retiredOrder[a.retiredAt] = id
		a.retiredAt = (a.retiredAt + 1) % maxRetired
	}
	a.retired[id] = struct{}{}
}
