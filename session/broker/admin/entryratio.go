package admin

// ratioPoints bounds the points of a published history.
const ratioPoints = 48

// published is how many entries and messages were added to a partition, at some times
// since the broker loaded it, the newest last. It tells how many messages the newest
// entries hold, which are those of a backlog: batches may have been larger before.
type published []publishedPoint

type publishedPoint struct{ entries, messages int64 }

// with returns the history with one more point. It never changes p. Counters that have
// begun again begin a new history.
func (p published) with(entries, messages int64) published {
	if n := len(p); n > 0 {
		last := p[n-1]
		switch {
		case entries < last.entries || messages < last.messages:
			p = nil
		case entries == last.entries:
			p = p[:n-1]
		}
	}
	next := make(published, 0, len(p)+1)
	for i, point := range p {
		if len(p) < ratioPoints || i%2 == 0 || i >= len(p)/2 { // old points may be far apart
			next = append(next, point)
		}
	}
	return append(next, publishedPoint{entries, messages})
}

// perEntry returns the mean number of messages in the newest entries, 0 if it is not
// known.
func (p published) perEntry(backlog int64) float64 {
	if len(p) == 0 || p[len(p)-1].entries <= 0 || p[len(p)-1].messages <= 0 {
		return 0
	}
	now := p[len(p)-1]
	backlog = min(max(backlog, 1), now.entries)
	for i := len(p) - 2; i >= 0; i-- {
		if now.entries-p[i].entries >= backlog {
			return float64(now.messages-p[i].messages) / float64(now.entries-p[i].entries)
		}
	}
	first := p[0]
	if first.entries == 0 || now.entries == first.entries {
		return float64(now.messages) / float64(now.entries)
	}
	// The backlog began before the history: for that part the mean of all before it.
	older := float64(first.messages) / float64(first.entries) * float64(backlog-(now.entries-first.entries))
	return (float64(now.messages-first.messages) + older) / float64(backlog)
}
