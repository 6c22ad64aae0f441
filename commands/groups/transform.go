package groups

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/spec"
)

// transactionDefault is the number of messages of a transaction where none is given.
const transactionDefault = 100

// TransformParams returns the parameters of transform: its two topics, and the settings of
// a consumer group.
func TransformParams() []lang.Param {
	topic := kinds.Topic()
	topic.Parse = func(text string) (any, error) { return broker.ParseTopic(text) }
	params := []lang.Param{
		{Name: "name", Kind: kinds.Start("consume", "copy")},
		{Name: "from", Kind: topic, Keyed: true, Doc: "topic to receive from"},
		{Name: "to", Kind: topic, Keyed: true, Doc: "topic in which each message is stored again"},
	}
	return append(params, slices.DeleteFunc(kinds.ConsumerParams(), func(p lang.Param) bool {
		return p.Name == "topic" || p.Name == "from" || p.Name == "to"
	})...)
}

// Transform runs the command transform: start a consumer group that stores what it
// receives in another topic, in transactions.
func Transform(ctx context.Context, c *host.Call) error {
	name := c.Text("name")
	if _, ok := c.Env.Session.Producer(name); ok {
		return c.Refuse("name", "produce start "+name, "%s is a producer group", name)
	}
	want, known := c.Env.Session.Consumer(name)
	if known && want.Reader.Is {
		return c.Refuse("name", renamed(c, name), "%s is a reader, which acknowledges nothing; transform needs a group of another name", name)
	}
	if known {
		if g, ok := c.Fresh(ctx).Group(name); ok && g.State.Active() {
			return c.Refuse("name", "consume stop "+name, "%s is %s", name, g.State)
		}
	} else {
		want = spec.DefaultConsumer(name)
		want.From = broker.Earliest
	}
	if want.Transactions.Messages == 0 {
		want.Transactions.Messages = transactionDefault
	}
	if from, to := c.Text("from"), c.Text("to"); broker.FullTopic(from) == broker.FullTopic(to) {
		return c.Refuse("to", "transform "+name+" from="+from+" to="+to+"-copies", "%s would be received and stored again without end", to)
	}
	settings := slices.Clone(spec.ConsumerSettings())
	topic, _ := spec.FindSetting(settings, "topic")
	if err := topic.Set(&want, c.Text("from")); err != nil {
		return c.Refuse("from", "", "%s", err)
	}
	settings = slices.DeleteFunc(settings, func(s spec.Setting[spec.Consumer]) bool { return s.Name == "from" })
	return start(ctx, c, known, settings, &want, starter[spec.Consumer]{
		add: c.Env.Session.AddConsumer, set: c.Env.Session.SetConsumer,
		say: func(name string, want spec.Consumer) string { return answers.SayTransform(want) },
	})
}

// renamed returns the line with another name for the group.
func renamed(c *host.Call, name string) string {
	other, at := "copy", 1
	for taken(c, other) {
		at++
		other = fmt.Sprintf("copy%d", at)
	}
	return strings.Replace(c.Source(), name, other, 1)
}

// taken reports whether a group has the name.
func taken(c *host.Call, name string) bool {
	_, sends := c.Env.Session.Producer(name)
	_, receives := c.Env.Session.Consumer(name)
	return sends || receives
}
