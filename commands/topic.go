package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
)

// topicCommands look after single topics.
func topicCommands() []lang.Command {
	topic := topicParam()
	partitions := partitionsKind()
	return []lang.Command{
		{Name: "topic create", Section: clusterSection,
			Params:   []lang.Param{topic, {Name: "partitions", Kind: partitions, Keyed: true, Optional: true, Doc: "how many; without it the topic has none"}},
			Summary:  "create a topic",
			Examples: []string{"topic create orders partitions=8"}, Run: verb(createTopic)},
		{Name: "topic stats", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "show what the broker says of a topic, its partitions and its subscriptions",
			Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
			Examples: []string{"topic stats fast"}, Run: verb(topicStats)},
		{Name: "topic partitions", Section: clusterSection, Params: []lang.Param{topic, {Name: "count", Kind: partitions}},
			Summary: "give a partitioned topic more partitions", Detail: "None can be taken away.",
			Examples: []string{"topic partitions orders 16"}, Run: verb(growTopic)},
		{Name: "topic delete", Section: clusterSection, Destroys: true, Params: append([]lang.Param{topic}, forceParams()...),
			Summary:  "delete a topic with everything that it stores",
			Detail:   "With force it goes while clients are connected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"topic delete orders", "topic delete fast force"}, Run: verb(deleteTopic)},
		{Name: "topic unload", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "make the broker give a topic up, so that all clients connect again",
			Detail:   "Nothing is lost: it shows how clients take a reconnect.",
			Examples: []string{"topic unload fast"}, Run: verb(unloadTopic)},
		{Name: "topic terminate", Section: clusterSection, Destroys: true, Params: []lang.Param{topic},
			Summary:  "end publishing to a topic, for good",
			Detail:   "What it stores can still be received. " + lang.AsksFirst,
			Examples: []string{"topic terminate fast"}, Run: verb(terminateTopic)},
		{Name: "topic compact", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "compact a topic to the last message of each key, and wait until that is done",
			Detail:   "Ctrl-C ends the wait; the broker goes on. Only readers that ask for the compacted topic see less; messages without a key are not in it.",
			Examples: []string{"topic compact fast"}, Run: verb(compactTopic)},
	}
}

// topicParam is a topic that must be named.
func topicParam() lang.Param {
	k := topicKind()
	k.Parse = func(text string) (any, error) { return broker.ParseTopic(text) }
	return lang.Param{Name: "topic", Kind: k}
}

func partitionsKind() lang.Kind {
	k := countKind()
	k.Sample, k.Forms = "8", fmt.Sprintf("1 to %d", broker.MaxPartitions)
	k.Parse = numberOf("partitions", broker.MaxPartitions)
	return k
}

// forceParams are the two ways to write force: as a word, and as a setting.
func forceParams() []lang.Param {
	word, setting := lang.Words("force"), lang.Words("on", "off")
	word.Name = "force"
	return []lang.Param{{Name: "word", Kind: word, Optional: true},
		{Name: "force", Kind: setting, Keyed: true, Optional: true, Doc: "on is the same as the word force"}}
}

func (c *call) forced() bool { return c.Text("word") != "" || c.Text("force") == "on" }

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
		if better, ok := lang.Nearest(c.Text("topic"), c.env.Topics()); ok && better != c.Text("topic") {
			try = c.Statement.Instead(c.Args["topic"].Span, better)
		}
	}
	return c.Refuse("topic", try, "there is no topic %q", c.Text("topic"))
}

// statsOf asks for a topic's statistics.
func (c *call) statsOf(ctx context.Context) (broker.TopicStats, error) {
	a, err := c.admin()
	if err != nil {
		return broker.TopicStats{}, err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	stats, err := a.Stats(ctx, c.Text("topic"))
	return stats, c.noTopic(err)
}

func createTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	topic, n := c.Text("topic"), 0
	if partitions, ok := value[int](c, "partitions"); ok {
		n = partitions
	}
	if name, err := broker.ParseTopic(topic); err == nil && name.Partition >= 0 && n > 0 {
		return c.Refuse("topic", "topic create "+name.Of(-1).Short()+" partitions="+c.Text("partitions"), "%s is the name of a partition, and has none of its own", topic)
	}
	ctx, cancel := asked(ctx)
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

func growTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	want, _ := value[int](c, "count")
	ctx, cancel := asked(ctx)
	defer cancel()
	have, err := k.Partitions(ctx, topic)
	switch {
	case err != nil:
		return c.noTopic(err)
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

func deleteTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	stats, err := c.statsOf(ctx)
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if there := connectedTo(stats); there != "" && !c.forced() {
		return c.Refuse("topic", "topic delete "+topic+" force", "%s to %s", there, topic)
	}
	if err := c.Consent(ctx, "delete %s for good, with %s and %s?", topic, graphs.Bytes(float64(stats.StorageBytes)),
		lang.Count(len(stats.Subscriptions), "subscription")); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.DeleteTopic(ctx, topic, c.forced())
	if broker.IsBusy(err) {
		return c.Refuse("topic", "topic delete "+topic+" force", "somebody is connected to %s", topic)
	}
	if err != nil {
		return c.noTopic(err)
	}
	c.Say("%s: deleted%s", topic, c.again(ctx, topic))
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
	return "; " + lang.And(names) + " will create it anew on connecting again"
}

func unloadTopic(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	begin := c.env.Now()
	if err := k.Unload(ctx, c.Text("topic")); err != nil {
		return c.noTopic(err)
	}
	c.env.Session.Mark(markOf, "unload "+c.Text("topic"))
	c.Say("%s: unloaded in %s; its clients connect again", c.Text("topic"), graphs.Seconds(c.env.Now().Sub(begin)))
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
	topic := c.Text("topic")
	if err := c.Consent(ctx, "end publishing to %s for good (%s)?", topic, lang.Count(stats.Producers, "producer")); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	if err := k.Terminate(ctx, topic); err != nil {
		return c.noTopic(err)
	}
	c.env.Session.Mark(markOf, "terminate "+topic)
	c.Say("%s: terminated; what it stores can still be received", topic)
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
	topic, begin := c.Text("topic"), c.env.Now()
	calling, cancel := asked(ctx)
	defer cancel()
	if err := k.Compact(calling, topic); err != nil {
		return c.noTopic(err)
	}
	c.Say("%s: compacting", topic)
	told := begin
	for {
		if err := lang.Sleep(ctx, compactEvery); err != nil {
			c.Say("%s: the broker goes on with it; `topic compact %s` waits again", topic, topic)
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
				return c.Fail("topic compact "+topic, "compacting %s: %s", partitionOf(topic, i, len(all)), compactionFailure(one))
			}
		}
		now := c.env.Now()
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

// sortedNames lists the keys of a map in order.
func sortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
