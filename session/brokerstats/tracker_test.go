package brokerstats

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// published returns the statistics of a topic that has stored so many messages.
func published(n int64) StatsByTopic {
	return StatsByTopic{"persistent://public/default/t": {MessagesIn: n, MessagesPerEntry: 1}}
}

// The broker and pulsh count at different moments. A rate that jumps, swings or
// catches up makes no difference between their counts.
func TestCountsOfTwoMomentsDoNotDiffer(t *testing.T) {
	for name, rate := range map[string]func(second int) int64{
		"constant": func(int) int64 { return 20_000 },
		"falls":    func(s int) int64 { return []int64{50_000, 5_000}[min(s/20, 1)] },
		"swings":   func(s int) int64 { return 1000 + int64(s%7)*4000 },
		"idle":     func(int) int64 { return 0 },
		"spike":    func(s int) int64 { return []int64{100, 60_000}[btoi(s%25 == 24)] },
	} {
		t.Run(name, func(t *testing.T) {
			var tracker Tracker
			now, stored := time.Unix(1000, 0), int64(0)
			for s := range 200 {
				acked := stored + rate(s)/2 // pulsh is asked half a second later
				stored += rate(s)
				tracker.Observe(published(stored), "", now)
				require.Empty(t, tracker.Compare(acked, now), "after %d s", s)
				now = now.Add(time.Second)
			}
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A lasting difference is told once, and forgotten when it is over or when the
// counters begin again.
func TestALastingDifferenceIsToldOnce(t *testing.T) {
	var tracker Tracker
	now, stored, acked, said := time.Unix(1000, 0), int64(0), int64(0), 0
	for range 120 {
		stored, acked = stored+1000, acked+700
		tracker.Observe(published(stored), "", now)
		if text := tracker.Compare(acked, now); text != "" {
			require.Equal(t, "in 30 s the broker stored 30000 messages and acked 21000 (they differ by 30 %)", text)
			said++
		}
		now = now.Add(time.Second)
	}
	require.Equal(t, 1, said)
	require.NotEmpty(t, tracker.Latest().Apart)
	tracker.Observe(published(5), "", now) // the topic was loaded anew
	tracker.Compare(acked, now)
	require.Empty(t, tracker.Latest().Apart)
}

// waiting returns the statistics of a subscription.
func waiting(in, out, entries int64, ratio float64) broker.TopicStats {
	return broker.TopicStats{MessagesIn: in, MessagesPerEntry: ratio, StorageBytes: 1 << 30,
		Subscriptions: map[string]broker.SubscriptionStats{"s": {MessagesOut: out, BacklogEntries: entries}}}
}

// A backlog of small batches that is consumed is not one that somebody skipped: the
// audit misses nothing.
func TestASuspicionNeedsTheAudit(t *testing.T) {
	var tracker Tracker
	restored := false
	see := func(s broker.TopicStats, missing int64) string {
		own := StatsByTopic{"persistent://public/default/t": s}
		tracker.Observe(own, "s", time.Now())
		return tracker.Removal(t.Context(), nil, "t", "s", own, Told{Restored: restored, Missing: missing})
	}
	require.Empty(t, see(waiting(100_000, 0, 2000, 60), 0))
	restored = true
	require.Empty(t, see(waiting(100_000, 0, 1000, 60), 60_000), "sizes of entries change after an outage")
	restored = false
	require.Empty(t, see(waiting(100_000, 0, 1000, 60), 60_000))
	require.Empty(t, see(waiting(100_000, 2000, 100, 60), 0), "900 small entries of 2 messages were delivered")
	for range suspectedPolls + 1 {
		require.Empty(t, see(waiting(100_000, 2000, 100, 60), 0))
	}
	require.Empty(t, see(waiting(100_000, 2000, 100, 60), 60_000), "the suspicion is old")
	require.Empty(t, see(waiting(200_000, 2000, 2000, 60), 0))
	require.Equal(t, "about 113,980 messages left the backlog of s undelivered (the subscription was moved on, not by this group)",
		see(waiting(200_000, 4000, 100-33, 60), 110_000))
	require.EqualValues(t, 0, tracker.Latest().Removed.Expired)
	require.Positive(t, tracker.Latest().Removed.Moved)
	tracker.ForgetRemoved()
	require.Zero(t, tracker.Latest().Removed.Sum())
}

// The messages of aborted transactions leave the backlog, and nobody receives them.
func TestAbortedMessagesWereNotMovedOver(t *testing.T) {
	for where, want := range map[string]bool{"markers": false, "audit": false, "nowhere": true} {
		var tracker Tracker
		see := func(in, out, entries, aborted, missing int64) string {
			s := waiting(in, out, entries, 1)
			told := Told{Missing: missing}
			switch where {
			case "markers":
				s.Markers = aborted / 50
			case "audit":
				told.Aborted = aborted
			}
			own := StatsByTopic{"persistent://public/default/t": s}
			tracker.Observe(own, "s", time.Now())
			return tracker.Removal(t.Context(), nil, "t", "s", own, told)
		}
		require.Empty(t, see(10_000, 9000, 1000, 0, 0))
		require.Equal(t, want, see(12_000, 11_500, 100, 500, 400) != "", where)
	}
}

// Each end of a transaction is an entry in the backlog that no message explains, of each
// subscription.
func TestEndsOfTransactionsAreNoMoveBack(t *testing.T) {
	for _, names := range [][]string{{"s"}, {"s-0", "s-1"}} {
		var tracker Tracker
		tracker.Follow(names)
		see := func(in, markers, entries int64) string {
			stats := broker.TopicStats{MessagesIn: in, Markers: markers, MessagesPerEntry: 1, Subscriptions: map[string]broker.SubscriptionStats{}}
			for _, name := range names {
				stats.Subscriptions[name] = broker.SubscriptionStats{BacklogEntries: entries}
			}
			own := StatsByTopic{"persistent://public/default/t": stats}.Together(names, "s")
			tracker.Observe(own, "s", time.Now())
			tracker.Removal(t.Context(), nil, "t", "s", own, Told{})
			return tracker.MovedBack("s", 0, false, false)
		}
		require.Empty(t, see(1000, 100, 1100))
		require.Empty(t, see(2000, 200, 2200), "100 transactions of 10 messages")
		require.NotEmpty(t, see(3000, 300, 4300), "1000 entries more")
	}
}

// What is explained by topics that were loaded again is not told when their number
// changes next.
func TestAnExplainedMoveBackIsForgotten(t *testing.T) {
	var tracker Tracker
	see := func(entries int64, restarted bool, topics ...string) string {
		own := StatsByTopic{}
		for _, name := range topics {
			own["persistent://public/default/"+name] = waiting(1000, 0, entries, 1)
		}
		tracker.Observe(own, "s", time.Now())
		tracker.Removal(t.Context(), nil, "t", "s", own, Told{})
		return tracker.MovedBack("s", 0, restarted, false)
	}
	require.Empty(t, see(0, false, "t"))
	require.Empty(t, see(500, true, "t"))
	require.Empty(t, see(500, false, "t", "u"))
}

// Nothing is stored on a non-persistent topic: a counter that falls there is that of a
// consumer that left, and no backlog is gone.
func TestANonPersistentSubscriptionLosesNoBacklog(t *testing.T) {
	for topic, want := range map[string]int{"persistent://public/default/t": 1, "non-persistent://public/default/t": 0} {
		before := map[string]counters{topic: {in: 10, out: 10, subscribed: true}}
		now := map[string]counters{topic: {in: 20, out: 5, subscribed: true}}
		_, _, incidents := compareCounters(before, now, "s")
		require.Len(t, incidents, want, topic)
	}
}

// Removal tells of an eviction at once: the audit awaits more than the backlog holds, though no
// later message has come yet that leaves the others out.
func TestWhatTheBacklogCannotHoldWasRemoved(t *testing.T) {
	for _, c := range []struct {
		name    string
		awaited int64
		want    string
	}{
		{"awaited in vain", 2789, "about 2,415 messages left the backlog of s undelivered (the subscription was moved on, not by this group)"},
		{"not awaited", 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tracker Tracker
			see := func(s broker.TopicStats, awaited int64) string {
				own := StatsByTopic{"persistent://public/default/t": s}
				tracker.Observe(own, "s", time.Now())
				return tracker.Removal(t.Context(), nil, "t", "s", own, Told{Awaited: awaited})
			}
			require.Empty(t, see(waiting(3000, 211, 2789, 1), 2789))
			require.Equal(t, c.want, see(waiting(3000, 211, 374, 1), c.awaited))
		})
	}
}

// A drain after a seek looks like a removal to the counters: entries differ in size, and
// the audit counts at another moment than the broker. It confirms nothing.
func TestADrainConfirmsNoRemoval(t *testing.T) {
	for _, c := range []struct {
		name             string
		in, out, entries int64
		ratio            float64
		awaited          int64
		told             bool
	}{
		{"entries of several messages", 3000, 211, 100, 10, 1900, false},
		{"a fast flow", 43_000, 37_211, 374, 1, 4000, false},
		{"neither", 3000, 211, 374, 1, 2789, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tracker Tracker
			see := func(s broker.TopicStats, awaited int64) string {
				own := StatsByTopic{"persistent://public/default/t": s}
				tracker.Observe(own, "s", time.Now())
				return tracker.Removal(t.Context(), nil, "t", "s", own, Told{Awaited: awaited})
			}
			require.Empty(t, see(waiting(3000, 211, int64(2789/c.ratio), c.ratio), 2789))
			require.Equal(t, c.told, see(waiting(c.in, c.out, c.entries, c.ratio), c.awaited) != "")
		})
	}
}

func TestAnotherClusterHasNotReloadedTheTopic(t *testing.T) {
	stats := func(in, out int64) StatsByTopic {
		return StatsByTopic{broker.FullTopic("fast"): {MessagesIn: in, Subscriptions: map[string]broker.SubscriptionStats{"s": {MessagesOut: out, BacklogEntries: in - out}}}}
	}
	var tracker Tracker
	tracker.Follow([]string{"s"})
	now := time.Now()
	require.Empty(t, tracker.Observe(stats(5000, 4000), "s", now))
	require.NotEmpty(t, tracker.Observe(stats(10, 5), "s", now.Add(time.Second)))
	require.Empty(t, tracker.Observe(stats(5000, 4000), "s", now.Add(2*time.Second)))
	tracker.Move()
	require.Zero(t, tracker.Latest().At, "the figures of the other cluster are unknown still")
	require.Empty(t, tracker.Observe(stats(10, 5), "s", now.Add(3*time.Second)))
	require.Zero(t, tracker.Latest().InPerSecond)
}

// What a consumer had when its connection broke is missing until it comes again. It
// confirms no suspicion, and what is missing beside it does.
func TestWhatABrokenConnectionHeldWasNotMovedOver(t *testing.T) {
	const moved = "about 3,000 messages left the backlog of s undelivered (the subscription was moved on, not by this group)"
	before, after := waiting(300_000, 1000, 100_000, 3), waiting(300_000, 1000, 99_000, 3)
	watch := func() func(s broker.TopicStats, told Told) string {
		var tracker Tracker
		return func(s broker.TopicStats, told Told) string {
			own := StatsByTopic{"persistent://public/default/t": s}
			tracker.Observe(own, "s", time.Now())
			return tracker.Removal(t.Context(), nil, "t", "s", own, told)
		}
	}
	see := watch()
	require.Empty(t, see(before, Told{}))
	require.Empty(t, see(before, Told{Missing: 2000, Disturbed: true}))
	require.Empty(t, see(after, Told{Missing: 2000}), "the sizes of entries differ after an outage")
	require.Empty(t, see(after, Told{Missing: 300}))
	require.Equal(t, moved, see(after, Told{Missing: 3300}))

	see = watch()
	require.Empty(t, see(before, Told{}))
	require.Empty(t, see(after, Told{Missing: 2900, Disturbed: true}))
	for range redeliveredPolls {
		require.Empty(t, see(after, Told{Missing: 2900}))
	}
	require.Equal(t, moved, see(after, Told{Missing: 2900}), "it would have come again by now")
}
