package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// markOf is the kind of mark that a command leaves which changes the cluster.
const markOf = snapshot.MarkCommand

// subscriptionCommands look after subscriptions.
func subscriptionCommands() []command {
	topic := topicParam()
	name := textKind()
	name.name, name.sample = "SUBSCRIPTION", "sub1"
	name.doc = "the name of a subscription"
	name.parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	sub := param{name: "sub", kind: name}
	from := words("latest", "earliest")
	return []command{
		{name: "subs", section: clusterSection, params: []param{topic}, summary: "list the subscriptions of a topic",
			examples: []string{"subs fast"}, run: listSubs},
		{name: "sub create", section: clusterSection,
			params:   []param{topic, sub, {name: "from", kind: from, keyed: true, optional: true, doc: "where it begins; latest if not given"}},
			summary:  "create a subscription, so that messages are kept for it",
			examples: []string{"sub create fast audit from=earliest"}, run: createSub},
		{name: "sub delete", section: clusterSection, destroys: true, params: append([]param{topic, sub}, forceParams()...),
			summary:  "delete a subscription with its backlog",
			detail:   "With force its consumers are disconnected; those that connect again create it anew. " + asksFirst,
			examples: []string{"sub delete fast audit", "sub delete fast sub1 force=on"}, run: deleteSub},
		{name: "sub skip", section: clusterSection, destroys: true, params: []param{topic, sub, {name: "messages", kind: messagesKind()}},
			summary: "take the oldest messages off a subscription's backlog",
			detail: "The broker skips whole entries, that is batches, and partition by partition: the messages are divided among the partitions by " +
				"what waits in each, and counted as entries times the messages in an entry. " + asksFirst,
			examples: []string{"sub skip fast audit 1000"}, run: skipSub},
		{name: "sub clear", section: clusterSection, destroys: true, params: []param{topic, sub},
			summary: "take everything off a subscription's backlog", detail: asksFirst,
			examples: []string{"sub clear fast audit"}, run: clearSub},
		{name: "sub expire", section: clusterSection, destroys: true, params: []param{topic, sub, {name: "age", kind: ageKind()}},
			summary:  "take what is older than a span of time off a subscription's backlog",
			detail:   "The broker does it in its own time, and counts in whole seconds. " + asksFirst,
			examples: []string{"sub expire fast audit 10m"}, run: expireSub},
	}
}

// messagesMax bounds a number of messages to move by: a typed number has no
// more, and a local Pulsar holds fewer.
const messagesMax = 1_000_000_000

func messagesKind() kind {
	k := countKind()
	k.name, k.sample, k.forms = "MESSAGES", "1000", "1000, 10k, 2M"
	k.parse = numberOf("messages", messagesMax)
	return k
}

// numberOf reads a whole number from 1 to most, as 8, 10k or 2M.
func numberOf(what string, most int) func(text string) (any, error) {
	return func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > most) {
			err = fmt.Errorf("%q is not a number of %s from 1 to %s", text, what, graphs.Whole(float64(most)))
		}
		return n, err
	}
}

// ageMin is the least age that Pulsar expires by.
const ageMin = time.Second

func ageKind() kind {
	k := durationKind()
	k.sample = "10m"
	read := k.parse
	k.parse = func(text string) (any, error) {
		d, err := read(text)
		if age, ok := d.(time.Duration); err == nil && ok && age < ageMin {
			err = fmt.Errorf("%q is less than the second that the broker counts in", text)
		}
		return d, err
	}
	return k
}

func listSubs(ctx context.Context, c *call) error {
	stats, err := c.statsOf(ctx)
	if err != nil {
		return err
	}
	if len(stats.Subscriptions) == 0 {
		c.say("no subscriptions on %s", c.text("topic"))
		return nil
	}
	c.print(subsTable(stats, nil))
	return nil
}

// subsTable lists the subscriptions of a topic; rates are messages a second by
// subscription, the broker's own averages over a minute if there are none.
func subsTable(stats broker.TopicStats, rates map[string]float64) []string {
	var rows [][]string
	for _, name := range sortedNames(stats.Subscriptions) {
		s := stats.Subscriptions[name]
		kind, rate := string(s.Type), s.RateOut
		if kind == "" {
			kind = graphs.NoValue
		}
		if rates != nil {
			rate = rates[name]
		}
		rows = append(rows, []string{name, kind, fmt.Sprint(s.Consumers), graphs.Count(backlogMessages(stats, name)), whole(s.BacklogEntries),
			whole(s.Unacked), graphs.Rate(rate)})
	}
	right := graphs.AlignRight
	return graphs.Table([]string{"subscription", "type", "consumers", "messages", "entries", "unacked", "rate out"}, rows,
		[]graphs.Align{0, 0, right, right, right, right, right}, 0)
}

// backlogMessages estimates the messages that wait for a subscription: the sum
// over the partitions, each with its own messages in an entry.
func backlogMessages(stats broker.TopicStats, subscription string) float64 {
	if len(stats.Partitions) == 0 {
		return float64(stats.Subscriptions[subscription].BacklogEntries) * max(stats.MessagesPerEntry, 1)
	}
	sum := 0.0
	for _, part := range stats.Partitions {
		sum += float64(part.Subscriptions[subscription].BacklogEntries) * max(part.MessagesPerEntry, 1)
	}
	return sum
}

