package commands

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/broker"
)

func backlogCommand() command {
	return command{name: "backlog", section: lookSection, params: []param{{name: "group", kind: groupOf(session.Consume, "sub1")}},
		summary:  "show what waits in the broker, by topic and partition",
		examples: []string{"backlog sub1"}, run: showBacklog}
}

func showBacklog(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.refuse("group", "show "+g.Name, "%s is a producer group and has no backlog", g.Name)
	}
	if _, err := c.admin(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, adminMax)
	defer cancel()
	each, sum, err := c.env.Session.TopicAnswers(ctx, g.Name)
	if err != nil {
		return err
	}
	name := g.Consumer.Subscription
	if _, ok := sum.Subscriptions[name]; !ok {
		return c.fail("consume start "+g.Name, "%s has no subscription %q", g.Topic, name)
	}
	var rows [][]string
	for _, one := range each {
		rows = append(rows, backlogRows(one, name, len(each) > 1)...)
	}
	rows = append(rows, backlogRow("total", sum, name))
	right := graphs.AlignRight
	head := "partition"
	if len(each) > 1 {
		head = "topic"
	}
	c.print(graphs.Table([]string{head, "messages", "entries", "unacked", "rate out", "drained in"}, rows,
		[]graphs.Align{0, right, right, right, right, right}, 0))
	c.say("entries are what the broker calls backlog; messages are entries times %s, the messages in an entry", graphs.Three(max(sum.MessagesPerEntry, 1)))
	return nil
}

// backlogRows are a topic's partitions, below its own row where there are
// several topics.
func backlogRows(one session.TopicAnswer, subscription string, several bool) [][]string {
	var rows [][]string
	indent := ""
	if several {
		rows, indent = append(rows, backlogRow(one.Topic, one.Stats, subscription)), "  "
	}
	for _, topic := range sortedPartitions(one.Stats) {
		label := topic
		if t, err := broker.ParseTopic(topic); err == nil && t.Partition >= 0 {
			label = fmt.Sprint(t.Partition)
		}
		rows = append(rows, backlogRow(indent+label, one.Stats.Partitions[topic], subscription))
	}
	return rows
}

// sortedPartitions lists the partitions by number.
func sortedPartitions(stats broker.TopicStats) []string {
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

func backlogRow(label string, stats broker.TopicStats, subscription string) []string {
	s := stats.Subscriptions[subscription]
	messages := float64(s.BacklogEntries) * max(stats.MessagesPerEntry, 1)
	drained := graphs.NoValue
	if net := s.RateOut - stats.RateIn; messages > 0 && net > 0 {
		drained = graphs.Elapsed(time.Duration(min(messages/net, math.MaxInt32)) * time.Second)
	}
	return []string{label, graphs.Count(messages), whole(s.BacklogEntries), whole(s.Unacked), graphs.Rate(s.RateOut), drained}
}
