package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/brokerstats"
)

// The topics of a listing whose figures are asked for, and how many of them at a
// time: more would keep a small broker from its work for seconds.
const (
	topicsMeasured = 100
	topicsAtOnce   = 8
)

func topics(ctx context.Context, c *call) error {
	admin, err := c.admin()
	if err != nil {
		return err
	}
	name, ok := value[broker.NamespaceName](c, "namespace")
	if !ok {
		name, _ = broker.ParseNamespace("")
	}
	ctx, cancel := asked(ctx)
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
	c.Print(graphs.Table([]string{"topic", "partitions", "rate in", "rate out", "behind", "stored"}, rows,
		[]graphs.Align{0, right, right, right, right, right}, 0))
	c.Say("rates are the broker's averages over a minute; behind is the subscription with the most messages to go")
	return nil
}

// measureTopics asks for the figures of the first topics of a list. One that
// gives none is listed without.
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
			rows[i] = []string{graphs.Rate(stats.RateIn), graphs.Rate(out), graphs.Count(furthestBehind(stats)), graphs.Bytes(float64(stats.StorageBytes))}
			return nil
		})
	}
	_ = all.Wait() // none of them returns an error
	return rows
}

// furthestBehind is the largest backlog among the subscriptions, in messages.
func furthestBehind(stats broker.TopicStats) float64 {
	most := 0.0
	for name := range stats.Subscriptions {
		most = max(most, backlogMessages(stats, name))
	}
	return most
}

// flowTime is how far two answers lie apart from which rates are counted: the
// broker counts batches, of which many fit in it.
const flowTime = time.Second

// flow asks for a topic's statistics twice.
func (c *call) flow(ctx context.Context) (broker.TopicStats, brokerstats.Flow, error) {
	before, err := c.statsOf(ctx)
	if err != nil {
		return before, brokerstats.Flow{}, err
	}
	begin := c.env.Now()
	if err := lang.Sleep(ctx, flowTime); err != nil {
		return before, brokerstats.Flow{}, err
	}
	after, err := c.statsOf(ctx)
	return after, brokerstats.FlowBetween(before, after, c.env.Now().Sub(begin)), err
}

func topicStats(ctx context.Context, c *call) error {
	stats, flow, err := c.flow(ctx)
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if name, err := broker.ParseTopic(topic); err == nil {
		topic = name.String()
	}
	if n := len(stats.Partitions); n > 0 {
		topic += fmt.Sprintf(" (%s)", lang.Count(n, "partition"))
	}
	c.Say("%s", topic)
	var s sheet
	s.add("in", graphs.Rate(flow.In), fmt.Sprintf("%s, %s since it was loaded", graphs.ByteRate(flow.BytesIn), whole(stats.MessagesIn)))
	s.add("out", graphs.Rate(flow.OutOfAll()), lang.Count(len(stats.Subscriptions), "subscription"))
	s.add("stored", graphs.Bytes(float64(stats.StorageBytes)), fmt.Sprintf("%s messages an entry", graphs.Three(max(stats.MessagesPerEntry, 1))))
	s.add("producers", fmt.Sprint(stats.Producers), "")
	if stats.Throttled > 0 {
		s.add("throttled", whole(stats.Throttled), "times since it was loaded")
	}
	c.Print(s.lines)
	if len(stats.Partitions) > 0 {
		var rows [][]string
		for _, name := range sortedPartitions(stats) {
			part, through := stats.Partitions[name], flow.Partitions[name]
			rows = append(rows, []string{partitionLabel(name), graphs.Rate(through.In), graphs.Rate(through.OutOfAll()), graphs.Count(furthestBehind(part)),
				graphs.Bytes(float64(part.StorageBytes))})
		}
		right := graphs.AlignRight
		c.Print(graphs.Table([]string{"partition", "rate in", "rate out", "behind", "stored"}, rows, []graphs.Align{0, right, right, right, right}, 0))
	}
	if len(stats.Subscriptions) > 0 {
		c.Print(subsTable(stats, flow.Out))
	}
	return nil
}

// partitionLabel is the number of a partition, or the whole name.
func partitionLabel(topic string) string {
	if t, err := broker.ParseTopic(topic); err == nil && t.Partition >= 0 {
		return fmt.Sprint(t.Partition)
	}
	return topic
}
