package answers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

// BacklogRows are a topic's partitions, below its own row where there are
// several topics.
func BacklogRows(one snapshot.TopicAnswer, flow brokerstats.Flow, subscription string, several bool) [][]string {
	var rows [][]string
	indent := ""
	if several {
		rows, indent = append(rows, BacklogRow(one.Topic, one.Stats, flow, subscription)), "  "
	}
	for _, topic := range SortedPartitions(one.Stats) {
		rows = append(rows, BacklogRow(indent+PartitionLabel(topic), one.Stats.Partitions[topic], flow.Partitions[topic], subscription))
	}
	return rows
}

// SortedPartitions lists the partitions by number.
func SortedPartitions(stats broker.TopicStats) []string {
	var names []string
	for name := range stats.Partitions {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return names
}

// BacklogRow is one row of a backlog: a label, entries, messages and rates.
func BacklogRow(label string, stats broker.TopicStats, flow brokerstats.Flow, subscription string) []string {
	s, out := stats.Subscriptions[subscription], flow.Out[subscription]
	messages := BacklogMessages(stats, subscription)
	drained := graphs.NoValue
	if net := out - flow.In; messages > 0 && net > 0 {
		drained = graphs.Elapsed(time.Duration(min(messages/net, math.MaxInt32)) * time.Second)
	}
	return []string{label, graphs.Count(messages), Whole(s.BacklogEntries), Whole(s.Unacked), graphs.Rate(out), drained}
}

// FurthestBehind is the largest backlog among the subscriptions, in messages.
func FurthestBehind(stats broker.TopicStats) float64 {
	most := 0.0
	for name := range stats.Subscriptions {
		most = max(most, BacklogMessages(stats, name))
	}
	return most
}

// PartitionLabel is the number of a partition, or the whole name.
func PartitionLabel(topic string) string {
	if t, err := broker.ParseTopic(topic); err == nil && t.Partition >= 0 {
		return fmt.Sprint(t.Partition)
	}
	return topic
}

// SubsTable lists the subscriptions of a topic; rates are messages a second by
// subscription, the broker's own averages over a minute if there are none.
func SubsTable(stats broker.TopicStats, rates map[string]float64) []string {
	var rows [][]string
	for _, name := range SortedNames(stats.Subscriptions) {
		s := stats.Subscriptions[name]
		kind, rate := string(s.Type), s.RateOut
		if kind == "" {
			kind = graphs.NoValue
		}
		if rates != nil {
			rate = rates[name]
		}
		rows = append(rows, []string{name, kind, fmt.Sprint(s.Consumers), graphs.Count(BacklogMessages(stats, name)), Whole(s.BacklogEntries),
			Whole(s.Unacked), graphs.Rate(rate)})
	}
	right := graphs.AlignRight
	return graphs.Table([]string{"subscription", "type", "consumers", "messages", "entries", "unacked", "rate out"}, rows,
		[]graphs.Align{0, 0, right, right, right, right, right}, 0)
}

// BacklogMessages estimates the messages that wait for a subscription: the sum
// over the partitions, each with its own messages in an entry.
func BacklogMessages(stats broker.TopicStats, subscription string) float64 {
	if len(stats.Partitions) == 0 {
		return float64(stats.Subscriptions[subscription].BacklogEntries) * max(stats.MessagesPerEntry, 1)
	}
	sum := 0.0
	for _, part := range stats.Partitions {
		sum += float64(part.Subscriptions[subscription].BacklogEntries) * max(part.MessagesPerEntry, 1)
	}
	return sum
}

// SortedNames lists the keys of a map in order.
func SortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
