package cluster

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
)

// TopicParam is a topic that must be named.
func TopicParam() lang.Param {
	k := kinds.Topic()
	k.Parse = func(text string) (any, error) { return broker.ParseTopic(text) }
	return lang.Param{Name: "topic", Kind: k}
}

// ForceParams are the two ways to write force: as a word, and as a setting.
func ForceParams() []lang.Param {
	word, setting := lang.Words("force"), lang.Words("on", "off")
	word.Name = "force"
	return []lang.Param{{Name: "word", Kind: word, Optional: true},
		{Name: "force", Kind: setting, Keyed: true, Optional: true, Doc: "on is the same as the word force"}}
}

func isForced(c *host.Call) bool { return c.Text("word") != "" || c.Text("force") == "on" }

// noTopic turns the refusal of a topic that is not there into a sentence at its
// place, with the nearest that is known.
func noTopic(c *host.Call, err error) error {
	if !broker.IsMissing(err) {
		return err
	}
	try := "topics"
	if c.Env.Topics != nil {
		if better, ok := lang.Nearest(c.Text("topic"), c.Env.Topics()); ok && better != c.Text("topic") {
			try = c.Statement.Instead(c.Args["topic"].Span, better)
		}
	}
	return c.Refuse("topic", try, "there is no topic %q", c.Text("topic"))
}

// topicStatsOf asks for a topic's statistics.
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
		return c.Refuse("topic", "topic create "+name.Of(-1).Short()+" partitions="+c.Text("partitions"), "%s is the name of a partition, and has none of its own", topic)
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.CreateTopic(ctx, topic, n)
	if broker.IsThere(err) {
		return c.Refuse("topic", "topic stats "+topic, "there is a topic %s already", topic)
	}
	if err != nil {
		return err
	}
	c.Say("%s: created%s", topic, withPartitions(n))
	return nil
}

func withPartitions(n int) string {
	if n == 0 {
		return ", without partitions"
	}
	return " with " + lang.Count(n, "partition")
}

// GrowTopic runs the command topic partitions: give a partitioned topic more partitions.
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
		return c.Refuse("topic", fmt.Sprintf("topic create %s-parts partitions=%d", topic, want), "%s has no partitions, and cannot be given any", topic)
	case want < have:
		more := fmt.Sprintf("topic partitions %s %d", topic, min(2*have, broker.MaxPartitions))
		return c.Refuse("count", more, "%s has %s, and none can be taken away", topic, lang.Count(have, "partition"))
	case want == have:
		c.Say("%s has %s already", topic, lang.Count(have, "partition"))
		return nil
	}
	if err := k.GrowTopic(ctx, topic, want); err != nil {
		return err
	}
	c.Say("%s: %d → %s; clients that are connected notice within a minute", topic, have, lang.Count(want, "partition"))
	return nil
}

// DeleteTopic runs the command topic delete: delete a topic with everything that it stores.
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
	if there := connectedTo(stats); there != "" && !isForced(c) {
		return c.Refuse("topic", "topic delete "+topic+" force", "%s to %s", there, topic)
	}
	if err := c.Consent(ctx, "delete %s for good, with %s and %s?", topic, graphs.Bytes(float64(stats.StorageBytes)),
		lang.Count(len(stats.Subscriptions), "subscription")); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.DeleteTopic(ctx, topic, isForced(c))
	if broker.IsBusy(err) {
		return c.Refuse("topic", "topic delete "+topic+" force", "somebody is connected to %s", topic)
	}
	if err != nil {
		return noTopic(c, err)
	}
	c.Say("%s: deleted%s", topic, reconnectAdvice(ctx, c, topic))
	return nil
}

// connectedTo tells who is connected: 1 producer and 2 consumers are connected.
func connectedTo(stats broker.TopicStats) string {
	consumers := 0
	for _, s := range stats.Subscriptions {
		consumers += s.Consumers
	}
	var who []string
	if stats.Producers > 0 {
		who = append(who, lang.Count(stats.Producers, "producer"))
	}
	if consumers > 0 {
		who = append(who, lang.Count(consumers, "consumer"))
	}
	switch {
	case len(who) == 0:
		return ""
	case stats.Producers+consumers == 1:
		return who[0] + " is connected"
	}
	return lang.And(who) + " are connected"
}

// reconnectAdvice names the groups of this session that will create a topic anew.
func reconnectAdvice(ctx context.Context, c *host.Call, topic string) string {
	var names []string
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() && (answers.SameTopic(g.Topic, topic) || answers.Receives(g, topic)) {
			names = append(names, g.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + lang.And(names) + " will create it anew on connecting again"
}

// UnloadTopic runs the command topic unload: make the broker give a topic up, so that all clients connect again.
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
	c.Say("%s: unloaded in %s; its clients connect again", c.Text("topic"), graphs.Seconds(c.Env.Now().Sub(begin)))
	return nil
}

// TerminateTopic runs the command topic terminate: end publishing to a topic, for good.
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
	if err := c.Consent(ctx, "end publishing to %s for good (%s)?", topic, lang.Count(stats.Producers, "producer")); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	if err := k.Terminate(ctx, topic); err != nil {
		return noTopic(c, err)
	}
	c.Env.Session.Mark(markOf, "terminate "+topic)
	c.Say("%s: terminated; what it stores can still be received", topic)
	return nil
}

// How often a compaction is looked at, and how often the wait is told.
const (
	compactEvery = 500 * time.Millisecond
	compactTell  = 5 * time.Second
)

// CompactTopic runs the command topic compact: compact a topic to the last message of each key, and wait until that is done.
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
	told := begin
	for {
		if err := lang.Sleep(ctx, compactEvery); err != nil {
			c.Say("%s: the broker goes on with it; `topic compact %s` waits again", topic, topic)
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
		case now.Sub(told) >= compactTell:
			told = now
			c.Say("%s: %d of %s after %s", topic, done, lang.Count(len(all), "partition"), graphs.Seconds(now.Sub(begin)))
		}
	}
}

func compactionFailure(c broker.Compaction) string {
	if c.State == broker.CompactionNever {
		return "it was given up, as by a broker that went away"
	}
	if c.Detail == "" {
		return "the broker does not say what is wrong"
	}
	return c.Detail
}

// partitionOf names one of a topic's parts.
func partitionOf(topic string, i, of int) string {
	if of == 1 {
		return topic
	}
	return fmt.Sprintf("partition %d of %s", i, topic)
}
