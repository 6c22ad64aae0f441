package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/broker"
)

// topicCommands look after single topics.
func topicCommands() []command {
	topic := topicParam()
	partitions := partitionsKind()
	return []command{
		{name: "topic create", section: clusterSection,
			params:   []param{topic, {name: "partitions", kind: partitions, keyed: true, optional: true, doc: "how many; without it the topic has none"}},
			summary:  "create a topic",
			examples: []string{"topic create orders partitions=8"}, run: createTopic},
		{name: "topic stats", section: clusterSection, params: []param{topic},
			summary:  "show what the broker says of a topic, its partitions and its subscriptions",
			detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
			examples: []string{"topic stats fast"}, run: topicStats},
		{name: "topic partitions", section: clusterSection, params: []param{topic, {name: "count", kind: partitions}},
			summary: "give a partitioned topic more partitions", detail: "None can be taken away.",
			examples: []string{"topic partitions orders 16"}, run: growTopic},
		{name: "topic delete", section: clusterSection, destroys: true, params: append([]param{topic}, forceParams()...),
			summary:  "delete a topic with everything that it stores",
			detail:   "With force it goes while clients are connected; those that connect again create it anew. " + asksFirst,
			examples: []string{"topic delete orders", "topic delete fast force"}, run: deleteTopic},
		{name: "topic unload", section: clusterSection, params: []param{topic},
			summary:  "make the broker give a topic up, so that all clients connect again",
			detail:   "Nothing is lost: it shows how clients take a reconnect.",
			examples: []string{"topic unload fast"}, run: unloadTopic},
		{name: "topic terminate", section: clusterSection, destroys: true, params: []param{topic},
			summary:  "end publishing to a topic, for good",
			detail:   "What it stores can still be received. " + asksFirst,
			examples: []string{"topic terminate fast"}, run: terminateTopic},
		{name: "topic compact", section: clusterSection, params: []param{topic},
			summary:  "compact a topic to the last message of each key, and wait until that is done",
			detail:   "Ctrl-C ends the wait; the broker goes on. Only readers that ask for the compacted topic see less; messages without a key are not in it.",
			examples: []string{"topic compact fast"}, run: compactTopic},
	}
}

// topicParam is a topic that must be named.
func topicParam() param {
	k := topicKind()
	k.parse = func(text string) (any, error) { return broker.ParseTopic(text) }
	return param{name: "topic", kind: k}
}

func partitionsKind() kind {
	k := countKind()
	k.sample, k.forms = "8", fmt.Sprintf("1 to %d", broker.MaxPartitions)
	k.parse = numberOf("partitions", broker.MaxPartitions)
	return k
}

// forceParams are the two ways to write force: as a word, and as a setting.
func forceParams() []param {
	word, setting := words("force"), words("on", "off")
	word.name = "force"
	return []param{{name: "word", kind: word, optional: true},
		{name: "force", kind: setting, keyed: true, optional: true, doc: "on is the same as the word force"}}
}

func (c *call) forced() bool { return c.text("word") != "" || c.text("force") == "on" }

// asked bounds a call to the admin API that a command waits for.
func asked(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, adminMax)
}

// noTopic turns the refusal of a topic that is not there into a sentence at its
// place, with the nearest that is known.
func (c *call) noTopic(err error) error {
	if !broker.IsMissing(err) {
		return err
	}
	try := "topics"
	if c.env.Topics != nil {
		if better, ok := nearest(c.text("topic"), c.env.Topics()); ok && better != c.text("topic") {
			try = c.statement.instead(c.args["topic"].span, better)
		}
	}
	return c.refuse("topic", try, "there is no topic %q", c.text("topic"))
}

