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

// BacklogRows returns a row for each partition of a topic, after a row for the topic
// if there are several topics.
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

// SortedPartitions returns the names of the partitions in order of their numbers.
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

// BacklogRow returns the row of a topic or partition: messages, entries, rate and the
// time that the backlog takes to drain.
func BacklogRow(label string, stats broker.TopicStats, flow brokerstats.Flow, subscription string) []string {
	s, out := stats.Subscriptions[subscription], flow.Out[subscription]
	messages := BacklogMessages(stats, subscription)
	drained := graphs.NoValue
	if net := out - flow.In; messages > 0 && net > 0 {
		drained = graphs.Elapsed(time.Duration(min(messages/net, math.MaxInt32)) * time.Second)
	}
	return []string{label, graphs.Count(messages), Whole(s.BacklogEntries), Whole(s.Unacked), graphs.Rate(out), drained}
}

// FurthestBehind returns the largest backlog of a subscription, in messages.
func FurthestBehind(stats broker.TopicStats) float64 {
	most := 0.0
	for name := range stats.Subscriptions {
		most = max(most, BacklogMessages(stats, name))
	}
	return most
}

// PartitionLabel returns the number of a partition, or the name of a topic that is
// none.
func PartitionLabel(topic string) string {
	if t, err := broker.ParseTopic(topic); err == nil && t.Partition >= 0 {
		return fmt.Sprint(t.Partition)
	}
	return topic
}

// SubsTable returns the table of the subscriptions of a topic. rates are in messages
// per second, by subscription; nil stands for the averages of the broker over a
// minute.
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

// BacklogMessages estimates the backlog of a subscription in messages: the sum over
// the partitions, each with its own messages per entry.
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

// SortedNames returns the keys of a map in order.
func SortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
