package session

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// askedAtOnce bounds the questions to the admin API in flight: a small server
// has four HTTP threads, and others want some too.
const askedAtOnce = 8

// answers are what the broker says of topics, by the topic's full name. A topic
// that is not there is missing.
type answers map[string]broker.TopicStats

// ask asks about topics side by side. What is not answered within pollTimeout,
// but for a topic that is not there, is in failed.
func ask(ctx context.Context, from broker.Admin, topics []string) (got answers, failed map[string]bool) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	got, failed = answers{}, map[string]bool{}
	var mu sync.Mutex
	var asking errgroup.Group
	asking.SetLimit(askedAtOnce)
	for _, topic := range topics {
		asking.Go(func() error {
			stats, err := from.Stats(ctx, topic)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				got[topic] = stats
			case !missing(err):
				failed[topic] = true
			}
			return nil
		})
	}
	_ = asking.Wait() // every failure is in failed
	return got, failed
}

// missing says whether a refusal means that there is no such topic.
func missing(err error) bool {
	return broker.IsMissing(err) || broker.Classify(err) == broker.Gone
}

// of are the answers about a group's topics; ok is false if one is not known.
func (a answers) of(topics []string, failed map[string]bool) (own answers, ok bool) {
	own = answers{}
	for _, topic := range topics {
		full := broker.FullTopic(topic)
		if failed[full] {
			return nil, false
		}
		if stats, there := a[full]; there {
			own[full] = stats
		}
	}
	return own, len(own) > 0
}

// sum adds the topics up as if they were one. MessagesPerEntry is that of the
// subscription's backlog where there is one, so that entries times it is the
// estimate of its messages.
func (a answers) sum(subscription string) broker.TopicStats {
	if len(a) == 1 {
		for _, stats := range a {
			return stats
		}
	}
	sum := broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{}, MessagesPerEntry: 1}
	var total broker.SubscriptionStats
	messages, there := 0.0, false
	for _, s := range a {
		sum.MessagesIn += s.MessagesIn
		sum.BytesIn += s.BytesIn
		sum.RateIn += s.RateIn
		sum.ThroughputIn += s.ThroughputIn
		sum.StorageBytes += s.StorageBytes
		sum.Producers += s.Producers
		sum.Throttled += s.Throttled
		own, ok := s.Subscriptions[subscription]
		there = there || ok
		messages += float64(own.BacklogEntries) * max(s.MessagesPerEntry, 1)
		total = addSubscription(total, own)
	}
	if total.BacklogEntries > 0 {
		sum.MessagesPerEntry = messages / float64(total.BacklogEntries)
	}
	if there {
		sum.Subscriptions[subscription] = total
	}
	return sum
}

func addSubscription(a, b broker.SubscriptionStats) broker.SubscriptionStats {
	a.Type = max(a.Type, b.Type) // "" where no consumer has been yet
	a.BacklogEntries += b.BacklogEntries
	a.Unacked += b.Unacked
	a.MessagesOut += b.MessagesOut
	a.RateOut += b.RateOut
	a.RateRedeliver += b.RateRedeliver
	if len(a.Hashes) == 0 {
		a.Hashes = b.Hashes // divided alike on all topics
	}
	a.Consumers = max(a.Consumers, b.Consumers) // each worker is one consumer on every topic
	return a
}

// counters are the broker's cumulative counts of one topic or partition.
type counters struct {
	in, out int64
	there   bool // the subscription
}

// counters lists them by the name of the topic or partition.
func (a answers) counters(subscription string) map[string]counters {
	list := map[string]counters{}
	put := func(name string, s broker.TopicStats) {
		own, there := s.Subscriptions[subscription]
		list[name] = counters{s.MessagesIn, own.MessagesOut, there}
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

// event is something that happened to a topic behind the back of a group.
type event struct {
	category broker.Category
	text     string
}

// compareCounters tells how much the counters grew, and what it means where
// they begin again: they do when a topic is loaded, and those of a subscription
// when it is made.
func compareCounters(before, now map[string]counters, subscription string) (in, out int64, events []event) {
	for name, n := range now {
		b, known := before[name]
		switch {
		case !known:
		case n.in < b.in:
			events = append(events, event{broker.Moved, broker.ShortTopic(name) + " was loaded anew by the broker: it was unloaded, or deleted and made again"})
		case b.there && n.out < b.out:
			events = append(events, event{broker.Gone, fmt.Sprintf(
				"the subscription %s of %s was deleted and made again: what waited in it is gone", subscription, broker.ShortTopic(name))})
		default:
			in += n.in - b.in
			out += n.out - b.out
		}
	}
	return in, out, events
}
