package brokerstats

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// Tracker turns the statistics of a group's topics into figures. Any goroutine
// may call its methods.
type Tracker struct {
	mu         sync.Mutex
	latest     snapshot.BrokerStats
	stats      StatsByTopic        // that latest was made from
	followed   []string            // the subscriptions that counters are of
	counters   map[string]counters // likewise
	throttled  int64               // publishes that were throttled so far
	limitsAt   time.Time           // when the rate limits were last asked for
	apart      string              // the difference of the last comparison, or ""
	missed     int                 // requests in a row without an answer
	removal    removal
	comparison comparison
	blockedBy  string           // the bound of unacknowledged messages that holds deliveries back, or ""
	dispatch   map[string]int64 // how often dispatch rates held deliveries back so far
}

// Latest returns the figures of the last statistics.
func (t *Tracker) Latest() snapshot.BrokerStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latest
}

// Move forgets what a cluster has told: the statistics that follow are of another one.
func (t *Tracker) Move() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latest, t.stats, t.counters, t.throttled, t.limitsAt = snapshot.BrokerStats{}, nil, nil, 0, time.Time{}
	t.missed, t.removal, t.blockedBy, t.dispatch = 0, removal{copies: t.removal.copies}, "", nil
	t.forgetComparison()
}

// Unanswered notes a request that was not answered. After StaleAfter of them the
// figures are unknown: what was true then need not be true now.
func (t *Tracker) Unanswered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.missed++
	t.forgetComparison()
	if t.missed >= StaleAfter {
		t.latest, t.stats = snapshot.BrokerStats{Limit: t.latest.Limit, Removed: t.latest.Removed}, nil
	}
}

// Observe takes statistics, and returns what has happened to the topics since
// those before. subscription is "" for a producer group.
func (t *Tracker) Observe(own StatsByTopic, subscription string, now time.Time) []Incident {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, counted := own.Sum(subscription), own.counters(subscription)
	before, out := t.latest, s.Subscriptions[subscription]
	t.missed = 0
	next := snapshot.BrokerStats{
		At: now, Messages: s.MessagesIn, Storage: s.StorageBytes, Producers: s.Producers, BacklogFull: s.BacklogFull,
		BacklogEntries: out.BacklogEntries, Unacked: out.Unacked,
		BacklogMessages: int64(math.Round(float64(out.BacklogEntries) * max(s.MessagesPerEntry, 1))),
		Replicated:      s.Replicated,
		Limit:           before.Limit, Blocked: out.Blocked, BlockedBy: t.blockedBy, Removed: t.removal.sum,
	}
	for on, n := range out.Throttled {
		if was, known := t.dispatch[on]; n > was && (known || t.dispatch != nil) {
			next.DispatchLimit = on
		}
	}
	if next.DispatchLimit != "" {
		if before.DispatchLimit != "" {
			next.DispatchLimit = before.DispatchLimit
		} else {
			next.DispatchLimit = "a " + next.DispatchLimit + " rate"
			t.limitsAt = time.Time{} // which one it is
		}
	}
	t.dispatch = map[string]int64{}
	maps.Copy(t.dispatch, out.Throttled)
	grownIn, grownOut, incidents := compareCounters(t.counters, counted, subscription)
	apart := now.Sub(before.At)
	if before.At.IsZero() {
		apart = 0
	}
	next.Spread = own.spread(t.stats, subscription, apart)
	if span := apart.Seconds(); span > 0 {
		next.InPerSecond, next.OutPerSecond = float64(grownIn)/span, float64(grownOut)/span
		next.Throttled = s.Throttled > t.throttled
	}
	if len(incidents) > 0 {
		t.forgetComparison()
	}
	t.counters, t.stats, t.throttled, t.latest = counted, own, s.Throttled, next
	return incidents
}

// LimitsDue reports whether Explain should be called: the broker throttles, and
// the limits were not asked for lately.
func (t *Tracker) LimitsDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return (t.latest.Throttled || t.latest.DispatchLimit != "") && now.Sub(t.limitsAt) > limitsEvery
}

// Explain asks for the topic's rate limits, and keeps those that throttle
// publishers and consumers.
func (t *Tracker) Explain(ctx context.Context, from broker.Admin, topic string) {
	limits, err := from.Limits(ctx, topic)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limitsAt = time.Now()
	publish := slices.IndexFunc(limits, func(l broker.Limit) bool { return l.On == "publish" || l.On == "whole publish" })
	if publish >= 0 {
		t.latest.Limit = limits[publish].String()
	}
	dispatch := slices.IndexFunc(limits, func(l broker.Limit) bool { return "a "+l.On+" rate" == t.latest.DispatchLimit })
	if dispatch >= 0 {
		t.latest.DispatchLimit = limits[dispatch].String()
	}
}

// The counts of the broker and of pulsh are compared over the same span: they differ
// if they are further apart than differenceMin of what was counted and what flows in
// differenceSlack, because the two are not read at one instant.
const (
	compareSpan     = 30 * time.Second
	differenceMin   = 0.05
	differenceSlack = 2 * time.Second
)

// comparison is a span over which the broker and pulsh count the same messages.
type comparison struct {
	from      time.Time // zero while nothing is compared
	in, acked int64     // at from
	said      bool      // of a difference that goes on
}

// Compare compares the number of messages that the broker has stored with that of
// pulsh's receipts, over compareSpan. acked is the number of receipts so far. It
// returns a sentence once, when they begin to differ, and "" otherwise.
func (t *Tracker) Compare(acked int64, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, in := &t.comparison, t.latest.Messages
	if c.from.IsZero() || in < c.in || acked < c.acked {
		*c = comparison{from: now, in: in, acked: acked, said: c.said}
		return ""
	}
	span := now.Sub(c.from)
	if span < compareSpan {
		t.latest.Apart = t.apart
		return ""
	}
	stored, answered := float64(in-c.in), float64(acked-c.acked)
	difference, larger := math.Abs(stored-answered), max(stored, answered)
	*c = comparison{from: now, in: in, acked: acked, said: c.said}
	if difference <= differenceMin*larger+larger*differenceSlack.Seconds()/span.Seconds() {
		t.apart, c.said = "", false
		return ""
	}
	t.apart = fmt.Sprintf("in %.0f s the broker stored %.0f messages and acked %.0f (they differ by %.0f %%)", span.Seconds(), stored, answered, 100*difference/larger)
	t.latest.Apart = t.apart
	if c.said {
		return ""
	}
	c.said = true
	return t.apart
}

// Skip says that pulsh and the broker do not count the same messages now.
func (t *Tracker) Skip() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forgetComparison()
}

// forgetComparison begins a new span, after a moment in which the counts differ for a
// reason. It needs mu.
func (t *Tracker) forgetComparison() { t.comparison, t.apart = comparison{}, "" }
