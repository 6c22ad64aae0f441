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
	mu        sync.Mutex
	latest    snapshot.BrokerStats
	stats     StatsByTopic        // that latest was made from
	counters  map[string]counters // likewise
	throttled int64               // publishes that were throttled so far
	limitsAt  time.Time           // when the rate limits were last asked for
	differing int                 // statistics in a row in which the rates differed
	missed    int                 // requests in a row without an answer
	removal   removal
	blockedBy string           // the bound of unacknowledged messages that holds deliveries back, or ""
	dispatch  map[string]int64 // how often dispatch rates held deliveries back so far
}

// Latest returns the figures of the last statistics.
func (t *Tracker) Latest() snapshot.BrokerStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latest
}

// Unanswered notes a request that was not answered. After StaleAfter of them the
// figures are unknown: what was true then need not be true now.
func (t *Tracker) Unanswered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.missed++
	if t.missed >= StaleAfter {
		t.latest, t.stats, t.differing = snapshot.BrokerStats{Limit: t.latest.Limit, Removed: t.latest.Removed}, nil, 0
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

// Two rates differ if so many statistics in a row are further apart than this
// share: one of them and our own second never cover the same moments.
const (
	differenceMin = 0.05
	differingMin  = 5
)

// Compare compares the broker's rate of the topic with that of pulsh's receipts,
// both in messages per second. It returns a sentence once, when they begin to
// differ, and "" otherwise.
func (t *Tracker) Compare(acked float64) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	in := t.latest.InPerSecond
	difference, larger := math.Abs(in-acked), max(in, acked)
	if difference <= differenceMin*larger {
		t.differing = 0
		return ""
	}
	t.differing++
	if t.differing < differingMin {
		return ""
	}
	t.latest.Apart = fmt.Sprintf("the broker reports %.0f/s in, pulsh %.0f/s acked (they differ by %.0f %%)", in, acked, 100*difference/larger)
	if t.differing > differingMin {
		return ""
	}
	return t.latest.Apart
}
