package cluster

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
)

// TopicParam returns the parameter for the name of a topic.
func TopicParam() lang.Param {
	k := kinds.Topic()
	k.Parse = func(text string) (any, error) { return broker.ParseTopic(text) }
	return lang.Param{Name: "topic", Kind: k}
}

// noTopic adds to the error of a missing topic its place and the nearest known topic.
func noTopic(c *host.Call, err error) error {
	if !broker.IsMissing(err) {
		return err
	}
	try := "topics"
	if c.Env.Topics != nil {
		if better, ok := lang.Nearest(c.Text("topic"), c.Env.Topics(c.ClusterName())); ok && better != c.Text("topic") {
			try = c.WithArgument("topic", better)
		}
	}
	return c.Refuse("topic", try, "there is no topic %q", c.Text("topic"))
}

// policyNamed finds the policy in a refusal whose bound is reached.
var policyNamed = regexp.MustCompile(`\((max[A-Za-z]+)\)`)

// bounded adds the value of the policy and the level that sets it to a refusal that names
// the policy. It returns all other errors as they are.
func bounded(ctx context.Context, admin broker.Admin, topic string, err error) error {
	var refused *broker.Error
	if !errors.As(err, &refused) {
		return err
	}
	named := policyNamed.FindStringSubmatch(refused.Message)
	if named == nil {
		return err
	}
	value, level, unread := admin.Bound(ctx, topic, named[1])
	if unread != nil || value <= 0 {
		return err
	}
	told := *refused
	told.Message = strings.Replace(refused.Message, named[0], fmt.Sprintf("(%s %d of %s)", named[1], value, level), 1)
	return &told
}

// topicStatsOf reads the statistics of the topic that the line names.
func topicStatsOf(ctx context.Context, c *host.Call) (broker.TopicStats, error) {
	a, err := c.Admin()
	if err != nil {
		return broker.TopicStats{}, err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	stats, err := a.Stats(ctx, c.Text("topic"))
	return stats, noTopic(c, err)
}

// CreateTopic runs the command topic create: create a topic.
func CreateTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	topic, n := c.Text("topic"), 0
	if partitions, ok := host.Value[int](c, "partitions"); ok {
		n = partitions
	}
	if name, err := broker.ParseTopic(topic); err == nil && name.Partition >= 0 && n > 0 {
		return c.Refuse("topic", "topic create "+name.Of(-1).Short()+" partitions="+c.Text("partitions"), "%s is a partition, and cannot have partitions", topic)
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.CreateTopic(ctx, topic, n)
	if broker.IsThere(err) {
		return c.Refuse("topic", "topic stats "+topic, "topic %s already exists", topic)
	}
	if err != nil {
		return bounded(ctx, k, topic, err)
	}
	c.Say("%s: created%s", topic, withPartitions(n))
	return nil
}

func withPartitions(n int) string {
	if n == 0 {
		return ", not partitioned"
	}
	return " with " + graphs.Plural(n, "partition")
}

// GrowTopic runs the command topic partitions: add partitions to a partitioned topic.
func GrowTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	want, _ := host.Value[int](c, "count")
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	have, err := k.Partitions(ctx, topic)
	switch {
	case err != nil:
		return noTopic(c, err)
	case have == 0:
		return c.Refuse("topic", fmt.Sprintf("topic create %s-parts partitions=%d", topic, want), "%s is not partitioned, and cannot become so", topic)
	case want < have:
		more := fmt.Sprintf("topic partitions %s %d", topic, min(2*have, broker.MaxPartitions))
		return c.Refuse("count", more, "%s has %s, which cannot be removed", topic, graphs.Plural(have, "partition"))
	case want == have:
		c.Say("%s already has %s", topic, graphs.Plural(have, "partition"))
		return nil
	}
	if err := k.GrowTopic(ctx, topic, want); err != nil {
		return err
	}
	c.Say("%s: %d → %s; connected clients notice within a minute", topic, have, graphs.Plural(want, "partition"))
	return nil
}

// DeleteTopic runs the command topic delete: delete a topic and its messages.
func DeleteTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	stats, err := topicStatsOf(ctx, c)
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if there := connectedTo(stats); there != "" && !c.Forced() {
		return c.Refuse("topic", "topic delete "+topic+" force", "%s to %s", there, topic)
	}
	if err := c.Consent(ctx, "permanently delete topic %s (%s, %s)?", topic, graphs.Bytes(float64(stats.StorageBytes)),
		graphs.Plural(len(stats.Subscriptions), "subscription")); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.DeleteTopic(ctx, topic, c.Forced())
	if broker.IsBusy(err) {
		return c.Refuse("topic", "topic delete "+topic+" force", "a client is connected to %s", topic)
	}
	if err != nil {
		return noTopic(c, err)
	}
	c.Say("%s: deleted%s", topic, reconnectAdvice(ctx, c, topic))
	return nil
}