func createSub(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	from := broker.Latest
	if text := c.text("from"); text != "" {
		from = broker.Position(text)
	}
	if _, err := c.statsOf(ctx); err != nil { // Pulsar would create the topic too
		return err
	}
	topic, sub := c.text("topic"), c.text("sub")
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.CreateSubscription(ctx, topic, sub, from)
	if broker.IsThere(err) {
		return c.refuse("sub", "subs "+topic, "%s has a subscription %s already", topic, sub)
	}
	if err != nil {
		return c.noTopic(err)
	}
	c.say("%s: created on %s, from %s", sub, topic, from)
	return nil
}

// subscription finds the one that was named, with the topic's statistics.
func (c *call) subscription(ctx context.Context) (broker.TopicStats, broker.SubscriptionStats, error) {
	stats, err := c.statsOf(ctx)
	if err != nil {
		return stats, broker.SubscriptionStats{}, err
	}
	topic, name := c.text("topic"), c.text("sub")
	s, ok := stats.Subscriptions[name]
	if ok {
		return stats, s, nil
	}
	names := sortedNames(stats.Subscriptions)
	if len(names) == 0 {
		return stats, s, c.refuse("sub", "sub create "+topic+" "+quote(name), "%s has no subscription %q; there are none", topic, name)
	}
	better, near := nearest(name, names)
	if !near {
		better = names[0]
	}
	return stats, s, c.refuse("sub", c.statement.instead(c.args["sub"].span, quote(better)), "%s has no subscription %q; there are %s", topic, name, and(names))
}

// foreign refuses to move a subscription under a group of this session, which
// would call lost what it is not given.
func (c *call) foreign(ctx context.Context, try string) error {
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) && g.Consumer != nil && g.Consumer.Subscription == c.text("sub") && receives(g, c.text("topic")) {
			return c.refuse("sub", fmt.Sprintf(try, g.Name), "the group %s receives through %s, and would call lost what it is not given", g.Name, c.text("sub"))
		}
	}
	return nil
}

func deleteSub(ctx context.Context, c *call) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	stats, s, err := c.subscription(ctx)
	if err != nil {
		return err
	}
	topic, sub := c.text("topic"), c.text("sub")
	busy := func(who string) error {
		return c.refuse("sub", "sub delete "+topic+" "+quote(sub)+" force=on", "%s to %s", who, sub)
	}
	if s.Consumers > 0 && !c.forced() {
		return busy(connectedTo(broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{sub: s}}))
	}
	if err := c.consent(ctx, "delete the subscription %s of %s, with about %s messages that wait for it?", sub, topic,
		graphs.Count(backlogMessages(stats, sub))); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.DeleteSubscription(ctx, topic, sub, c.forced())
	if broker.IsBusy(err) {
		return busy("somebody is connected")
	}
	if err != nil {
		return err
	}
	c.say("%s: deleted from %s", sub, topic)
	return nil
}

func skipSub(ctx context.Context, c *call) error {
	if _, err := c.admin(); err != nil {
		return err
	}
	n, _ := value[int](c, "messages")
	if err := c.foreign(ctx, "skip %s "+c.text("messages")); err != nil {
		return err
	}
	stats, _, err := c.subscription(ctx)
	if err != nil {
		return err
	}
	topic, sub := c.text("topic"), c.text("sub")
	if err := c.consent(ctx, "skip about %s of the %s messages that wait for %s on %s?", whole(int64(n)),
		graphs.Count(backlogMessages(stats, sub)), sub, topic); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	shift, err := c.env.Session.SkipOn(ctx, topic, sub, int64(n))
	if err != nil {
		return c.tooFew(err, "sub clear "+topic+" "+quote(sub))
	}
	c.say("%s: skipped %s", sub, sayShift(shift))
	return nil
}

func clearSub(ctx context.Context, c *call) error {
	return c.takeOff(ctx, "clear %s", func(stats broker.TopicStats) string {
		return fmt.Sprintf("take all of the about %s messages that wait for %s on %s off?", graphs.Count(backlogMessages(stats, c.text("sub"))),
			c.text("sub"), c.text("topic"))
	}, func(ctx context.Context, k broker.Admin, s broker.SubscriptionStats) error {
		if err := k.ClearBacklog(ctx, c.text("topic"), c.text("sub")); err != nil {
			return err
		}
		c.say("%s: cleared of %s entries on %s", c.text("sub"), whole(s.BacklogEntries), c.text("topic"))
		return nil
	})
}

func expireSub(ctx context.Context, c *call) error {
	age, _ := value[time.Duration](c, "age")
	return c.takeOff(ctx, "seek %s -"+c.text("age"), func(broker.TopicStats) string {
		return fmt.Sprintf("take what is older than %s off %s on %s?", c.text("age"), c.text("sub"), c.text("topic"))
	}, func(ctx context.Context, k broker.Admin, _ broker.SubscriptionStats) error {
		err := k.Expire(ctx, c.text("topic"), c.text("sub"), age)
		if broker.IsThere(err) {
			return c.fail("", "the broker is not done with the last expiry of %s", c.text("sub"))
		}
		if err == nil {
			c.say("%s: the broker takes off what is older than %s", c.text("sub"), c.text("age"))
		}
		return err
	})
}

// takeOff asks, and then takes something off a subscription's backlog.
func (c *call) takeOff(ctx context.Context, own string, question func(broker.TopicStats) string,
	do func(context.Context, broker.Admin, broker.SubscriptionStats) error) error {
	k, err := c.admin()
	if err != nil {
		return err
	}
	if err := c.foreign(ctx, own); err != nil {
		return err
	}
	stats, s, err := c.subscription(ctx)
	if err != nil {
		return err
	}
	if err := c.consent(ctx, "%s", question(stats)); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	return do(ctx, k, s)
}
