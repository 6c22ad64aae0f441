package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// markOf is the kind of mark that a command leaves which changes the cluster.
const markOf = snapshot.MarkCommand

// subscriptionCommands look after subscriptions.
func subscriptionCommands() []lang.Command {
	topic := topicParam()
	name := lang.TextKind()
	name.Name, name.Sample = "SUBSCRIPTION", "sub1"
	name.Doc = "the name of a subscription"
	name.Parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	sub := lang.Param{Name: "sub", Kind: name}
	from := lang.Words("latest", "earliest")
	return []lang.Command{
		{Name: "subs", Section: clusterSection, Params: []lang.Param{topic}, Summary: "list the subscriptions of a topic",
			Examples: []string{"subs fast"}, Run: verb(listSubs)},
		{Name: "sub create", Section: clusterSection,
			Params:   []lang.Param{topic, sub, {Name: "from", Kind: from, Keyed: true, Optional: true, Doc: "where it begins; latest if not given"}},
			Summary:  "create a subscription, so that messages are kept for it",
			Examples: []string{"sub create fast audit from=earliest"}, Run: verb(createSub)},
		{Name: "sub delete", Section: clusterSection, Destroys: true, Params: append([]lang.Param{topic, sub}, forceParams()...),
			Summary:  "delete a subscription with its backlog",
			Detail:   "With force its consumers are disconnected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"sub delete fast audit", "sub delete fast sub1 force=on"}, Run: verb(deleteSub)},
		{Name: "sub skip", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "messages", Kind: messagesKind()}},
			Summary: "take the oldest messages off a subscription's backlog",
			Detail: "The broker skips whole entries, that is batches, and partition by partition: the messages are divided among the partitions by " +
				"what waits in each, and counted as entries times the messages in an entry. " + lang.AsksFirst,
			Examples: []string{"sub skip fast audit 1000"}, Run: verb(skipSub)},
		{Name: "sub clear", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub},
			Summary: "take everything off a subscription's backlog", Detail: lang.AsksFirst,
			Examples: []string{"sub clear fast audit"}, Run: verb(clearSub)},
		{Name: "sub expire", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "age", Kind: ageKind()}},
			Summary:  "take what is older than a span of time off a subscription's backlog",
			Detail:   "The broker does it in its own time, and counts in whole seconds. " + lang.AsksFirst,
			Examples: []string{"sub expire fast audit 10m"}, Run: verb(expireSub)},
	}
}

// messagesMax bounds a number of messages to move by: a typed number has no
// more, and a local Pulsar holds fewer.
const messagesMax = 1_000_000_000

