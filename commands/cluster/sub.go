package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/groups"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// markOf is the kind of the mark of a command that changes the cluster.
const markOf = snapshot.MarkCommand

// ListSubs runs the command subs: list the subscriptions of a topic.
func ListSubs(ctx context.Context, c *host.Call) error {
	stats, err := topicStatsOf(ctx, c)
	if err != nil {
		return err
	}
	if len(stats.Subscriptions) == 0 {
		c.Say("no subscriptions on %s", c.Text("topic"))
		return nil
	}
	c.Print(answers.SubsTable(stats, nil))
	return nil
}

// CreateSub runs the command sub create: create a subscription.
func CreateSub(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	from := broker.Latest
	if text := c.Text("from"); text != "" {
		from = broker.Position(text)
	}
	if _, err := topicStatsOf(ctx, c); err != nil { // Pulsar would create the topic too
		return err
	}
	topic, sub := c.Text("topic"), c.Text("sub")
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.CreateSubscription(ctx, topic, sub, from)
	if broker.IsThere(err) {
		return c.Refuse("sub", "subs "+topic, "subscription %[2]s on %[1]s already exists", topic, sub)
	}
	if err != nil {
		return noTopic(c, bounded(ctx, k, topic, err))
	}
	c.Say("%s: created on %s, from %s", sub, topic, from)
	return nil
}

// subscriptionNamed returns the statistics of the named subscription and of its
// topic.
func subscriptionNamed(ctx context.Context, c *host.Call) (broker.TopicStats, broker.SubscriptionStats, error) {
	stats, err := topicStatsOf(ctx, c)
	if err != nil {
		return stats, broker.SubscriptionStats{}, err
	}
	topic, name := c.Text("topic"), c.Text("sub")
	s, ok := stats.Subscriptions[name]
	if ok {
		return stats, s, nil
	}
	names := answers.SortedNames(stats.Subscriptions)
	if len(names) == 0 {
		return stats, s, c.Refuse("sub", "sub create "+topic+" "+lang.Quote(name), "no subscription %[2]q on %[1]s, which has none", topic, name)
	}
	better, near := lang.Nearest(name, names)
	if !near {
		better = names[0]
	}
	return stats, s, c.Refuse("sub", c.WithArgument("sub", lang.Quote(better)), "no subscription %q on %s (%s)", name, topic, strings.Join(names, ", "))
}

// checkForeign refuses to move the cursor of a subscription that a group of this
// session uses: it would count the skipped messages as lost.
func checkForeign(ctx context.Context, c *host.Call, try string) error {
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() && g.Consumer != nil && g.Cluster == c.ClusterName() && slices.Contains(g.Consumer.Subscriptions, c.Text("sub")) && answers.Receives(g, c.Text("topic")) {
			return c.Refuse("sub", fmt.Sprintf(try, g.Name), "group %s uses subscription %s, and would count the skipped messages as lost", g.Name, c.Text("sub"))
		}
	}
	return nil
}

// DeleteSub runs the command sub delete: delete a subscription and its backlog.
func DeleteSub(ctx context.Context, c *host.Call) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	stats, s, err := subscriptionNamed(ctx, c)
	if err != nil {
		return err
	}
	topic, sub := c.Text("topic"), c.Text("sub")
	busy := func(who string) error {
		return c.Refuse("sub", "sub delete "+topic+" "+lang.Quote(sub)+" force=on", "%s to %s", who, sub)
	}
	if s.Consumers > 0 && !c.Forced() {
		return busy(connectedTo(broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{sub: s}}))
	}
	if err := c.Consent(ctx, "permanently delete subscription %s on %s (backlog about %s messages)?", sub, topic,
		graphs.Count(answers.BacklogMessages(stats, sub))); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	err = k.DeleteSubscription(ctx, topic, sub, c.Forced())
	if broker.IsBusy(err) {
		return busy("a client is connected")
	}
	if err != nil {
		return err
	}
	c.Say("%s: deleted from %s", sub, topic)
	return nil
}

// SkipSub runs the command sub skip: skip the oldest N messages of a subscription.
func SkipSub(ctx context.Context, c *host.Call) error {
	if _, err := c.Admin(); err != nil {
		return err
	}
	n, _ := host.Value[int](c, "messages")
	if err := checkForeign(ctx, c, "skip %s "+c.Text("messages")); err != nil {
		return err
	}
	stats, _, err := subscriptionNamed(ctx, c)
	if err != nil {
		return err
	}
	topic, sub := c.Text("topic"), c.Text("sub")
	if err := c.Consent(ctx, "skip about %s of the %s messages in the backlog of %s on %s?", answers.Whole(int64(n)),
		graphs.Count(answers.BacklogMessages(stats, sub)), sub, topic); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	shift, err := c.Env.Session.SkipOn(ctx, c.ClusterName(), topic, sub, int64(n))
	if err != nil {
		return groups.TooFewWaiting(c, err, "sub clear "+topic+" "+lang.Quote(sub))
	}
	c.Say("%s: skipped %s", sub, groups.SayShift(shift))
	return nil
}

// ClearSub runs the command sub clear: skip the whole backlog of a subscription.
func ClearSub(ctx context.Context, c *host.Call) error {
	return takeOff(ctx, c, "clear %s", func(stats broker.TopicStats) string {
		return fmt.Sprintf("skip all of the about %s messages in the backlog of %s on %s?", graphs.Count(answers.BacklogMessages(stats, c.Text("sub"))),
			c.Text("sub"), c.Text("topic"))
	}, func(ctx context.Context, k broker.Admin, s broker.SubscriptionStats) error {
		if err := k.ClearBacklog(ctx, c.Text("topic"), c.Text("sub")); err != nil {
			return err
		}
		c.Say("%s: skipped %s entries on %s", c.Text("sub"), answers.Whole(s.BacklogEntries), c.Text("topic"))
		return nil
	})
}

// ExpireSub runs the command sub expire: expire the messages of a subscription that
// are older than an age.
func ExpireSub(ctx context.Context, c *host.Call) error {
	age, _ := host.Value[time.Duration](c, "age")
	return takeOff(ctx, c, "seek %s -"+c.Text("age"), func(broker.TopicStats) string {
		return fmt.Sprintf("expire the messages older than %s of %s on %s?", c.Text("age"), c.Text("sub"), c.Text("topic"))
	}, func(ctx context.Context, k broker.Admin, _ broker.SubscriptionStats) error {
		err := k.Expire(ctx, c.Text("topic"), c.Text("sub"), age)
		if err == nil {
			c.Say("%s: the broker expires messages older than %s", c.Text("sub"), c.Text("age"))
		}
		return err
	})
}

// takeOff asks the question, and then removes messages from a backlog with do.
func takeOff(ctx context.Context, c *host.Call, own string, question func(broker.TopicStats) string,
	do func(context.Context, broker.Admin, broker.SubscriptionStats) error) error {
	k, err := c.Admin()
	if err != nil {
		return err
	}
	if err := checkForeign(ctx, c, own); err != nil {
		return err
	}
	stats, s, err := subscriptionNamed(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Consent(ctx, "%s", question(stats)); err != nil {
		return err
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	return do(ctx, k, s)
}
