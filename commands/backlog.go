package commands

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

func backlogCommand() lang.Command {
	return lang.Command{Name: "backlog", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}},
		Summary:  "show what waits in the broker, by topic and partition",
		Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
		Examples: []string{"backlog sub1"}, Run: verb(showBacklog)}
}

func showBacklog(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group and has no backlog", g.Name)
	}
	if _, err := c.admin(); err != nil {
		return err
	}
	each, flows, sum, err := c.answers(ctx, g.Name)
	if err != nil {
		return err
	}
	name := g.Consumer.Subscription
	if _, ok := sum.Subscriptions[name]; !ok {
		return c.Fail("consume start "+g.Name, "%s has no subscription %q", g.Topic, name)
	}
	var rows [][]string
	all := brokerstats.Flow{Out: map[string]float64{}}
	for i, one := range each {
		all.In += flows[i].In
		all.Out[name] += flows[i].Out[name]
		rows = append(rows, backlogRows(one, flows[i], name, len(each) > 1)...)
	}
	rows = append(rows, backlogRow("total", sum, all, name))
	right := graphs.AlignRight
	head := "partition"
	if len(each) > 1 {
		head = "topic"
	}
	c.Print(graphs.Table([]string{head, "messages", "entries", "unacked", "rate out", "drained in"}, rows,
		[]graphs.Align{0, right, right, right, right, right}, 0))
	c.Say("entries are what the broker calls backlog; messages are entries times %s, the messages in an entry", graphs.Three(max(sum.MessagesPerEntry, 1)))
	return nil
}

// answers asks about a group's topics twice, so that rates can be counted.
func (c *call) answers(ctx context.Context, group string) (each []snapshot.TopicAnswer, flows []brokerstats.Flow, sum broker.TopicStats, err error) {
	look := func() ([]snapshot.TopicAnswer, broker.TopicStats, error) {
		asking, cancel := asked(ctx)
		defer cancel()
		return c.env.Session.TopicAnswers(asking, group)
	}
	before, _, err := look()
	if err != nil {
		return nil, nil, sum, err
	}
	begin := c.env.Now()
	if err := lang.Sleep(ctx, flowTime); err != nil {
		return nil, nil, sum, err
	}
	if each, sum, err = look(); err != nil {
		return nil, nil, sum, err
	}
	apart := c.env.Now().Sub(begin)
	was := map[string]broker.TopicStats{}
	for _, one := range before {
		was[one.Topic] = one.Stats
	}
	for _, one := range each {
		earlier, ok := was[one.Topic]
		if !ok {
			earlier = one.Stats // made since
		}
		flows = append(flows, brokerstats.FlowBetween(earlier, one.Stats, apart))
	}
	return each, flows, sum, nil
}

// backlogRows are a topic's partitions, below its own row where there are
// several topics.
func backlogRows(one snapshot.TopicAnswer, flow brokerstats.Flow, subscription string, several bool) [][]string {
	var rows [][]string
	indent := ""
	if several {
		rows, indent = append(rows, backlogRow(one.Topic, one.Stats, flow, subscription)), "  "
	}
	for _, topic := range sortedPartitions(one.Stats) {
		rows = append(rows, backlogRow(indent+partitionLabel(topic), one.Stats.Partitions[topic], flow.Partitions[topic], subscription))
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

func backlogRow(label string, stats broker.TopicStats, flow brokerstats.Flow, subscription string) []string {
	s, out := stats.Subscriptions[subscription], flow.Out[subscription]
	messages := backlogMessages(stats, subscription)
	drained := graphs.NoValue
	if net := out - flow.In; messages > 0 && net > 0 {
		drained = graphs.Elapsed(time.Duration(min(messages/net, math.MaxInt32)) * time.Second)
	}
	return []string{label, graphs.Count(messages), whole(s.BacklogEntries), whole(s.Unacked), graphs.Rate(out), drained}
}
