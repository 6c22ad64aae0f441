package delivery

// touch notes whether the stream has received anything since the last sweep.
// The caller holds its lock. So the hot path need not note the time.
func (s *sequence) touch(sweep uint64) {
	if s.received != s.sweptReceived {
		s.sweptReceived = s.received
		s.activeAt = sweep
	}
}

// end closes the stream and releases its window. The caller holds its lock.
func (s *sequence) end() {
	s.closed = true
	s.seen, s.entries = nil, nil
}

// retireIdlest ends the stream that was idle for longest and keeps its sums.
// Its holes count as lost, as they have left the window for good; its tail
// remains, as nothing has shown yet that it will not come. The caller holds
// the ledger's mu.
func (l *Audit) retireIdlest() {
	sweep := l.sweeps.Add(1)
	var idlest *sequence
	for _, s := range l.sequences {
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
	sum.Lost, sum.Gaps = sum.Lost+sum.Gaps, 0
	l.retiredTotals.add(sum)
	l.numbers -= idlest.width
	delete(l.sequences, idlest.id)
	l.rememberRetired(idlest.id)
}

// rememberRetired adds id to the retired streams, in the place of the one that
// was retired first when there are too many.
func (l *Audit) rememberRetired(id uint64) {
	if len(l.retiredOrder) < maxRetired {
		l.retiredOrder = append(l.retiredOrder, id)
	} else {
		delete(l.retired, l.retiredOrder[l.retiredAt])
		l.retiredOrder[l.retiredAt] = id
		l.retiredAt = (l.retiredAt + 1) % maxRetired
	}
	l.retired[id] = struct{}{}
}