func messagesKind() lang.Kind {
	k := countKind()
	k.Name, k.Sample, k.Forms = "MESSAGES", "1000", "1000, 10k, 2M"
	k.Parse = numberOf("messages", messagesMax)
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

func ageKind() lang.Kind {
	k := durationKind()
	k.Sample = "10m"
	read := k.Parse
	k.Parse = func(text string) (any, error) {
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
		c.Say("no subscriptions on %s", c.Text("topic"))
		return nil
	}
	c.Print(subsTable(stats, nil))
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
	if text := c.Text("from"); text != "" {
		from = broker.Position(text)
	}
	if _, err := c.statsOf(ctx); err != nil { // Pulsar would create the topic too
		return err
	}
	topic, sub := c.Text("topic"), c.Text("sub")
	ctx, cancel := asked(ctx)
	defer cancel()
	err = k.CreateSubscription(ctx, topic, sub, from)
	if broker.IsThere(err) {
		return c.Refuse("sub", "subs "+topic, "%s has a subscription %s already", topic, sub)
	}
	if err != nil {
		return c.noTopic(err)
	}
	c.Say("%s: created on %s, from %s", sub, topic, from)
	return nil
}

// subscription finds the one that was named, with the topic's statistics.
func (c *call) subscription(ctx context.Context) (broker.TopicStats, broker.SubscriptionStats, error) {
	stats, err := c.statsOf(ctx)
	if err != nil {
		return stats, broker.SubscriptionStats{}, err
	}
	topic, name := c.Text("topic"), c.Text("sub")
	s, ok := stats.Subscriptions[name]
	if ok {
		return stats, s, nil
	}
	names := sortedNames(stats.Subscriptions)
	if len(names) == 0 {
		return stats, s, c.Refuse("sub", "sub create "+topic+" "+lang.Quote(name), "%s has no subscription %q; there are none", topic, name)
	}
	better, near := lang.Nearest(name, names)
	if !near {
		better = names[0]
	}
	return stats, s, c.Refuse("sub", c.Statement.Instead(c.Args["sub"].Span, lang.Quote(better)), "%s has no subscription %q; there are %s", topic, name, lang.And(names))
}

// foreign refuses to move a subscription under a group of this session, which
// would call lost what it is not given.
func (c *call) foreign(ctx context.Context, try string) error {
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) && g.Consumer != nil && g.Consumer.Subscription == c.Text("sub") && receives(g, c.Text("topic")) {
			return c.Refuse("sub", fmt.Sprintf(try, g.Name), "the group %s receives through %s, and would call lost what it is not given", g.Name, c.Text("sub"))
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
	topic, sub := c.Text("topic"), c.Text("sub")
	busy := func(who string) error {
		return c.Refuse("sub", "sub delete "+topic+" "+lang.Quote(sub)+" force=on", "%s to %s", who, sub)
	}
	if s.Consumers > 0 && !c.forced() {
		return busy(connectedTo(broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{sub: s}}))
	}
	if err := c.Consent(ctx, "delete the subscription %s of %s, with about %s messages that wait for it?", sub, topic,
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
	c.Say("%s: deleted from %s", sub, topic)
	return nil
}

func skipSub(ctx context.Context, c *call) error {
	if _, err := c.admin(); err != nil {
		return err
	}
	n, _ := value[int](c, "messages")
	if err := c.foreign(ctx, "skip %s "+c.Text("messages")); err != nil {
		return err
	}
	stats, _, err := c.subscription(ctx)
	if err != nil {
		return err
	}
	topic, sub := c.Text("topic"), c.Text("sub")
	if err := c.Consent(ctx, "skip about %s of the %s messages that wait for %s on %s?", whole(int64(n)),
		graphs.Count(backlogMessages(stats, sub)), sub, topic); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	shift, err := c.env.Session.SkipOn(ctx, topic, sub, int64(n))
	if err != nil {
		return c.tooFew(err, "sub clear "+topic+" "+lang.Quote(sub))
	}
	c.Say("%s: skipped %s", sub, sayShift(shift))
	return nil
}

func clearSub(ctx context.Context, c *call) error {
	return c.takeOff(ctx, "clear %s", func(stats broker.TopicStats) string {
		return fmt.Sprintf("take all of the about %s messages that wait for %s on %s off?", graphs.Count(backlogMessages(stats, c.Text("sub"))),
			c.Text("sub"), c.Text("topic"))
	}, func(ctx context.Context, k broker.Admin, s broker.SubscriptionStats) error {
		if err := k.ClearBacklog(ctx, c.Text("topic"), c.Text("sub")); err != nil {
			return err
		}
		c.Say("%s: cleared of %s entries on %s", c.Text("sub"), whole(s.BacklogEntries), c.Text("topic"))
		return nil
	})
}

func expireSub(ctx context.Context, c *call) error {
	age, _ := value[time.Duration](c, "age")
	return c.takeOff(ctx, "seek %s -"+c.Text("age"), func(broker.TopicStats) string {
		return fmt.Sprintf("take what is older than %s off %s on %s?", c.Text("age"), c.Text("sub"), c.Text("topic"))
	}, func(ctx context.Context, k broker.Admin, _ broker.SubscriptionStats) error {
		err := k.Expire(ctx, c.Text("topic"), c.Text("sub"), age)
		if broker.IsThere(err) {
			return c.Fail("", "the broker is not done with the last expiry of %s", c.Text("sub"))
		}
		if err == nil {
			c.Say("%s: the broker takes off what is older than %s", c.Text("sub"), c.Text("age"))
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
	if err := c.Consent(ctx, "%s", question(stats)); err != nil {
		return err
	}
	ctx, cancel := asked(ctx)
	defer cancel()
	return do(ctx, k, s)
}
