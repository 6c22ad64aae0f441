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
	figures := measureTopics(ctx, c, admin, list)
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
	c.Say("rates are those of the last second; backlog is that of the slowest subscription")
	return nil
}

// measureTopics returns the figures of the first topicsMeasured topics. A topic
// without statistics has none. Topics in use are read twice: the broker's own rates
// are averages over a minute, and begin with nothing.
func measureTopics(ctx context.Context, c *host.Call, admin broker.Admin, list []broker.Topic) [][]string {
	rows := make([][]string, len(list))
	for i := range rows {
		rows[i] = []string{graphs.NoValue, graphs.NoValue, graphs.NoValue, graphs.NoValue}
	}
	list = list[:min(len(list), topicsMeasured)]
	first, begin := make([]*broker.TopicStats, len(list)), c.Env.Now()
	readTopics(ctx, admin, list, first)
	var used []broker.Topic
	var at []int
	for i, stats := range first {
		if stats != nil && inUse(*stats) {
			used, at = append(used, list[i]), append(at, i)
		}
	}
	second, apart := make([]*broker.TopicStats, len(list)), host.FlowTime
	if len(used) > 0 {
		_ = lang.Sleep(ctx, host.FlowTime) // the end of ctx ends the requests as well
		again := make([]*broker.TopicStats, len(used))
		apart = c.Env.Now().Sub(begin)
		readTopics(ctx, admin, used, again)
		for i, stats := range again {
			second[at[i]] = stats
		}
	}
	for i, stats := range first {
		if stats == nil {
			continue
		}
		var flow brokerstats.Flow
		if second[i] != nil {
			flow, stats = brokerstats.FlowBetween(*stats, *second[i], apart), second[i]
		}
		rows[i] = []string{graphs.Rate(flow.In), graphs.Rate(flow.OutOfAll()), graphs.Count(answers.FurthestBehind(*stats)), graphs.Bytes(float64(stats.StorageBytes))}
	}
	return rows
}

// inUse reports whether a topic has producers or consumers.
func inUse(stats broker.TopicStats) bool {
	for _, s := range stats.Subscriptions {
		if s.Consumers > 0 {
			return true
		}
	}
	return stats.Producers > 0
}

// readTopics reads the statistics of topics side by side, nil for one that is gone or
// not loaded.
func readTopics(ctx context.Context, admin broker.Admin, list []broker.Topic, into []*broker.TopicStats) {
	var all errgroup.Group
	all.SetLimit(topicsAtOnce)
	for i, t := range list {
		all.Go(func() error {
			if stats, err := admin.Stats(ctx, t.Name); err == nil {
				into[i] = &stats
			}
			return nil
		})
	}
	_ = all.Wait() // none of them returns an error
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
	perEntry := "messages per entry unknown"
	if stats.RatioKnown {
		perEntry = graphs.Three(stats.MessagesPerEntry) + " messages per entry"
	}
	s.Add("stored", graphs.Bytes(float64(stats.StorageBytes)), perEntry)
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
