package delivery

import "time"

// settleEvery is how often Settle looks. So a message that has not come is given up
// once it was acknowledged for one to two such times.
const settleEvery = 2 * time.Second

// Settle tells the audits of groups whose topics store nothing what time it is. The
// broker gives a message of such a topic to whoever can take it at once and drops it
// otherwise, so what has not come within seconds cannot come any more: it counts in
// Totals.Dropped, neither as lost nor as outstanding. stored reports whether a topic,
// given by its full name, stores its messages.
func (r *Registry) Settle(now time.Time, stored func(topic string) bool) {
	r.mu.Lock()
	if now.Before(r.settleAt) {
		r.mu.Unlock()
		return
	}
	r.settleAt = now.Add(settleEvery)
	unstored := map[*Audit]bool{}
	for _, m := range r.members {
		all, known := unstored[m.Audit]
		if !known {
			all = true
		}
		for _, topic := range m.Topics {
			all = all && !stored(topic)
		}
		unstored[m.Audit] = all && (known || len(m.Topics) > 0)
	}
	r.mu.Unlock()
	for a, is := range unstored {
		if is {
			a.settle()
		}
	}
}

// settle gives up what was missing at the call before.
func (a *Audit) settle() {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, s := range a.sequences {
		s.mu.Lock()
		s.unstored = true
		if s.opened {
			s.settled, s.settling = s.settling, max(s.expected, s.next)
		}
		s.mu.Unlock()
	}
}

// setAsideDropped moves what was given up in t to dropped. The caller holds mu.
func (s *sequence) setAsideDropped(t *Totals) {
	if !s.unstored || !s.opened {
		return
	}
	var gaps, ahead uint64 // that may still come
	if from := max(s.settled, s.judgedFrom, s.low()); from < s.next {
		gaps = s.unseen(from, s.next)
		gaps = min(gaps-min(gaps, s.unknown.below(s.next)-s.unknown.below(from)), t.Gaps)
	}
	if from := max(s.settled, s.judgedFrom, s.next); from < s.expected {
		ahead = s.expected - from
		ahead = min(ahead-min(ahead, s.unknown.below(s.expected)-s.unknown.below(from)), t.NotYetReceived)
	}
	t.Dropped = t.Lost + t.Gaps - gaps + t.NotYetReceived - ahead
	t.Lost, t.Gaps, t.NotYetReceived = 0, gaps, ahead
}

// TakeBack counts up to so many dropped messages as gaps again: they wait in the queues
// of the group's own consumers.
func (t *Totals) TakeBack(waiting uint64) {
	waiting = min(waiting, t.Dropped)
	t.Dropped -= waiting
	t.Gaps += waiting
}
