package messages

import (
	"context"
	"fmt"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/reading"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// peekMost bounds the messages of one look: a person reads no more.
const peekMost = 1000

// Peek runs the command peek: show the next messages of a subscription without taking
// them.
func Peek(ctx context.Context, c *host.Call) error {
	topic, subscription, on, err := where(ctx, c)
	if err != nil {
		return err
	}
	admin, err := c.AdminOf(on)
	if err != nil {
		return err
	}
	n, given := host.Value[int](c, "messages")
	if !given {
		n = 1
	}
	cluster, err := c.Env.Session.Clusters.Of(on)
	if err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	found, err := reading.Peek(ctx, cluster.Looking(), admin, topic, subscription, n)
	if err != nil {
		return missing(ctx, c, admin, host.OnCluster(on), topic, subscription, err)
	}
	f := formOf(ctx, c, on)
	for _, m := range found.Messages {
		c.Print(f.lines(m))
	}
	shown := len(found.Messages)
	switch {
	case found.Entries == 0:
		c.Say("%s has no backlog on %s", subscription, topic)
	case shown == 0:
		c.Say("%s has %s before it on %s, and none of them holds a message: compaction or a transaction removed what was in them",
			subscription, graphs.Plural(found.Entries, "entry", "entries"), topic)
	case shown == n:
		c.Say("%s of %s on %s, with a backlog of %s", graphs.Plural(shown, "message"), subscription, topic, graphs.Plural(found.Entries, "entry", "entries"))
	default:
		c.Say("%s of %s on %s: that is the whole backlog", graphs.Plural(shown, "message"), subscription, topic)
	}
	return nil
}

// where returns the topic, the subscription and the cluster that the line means: those of
// a group, or a subscription of the topic that it names.
func where(ctx context.Context, c *host.Call) (topic, subscription, on string, err error) {
	name := c.Text("subscription")
	topic, subscription = c.Text("topic"), name
	s := c.Fresh(ctx)
	if _, err := c.Cluster(); err != nil {
		return "", "", "", err
	}
	on = c.ClusterName()
	g, ok := s.Group(name)
	if ok && g.Cluster != on && c.Text(host.ClusterArgument) != "" {
		ok = false // a subscription of the same name elsewhere is meant
	}
	if ok {
		on = g.Cluster
	}
	if ok && g.Consumer != nil {
		subscription = g.Consumer.Subscription
	}
	switch {
	case topic != "":
	case ok && g.Consumer == nil:
		return "", "", "", c.Refuse("subscription", "tail "+firstOf(g)+host.OnCluster(g.Cluster), "%s is a producer group; peek is for consumer groups and subscriptions", name)
	case !ok:
		return "", "", "", c.Refuse("subscription", c.Source()+" topic="+topicOf(s, c), "%s is no consumer group here; which topic is it a subscription of?", name)
	case len(g.Topics) == 1:
		topic = g.Topics[0]
	case len(g.Topics) == 0 && strings.HasPrefix(g.Topic, "/"):
		return "", "", "", c.Refuse("subscription", "topics", "%s receives from no topic yet: none matches %s", name, g.Topic)
	case len(g.Topics) == 0 && strings.Contains(g.Topic, ","):
		return "", "", "", c.Refuse("subscription", c.Source()+" topic="+firstOf(g), "%s receives from several topics (%s)", name, g.Topic)
	case len(g.Topics) == 0:
		topic = g.Topic
	default:
		return "", "", "", c.Refuse("subscription", c.Source()+" topic="+lang.Quote(g.Topics[0]), "%s receives from %s (%s)", name, graphs.Plural(len(g.Topics), "topic"), someOf(g.Topics))
	}
	if !broker.IsPersistent(topic) {
		return "", "", "", c.Refuse("topic", "tail "+lang.Quote(topic)+host.OnCluster(on), "%s is not persistent: nothing is stored there to look at", topic)
	}
	return topic, subscription, on, nil
}

// someOf lists a few names.
func someOf(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// topicOf returns a topic for an advice.
func topicOf(s *snapshot.Snapshot, c *host.Call) string {
	for _, g := range s.Groups {
		if spec.ClusterName(g.Cluster) != c.ClusterName() {
			continue
		}
		if len(g.Topics) > 0 || !strings.HasPrefix(g.Topic, "/") { // else a pattern
			return firstOf(g)
		}
	}
	if c.Env.Topics != nil {
		if known := c.Env.Topics(c.ClusterName()); len(known) > 0 {
			return lang.Quote(known[0])
		}
	}
	return "orders"
}

// firstOf returns a topic of a group, as a word of a line. A group that has not begun
// knows what its settings say, which may be several.
func firstOf(g snapshot.Group) string {
	if len(g.Topics) > 0 {
		return lang.Quote(g.Topics[0])
	}
	first, _, _ := strings.Cut(g.Topic, ",")
	return lang.Quote(first)
}

// missing tells which subscriptions the topic has, if it has not the one that is meant. on
// chooses the cluster in its advice.
func missing(ctx context.Context, c *host.Call, admin broker.Admin, on, topic, subscription string, err error) error {
	if !broker.IsMissing(err) {
		return err
	}
	stats, none := admin.Stats(ctx, topic)
	if none != nil {
		return c.Refuse("topic", "topics"+on, "there is no topic %q", topic)
	}
	names := answers.SortedNames(stats.Subscriptions)
	if len(names) == 0 {
		return c.Refuse("subscription", "tail "+lang.Quote(topic)+on, "%s has no subscriptions", topic)
	}
	better, near := lang.Nearest(subscription, names)
	if !near {
		better = names[0]
	}
	return c.Refuse("subscription", fmt.Sprintf("peek %s 1 topic=%s%s", lang.Quote(better), lang.Quote(topic), on), "no subscription %q on %s (%s)", subscription, topic, someOf(names))
}