// statsOf asks for a topic's statistics.
func (c *call) statsOf(ctx context.Context) (broker.TopicStats, error) {
	a, err := c.admin()
	if err != nil {
		return broker.TopicStats{}, err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	stats, err := a.Stats(ctx, c.text("topic"))
	return stats, c.noTopic(err)
}

func createTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	topic, n := c.text("topic"), 0
	if partitions, ok := value[int](c, "partitions"); ok {
		n = partitions
	}
	if name, err := broker.ParseTopic(topic); err == nil && name.Partition >= 0 && n > 0 {
		return c.refuse("topic", "topic create "+name.Of(-1).Short()+" partitions="+c.text("partitions"), "%s is the name of a partition, and has none of its own", topic)
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.CreateTopic(ctx, topic, n)
	if broker.IsThere(err) {
		return c.refuse("topic", "topic stats "+topic, "there is a topic %s already", topic)
	}
	if err != nil {
		return err
	}
	c.say("%s: created%s", topic, withPartitions(n))
	return nil
}

func withPartitions(n int) string {
	if n == 0 {
		return ", without partitions"
	}
	return " with " + count(n, "partition")
}

func growTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	topic := c.text("topic")
	want, _ := value[int](c, "count")
	ctx, cancel := asked(ctx)
	defer cancel()
	have, err := k.Partitions(ctx, topic)
	switch {
	case err != nil:
		return c.noTopic(err)
	case have == 0:
		return c.refuse("topic", fmt.Sprintf("topic create %s-parts partitions=%d", topic, want), "%s has no partitions, and cannot be given any", topic)
	case want < have:
		more := fmt.Sprintf("topic partitions %s %d", topic, min(2*have, broker.MaxPartitions))
		return c.refuse("count", more, "%s has %s, and none can be taken away", topic, count(have, "partition"))
	case want == have:
		c.say("%s has %s already", topic, count(have, "partition"))
		return nil
	}
	if err := k.GrowTopic(ctx, topic, want); err != nil {
		return err
	}
	c.say("%s: %d → %s; clients that are connected notice within a minute", topic, have, count(want, "partition"))
	return nil
}

func deleteTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	stats, err := c.statsOf(ctx)
	if err != nil {
		return err
	}
	topic := c.text("topic")
	if there := connectedTo(stats); there != "" && !c.forced() {
		return c.refuse("topic", "topic delete "+topic+" force", "%s to %s", there, topic)
	}
	if err := c.consent(ctx, "delete %s for good, with %s and %s?", topic, graphs.Bytes(float64(stats.StorageBytes)),
		count(len(stats.Subscriptions), "subscription")); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.DeleteTopic(ctx, topic, c.forced())
	if broker.IsBusy(err) {
		return c.refuse("topic", "topic delete "+topic+" force", "somebody is connected to %s", topic)
	}
	if err != nil {
		return c.noTopic(err)
	}
	c.say("%s: deleted%s", topic, c.again(ctx, topic))
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
		who = append(who, count(stats.Producers, "producer"))
	}
	if consumers > 0 {
		who = append(who, count(consumers, "consumer"))
	}
	switch {
	case len(who) == 0:
		return ""
	case stats.Producers+consumers == 1:
		return who[0] + " is connected"
	}
	return and(who) + " are connected"
}

// again names the groups of this session that will create a topic anew.
func (c *call) again(ctx context.Context, topic string) string {
	var names []string
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) && (sameTopic(g.Topic, topic) || receives(g, topic)) {
			names = append(names, g.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + and(names) + " will create it anew on connecting again"
}

func unloadTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	begin := c.env.Now()
	if err := k.Unload(ctx, c.text("topic")); err != nil {
		return c.noTopic(err)
	}
	c.env.Session.Mark(markOf, "unload "+c.text("topic"))
	c.say("%s: unloaded in %s; its clients connect again", c.text("topic"), graphs.Seconds(c.env.Now().Sub(begin)))
	return nil
}

func terminateTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	stats, err := c.statsOf(ctx)
	if err != nil {
		return err
	}
	topic := c.text("topic")
	if err := c.consent(ctx, "end publishing to %s for good (%s)?", topic, count(stats.Producers, "producer")); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	if err := k.Terminate(ctx, topic); err != nil {
		return c.noTopic(err)
	}
	c.env.Session.Mark(markOf, "terminate "+topic)
	c.say("%s: terminated; what it stores can still be received", topic)
	return nil
}

// How often a compaction is looked at, and how often the wait is told.
const (
	compactEvery = 500 * time.Millisecond
	compactTell  = 5 * time.Second
)

func compactTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	topic, begin := c.text("topic"), c.env.Now()
	calling, cancel := asked(ctx)
	defer cancel()
	if err := k.Compact(calling, topic); err != nil {
		return c.noTopic(err)
	}
	c.say("%s: compacting", topic)
	told := begin
	for {
		if err := sleep(ctx, compactEvery); err != nil {
			c.say("%s: the broker goes on with it; `topic compact %s` waits again", topic, topic)
			return err
		}
		asking, cancel := asked(ctx)
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
				return c.fail("topic compact "+topic, "compacting %s: %s", partitionOf(topic, i, len(all)), compactionFailure(one))
			}
		}
		now := c.env.Now()
		switch {
		case done == len(all):
			c.say("%s: compacted in %s", topic, graphs.Seconds(now.Sub(begin)))
			return nil
		case now.Sub(told) >= compactTell:
			told = now
			c.say("%s: %d of %s after %s", topic, done, count(len(all), "partition"), graphs.Seconds(now.Sub(begin)))
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

// sortedNames lists the keys of a map in order.
func sortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