// connectedTo counts the clients of a topic: 1 producer and 2 consumers are
// connected.
func connectedTo(stats broker.TopicStats) string {
	consumers := 0
	for _, s := range stats.Subscriptions {
		consumers += s.Consumers
	}
	var who []string
	if stats.Producers > 0 {
		who = append(who, graphs.Plural(stats.Producers, "producer"))
	}
	if consumers > 0 {
		who = append(who, graphs.Plural(consumers, "consumer"))
	}
	switch {
	case len(who) == 0:
		return ""
	case stats.Producers+consumers == 1:
		return who[0] + " is connected"
	}
	return lang.And(who) + " are connected"
}

// reconnectAdvice names the groups of this session that will re-create a deleted
// topic.
func reconnectAdvice(ctx context.Context, c *host.Call, topic string) string {
	var names []string
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() && g.Cluster == c.ClusterName() && (answers.SameTopic(g.Topic, topic) || answers.Receives(g, topic)) {
			names = append(names, g.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + lang.And(names) + " will re-create it on reconnecting"
}

// UnloadTopic runs the command topic unload: unload the topic from its broker.
func UnloadTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	begin := c.Env.Now()
	if err := k.Unload(ctx, c.Text("topic")); err != nil {
		return noTopic(c, err)
	}
	c.Env.Session.Mark(markOf, "unload "+c.Text("topic"))
	c.Say("%s: unloaded in %s; its clients reconnect", c.Text("topic"), graphs.Seconds(c.Env.Now().Sub(begin)))
	return nil
}

// TerminateTopic runs the command topic terminate: no more publishing, ever.
func TerminateTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	stats, err := topicStatsOf(ctx, c)
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if err := c.Consent(ctx, "terminate topic %s (%s connected)? This cannot be undone.", topic, graphs.Plural(stats.Producers, "producer")); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	if err := k.Terminate(ctx, topic); err != nil {
		return noTopic(c, err)
	}
	c.Env.Session.Mark(markOf, "terminate "+topic)
	c.Say("%s: terminated; stored messages can still be received", topic)
	return nil
}

// The intervals at which a compaction is polled, and its progress is printed.
const (
	compactEvery = 500 * time.Millisecond
	compactTell  = 5 * time.Second
)

// CompactTopic runs the command topic compact: compact a topic, and wait for the end.
func CompactTopic(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	topic, begin := c.Text("topic"), c.Env.Now()
	calling, cancel := host.Asked(ctx)
	defer cancel()
	if err := k.Compact(calling, topic); err != nil {
		return noTopic(c, err)
	}
	c.Say("%s: compacting", topic)
	printed := begin
	for {
		if err := lang.Sleep(ctx, compactEvery); err != nil {
			c.Say("%s: compaction continues on the broker; `topic compact %s` waits for it", topic, topic)
			return err
		}
		asking, cancel := host.Asked(ctx)
		all, err := k.Compaction(asking, topic)
		cancel()
		if err != nil {
			return err
		}
		done := 0
		for i, one := range all {
			switch one.State {
			case broker.CompactionDone:
				done++
			case broker.CompactionFailed, broker.CompactionNever:
				return c.Fail("topic compact "+topic, "compacting %s: %s", partitionOf(topic, i, len(all)), compactionFailure(one))
			}
		}
		now := c.Env.Now()
		switch {
		case done == len(all):
			c.Say("%s: compacted in %s", topic, graphs.Seconds(now.Sub(begin)))
			return nil
		case now.Sub(printed) >= compactTell:
			printed = now
			c.Say("%s: %d of %s after %s", topic, done, graphs.Plural(len(all), "partition"), graphs.Seconds(now.Sub(begin)))
		}
	}
}

func compactionFailure(c broker.Compaction) string {
	if c.State == broker.CompactionNever {
		return "aborted, as when the broker went away"
	}
	if c.Detail == "" {
		return "the broker gives no reason"
	}
	return c.Detail
}

// partitionOf names partition i of a topic with the given number of partitions.
func partitionOf(topic string, i, of int) string {
	if of == 1 {
		return topic
	}
	return fmt.Sprintf("partition %d of %s", i, topic)
}
