package brokerstats

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

// RequestsAtOnce bounds the requests to the admin API that are in flight: a small
// server has four HTTP threads, and others need some too.
const RequestsAtOnce = 8

// StatsByTopic is the broker's statistics by the topic's full name. It has no
// entry for a topic that does not exist.
type StatsByTopic map[string]broker.TopicStats

var errTooMany = fmt.Errorf("the broker is not asked for the statistics of more than %d topics of a group", spec.PolledTopicsMax)

// Asked returns the topics of a group that the broker is asked for once a second: all or,
// if they are too many, none. The broker's figures are then unknown.
func Asked(topics []string) []string {
	if len(topics) > spec.PolledTopicsMax {
		return nil
	}
	return topics
}

// FetchGroup is Fetch for the topics of a group. If they are too many, all have failed.
func FetchGroup(ctx context.Context, from broker.Admin, topics []string) (got StatsByTopic, failed map[string]error) {
	if len(topics) <= spec.PolledTopicsMax {
		return Fetch(ctx, from, topics)
	}
	failed = make(map[string]error, len(topics))
	for _, topic := range topics {
		failed[topic] = errTooMany
	}
	return StatsByTopic{}, failed
}

// Fetch asks for the statistics of topics side by side, within FetchTimeout. The
// topics in failed were not answered for; those in neither do not exist.
func Fetch(ctx context.Context, from broker.Admin, topics []string) (got StatsByTopic, failed map[string]error) {
	ctx, cancel := context.WithTimeout(ctx, FetchTimeout)
	defer cancel()
	got, failed = StatsByTopic{}, map[string]error{}
	var mu sync.Mutex
	var asking errgroup.Group
	asking.SetLimit(RequestsAtOnce)
	for _, topic := range topics {
		asking.Go(func() error {
			stats, err := from.Stats(ctx, topic)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				got[topic] = stats
			case !IsMissing(err):
				failed[topic] = err
			}
			return nil
		})
	}
	_ = asking.Wait() // every failure is in failed
	return got, failed
}

// IsMissing reports whether a refusal means that the topic does not exist.
func IsMissing(err error) bool {
	return broker.IsMissing(err) || broker.Classify(err) == broker.Gone
}

// Of returns the statistics of a group's topics. ok is false if one of them was
// not answered for, or if none exists.
func (a StatsByTopic) Of(topics []string, failed map[string]error) (own StatsByTopic, ok bool) {
	own = StatsByTopic{}
	for _, topic := range topics {
		full := broker.FullTopic(topic)
		if failed[full] != nil {
			return nil, false
		}
		if stats, ok := a[full]; ok {
			own[full] = stats
		}
	}
	return own, len(own) > 0
}

// Sum adds the topics up as if they were one. If the subscription has a backlog,
// MessagesPerEntry is that of the backlog, so that entries times it estimate the
// backlog in messages.
func (a StatsByTopic) Sum(subscription string) broker.TopicStats {
	if len(a) == 1 {
		for _, stats := range a {
			return stats
		}
	}
	sum := broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{}, MessagesPerEntry: 1}
	var total broker.SubscriptionStats
	messages, subscribed := 0.0, false
	for _, s := range a {
		sum.MessagesIn += s.MessagesIn
		sum.BytesIn += s.BytesIn
		sum.RateIn += s.RateIn
		sum.ThroughputIn += s.ThroughputIn
		sum.StorageBytes += s.StorageBytes
		sum.Producers += s.Producers
		sum.Throttled += s.Throttled
		sum.Markers += s.Markers
		sum.Replicated = sum.Replicated || s.Replicated
		sum.BacklogFull = sum.BacklogFull || s.BacklogFull
		own, ok := s.Subscriptions[subscription]
		subscribed = subscribed || ok
		messages += float64(own.BacklogEntries) * max(s.MessagesPerEntry, 1)
		total = addSubscription(total, own)
	}
	if total.BacklogEntries > 0 {
		sum.MessagesPerEntry = messages / float64(total.BacklogEntries)
	}
	if subscribed {
		sum.Subscriptions[subscription] = total
	}
	return sum
}

func addSubscription(a, b broker.SubscriptionStats) broker.SubscriptionStats {
	a.Type = max(a.Type, b.Type) // "" where there was no consumer yet
	a.BacklogEntries += b.BacklogEntries
	a.Unacked += b.Unacked
	a.MessagesOut += b.MessagesOut
	a.RateOut += b.RateOut
	a.RateRedeliver += b.RateRedeliver
	a.Expired += b.Expired
	a.Blocked = a.Blocked || b.Blocked
	if len(b.Throttled) > 0 {
		a.Throttled = maps.Clone(a.Throttled)
		if a.Throttled == nil {
			a.Throttled = map[string]int64{}
		}
		for on, n := range b.Throttled {
			a.Throttled[on] += n
		}
	}
	if len(a.Hashes) == 0 {
		a.Hashes = b.Hashes // the same on all topics
	}
	a.Consumers = max(a.Consumers, b.Consumers) // each worker is one consumer on every topic
	for _, name := range b.Names {
		if !slices.Contains(a.Names, name) {
			a.Names = append(slices.Clip(a.Names), name)
		}
	}
	return a
}

// counters are the broker's cumulative counts of one topic or partition.
type counters struct {
	in, out    int64
	subscribed bool // the subscription exists, and out counts for it
}

// counters returns the counts by the name of the topic or partition.
func (a StatsByTopic) counters(subscription string) map[string]counters {
	list := map[string]counters{}
	put := func(name string, s broker.TopicStats) {
		own, ok := s.Subscriptions[subscription]
		list[name] = counters{s.MessagesIn, own.MessagesOut, ok}
	}
	for topic, s := range a {
		if len(s.Partitions) == 0 {
			put(topic, s)
		}
		for name, part := range s.Partitions {
			put(broker.FullTopic(name), part)
		}
	}
	return list
}

// subscribed returns how many topics and partitions have the subscription.
func (a StatsByTopic) subscribed(subscription string) (n int) {
	for _, c := range a.counters(subscription) {
		if c.subscribed {
			n++
		}
	}
	return n
}

// Incident is something that happened to a topic and that no group has done.
type Incident struct {
	Category broker.Category
	Text     string
}

// compareCounters returns how much the counters grew. Counters that are smaller
// than before have begun again: those of a topic when a broker loads it, those of
// a subscription when it is created.
func compareCounters(before, now map[string]counters, subscription string) (in, out int64, incidents []Incident) {
	for name, n := range now {
		b, known := before[name]
		switch {
		case !known:
		case n.in < b.in:
			incidents = append(incidents, Incident{broker.Moved,
				"topic " + broker.ShortTopic(name) + " was reloaded by the broker (unloaded, or deleted and re-created)"})
		case b.subscribed && n.out < b.out && !broker.IsPersistent(name): // consumers that left took their counts along, and nothing is stored
		case b.subscribed && n.out < b.out:
			incidents = append(incidents, Incident{broker.Gone, fmt.Sprintf(
				"the subscription %s of %s was deleted and re-created: its backlog is gone", subscription, broker.ShortTopic(name))})
		default:
			in += n.in - b.in
			out += n.out - b.out
		}
	}
	return in, out, incidents
}
