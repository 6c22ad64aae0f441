package look

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/snapshot"
)

// ShowBacklog runs the command backlog: show the backlog by topic and partition.
func ShowBacklog(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if g.Consumer == nil {
		return c.Refuse("group", "show "+g.Name, "%s is a producer group; backlog is for consumer groups", g.Name)
	}
	if _, err := c.AdminOf(g.Cluster); err != nil {
		return err
	}
	each, flows, sum, err := askTopics(ctx, c, g.Name)
	if err != nil {
		return err
	}
	name := g.Consumer.Subscription
	if _, ok := sum.Subscriptions[name]; !ok {
		return c.Fail(string(g.Named())+" start "+g.Name, "no subscription %q on %s", name, g.Topic)
	}
	var rows [][]string
	all := brokerstats.Flow{Out: map[string]float64{}}
	for i, one := range each {
		all.In += flows[i].In
		all.Out[name] += flows[i].Out[name]
		rows = append(rows, answers.BacklogRows(one, flows[i], name, len(each) > 1)...)
	}
	rows = append(rows, answers.BacklogRow("total", sum, all, name))
	right := graphs.AlignRight
	head := "partition"
	if len(each) > 1 {
		head = "topic"
	}
	c.Print(graphs.Table([]string{head, "messages", "entries", "unacked", "rate out", "drains in"}, rows,
		[]graphs.Align{0, right, right, right, right, right}, 0))
	c.Say("the broker counts entries (batches); messages = entries × %s (estimate)", graphs.Three(max(sum.MessagesPerEntry, 1)))
	return nil
}

// askTopics reads the statistics of a group's topics twice, so that rates can be
// computed.
func askTopics(ctx context.Context, c *host.Call, group string) (each []snapshot.TopicAnswer, flows []brokerstats.Flow, sum broker.TopicStats, err error) {
	look := func() ([]snapshot.TopicAnswer, broker.TopicStats, error) {
		asking, cancel := host.Asked(ctx)
		defer cancel()
		return c.Env.Session.TopicAnswers(asking, group)
	}
	before, _, err := look()
	if err != nil {
		return nil, nil, sum, err
	}
	begin := c.Env.Now()
	if err := lang.Sleep(ctx, host.FlowTime); err != nil {
		return nil, nil, sum, err
	}
	if each, sum, err = look(); err != nil {
		return nil, nil, sum, err
	}
	apart := c.Env.Now().Sub(begin)
	was := map[string]broker.TopicStats{}
	for _, one := range before {
		was[one.Topic] = one.Stats
	}
	for _, one := range each {
		earlier, ok := was[one.Topic]
		if !ok {
			earlier = one.Stats // made since
		}
		flows = append(flows, brokerstats.FlowBetween(earlier, one.Stats, apart))
	}
	return each, flows, sum, nil
}
