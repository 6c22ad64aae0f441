package session

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// How often the admin API is asked about topics, how long it may take, and how
// long a topic's rate limits are taken to stand.
const (
	pollEvery   = time.Second
	pollTimeout = 2 * time.Second
	limitsEvery = 30 * time.Second
)

// truths turns answers about a group's topics into figures.
type truths struct {
	mu        sync.Mutex
	now       snapshot.BrokerStats
	before    map[string]counters
	answered  answers // the last
	throttled int64
	limitAt   time.Time
	apart     int // answers in a row that disagreed
}

// known is the latest.
func (t *truths) known() snapshot.BrokerStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// learn takes answers; subscription is "" for a producer group. It tells what
// has happened since those before.
func (t *truths) learn(own answers, subscription string, now time.Time) []event {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, counted := own.sum(subscription), own.counters(subscription)
	before, out := t.now, s.Subscriptions[subscription]
	next := snapshot.BrokerStats{
		At: now, Messages: s.MessagesIn, Storage: s.StorageBytes, Producers: s.Producers,
		BacklogEntries: out.BacklogEntries, Unacked: out.Unacked,
		BacklogMessages: int64(math.Round(float64(out.BacklogEntries) * max(s.MessagesPerEntry, 1))),
		Limit:           before.Limit,
	}
	grownIn, grownOut, events := compareCounters(t.before, counted, subscription)
	apart := now.Sub(before.At)
	if before.At.IsZero() {
		apart = 0
	}
	next.Spread = own.spread(t.answered, subscription, apart)
	if span := apart.Seconds(); span > 0 {
		next.InPerSecond, next.OutPerSecond = float64(grownIn)/span, float64(grownOut)/span
		next.Throttled = s.Throttled > t.throttled
	}
	t.before, t.answered, t.throttled, t.now = counted, own, s.Throttled, next
	return events
}

// limitsDue says whether the topic's rate limits should be asked for.
func (t *truths) limitsDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now.Throttled && now.Sub(t.limitAt) > limitsEvery
}

// explain asks which limit holds publishers back.
func (t *truths) explain(ctx context.Context, from broker.Admin, topic string) {
	limits, err := from.Limits(ctx, topic)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limitAt = time.Now()
	for _, l := range limits {
		if l.On == "publish" || l.On == "whole publish" {
			t.now.Limit = l.String()
			return
		}
	}
}

// A disagreement stands when so many answers in a row are further apart than
// this share: one answer and our own second never cover the same moments.
const (
	apartShare   = 0.05
	apartAnswers = 5
)

// compare holds the broker's count against ours; both are messages a second.
// It returns a sentence once, when a disagreement begins to stand.
func (t *truths) compare(name string, ours float64) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	theirs := t.now.InPerSecond
	if math.Abs(theirs-ours) <= apartShare*max(theirs, ours) {
		t.apart = 0
		return ""
	}
	t.apart++
	if t.apart < apartAnswers {
		return ""
	}
	t.now.Apart = fmt.Sprintf("the broker counts %.0f/s in and pulsh %.0f/s acked", theirs, ours)
	if t.apart > apartAnswers {
		return ""
	}
	return name + ": " + t.now.Apart
}
