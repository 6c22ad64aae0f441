package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/brokerstats"
)

// The limits of the topics of a listing with figures, in all and requested at a time:
// more would keep a small broker busy for seconds.
const (
	topicsMeasured = 100
	topicsAtOnce   = 8
)

// Topics runs the command topics: list the topics of a namespace.
func Topics(ctx context.Context, c *host.Call) error {
	admin, err := c.Admin()
	if err != nil {
		return err
	}
	name, ok := host.Value[broker.NamespaceName](c, "namespace")
	if !ok {
		name, _ = broker.ParseNamespace("")
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	list, err := admin.Topics(ctx, name.String())
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Say("no topics in %s", name)
		return nil
	}
	slices.SortFunc(list, func(a, b broker.Topic) int { return strings.Compare(a.Name, b.Name) })
	figures := measureTopics(ctx, admin, list)
	var rows [][]string
	for i, t := range list {
		partitions := graphs.NoValue
		if t.Partitions > 0 {
			partitions = fmt.Sprint(t.Partitions)
		}
		rows = append(rows, append([]string{t.Name, partitions}, figures[i]...))
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"topic", "partitions", "rate in", "rate out", "backlog", "stored"}, rows,
		[]graphs.Align{0, right, right, right, right, right}, 0))
	c.Say("rates are the broker's averages over a minute; backlog is that of the slowest subscription")
	return nil
}

// measureTopics returns the figures of the first topicsMeasured topics. A topic
// without statistics has none.
func measureTopics(ctx context.Context, admin broker.Admin, list []broker.Topic) [][]string {
	rows := make([][]string, len(list))
	var all errgroup.Group
	all.SetLimit(topicsAtOnce)
	for i, t := range list {
		rows[i] = []string{graphs.NoValue, graphs.NoValue, graphs.NoValue, graphs.NoValue}
		if i >= topicsMeasured {
			continue
		}
		all.Go(func() error {
			stats, err := admin.Stats(ctx, t.Name)
			if err != nil {
				return nil // gone since it was listed, or not loaded
			}
			out := 0.0
			for _, s := range stats.Subscriptions {
				out += s.RateOut
			}
			rows[i] = []string{graphs.Rate(stats.RateIn), graphs.Rate(out), graphs.Count(answers.FurthestBehind(stats)), graphs.Bytes(float64(stats.StorageBytes))}
			return nil
		})
	}
	_ = all.Wait() // none of them returns an error
	return rows
}

// measureFlow reads a topic's statistics twice, to compute rates.
func measureFlow(ctx context.Context, c *host.Call) (broker.TopicStats, brokerstats.Flow, error) {
	before, err := topicStatsOf(ctx, c)
	if err != nil {
		return before, brokerstats.Flow{}, err
	}
	begin := c.Env.Now()
	if err := lang.Sleep(ctx, host.FlowTime); err != nil {
		return before, brokerstats.Flow{}, err
	}
	after, err := topicStatsOf(ctx, c)
	return after, brokerstats.FlowBetween(before, after, c.Env.Now().Sub(begin)), err
}

// TopicStats runs the command topic stats: show the broker's statistics for a topic.
func TopicStats(ctx context.Context, c *host.Call) error {
	stats, flow, err := measureFlow(ctx, c)
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if name, err := broker.ParseTopic(topic); err == nil {
		topic = name.String()
	}
	if n := len(stats.Partitions); n > 0 {
		topic += fmt.Sprintf(" (%s)", graphs.Plural(n, "partition"))
	}
	c.Say("%s", topic)
	var s answers.Rows
	s.Add("in", graphs.Rate(flow.In), fmt.Sprintf("%s, %s messages since it was loaded", graphs.ByteRate(flow.BytesIn), answers.Whole(stats.MessagesIn)))
	s.Add("out", graphs.Rate(flow.OutOfAll()), graphs.Plural(len(stats.Subscriptions), "subscription"))
	s.Add("stored", graphs.Bytes(float64(stats.StorageBytes)), fmt.Sprintf("%s messages per entry", graphs.Three(max(stats.MessagesPerEntry, 1))))
	s.Add("producers", fmt.Sprint(stats.Producers), "")
	if stats.Throttled > 0 {
		s.Add("throttled", answers.Whole(stats.Throttled), "times since it was loaded")
	}
	c.Print(s.Lines)
	if len(stats.Partitions) > 0 {
		var rows [][]string
		for _, name := range answers.SortedPartitions(stats) {
			part, through := stats.Partitions[name], flow.Partitions[name]
			rows = append(rows, []string{answers.PartitionLabel(name), graphs.Rate(through.In), graphs.Rate(through.OutOfAll()), graphs.Count(answers.FurthestBehind(part)),
				graphs.Bytes(float64(part.StorageBytes))})
		}
		right := graphs.AlignRight
		c.Print(graphs.Table([]string{"partition", "rate in", "rate out", "backlog", "stored"}, rows, []graphs.Align{0, right, right, right, right}, 0))
	}
	if len(stats.Subscriptions) > 0 {
		c.Print(answers.SubsTable(stats, flow.Out))
	}
	return nil
}
