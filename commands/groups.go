package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session"
)

// stopMax bounds how long a stop may flush: as long as the default send timeout
// keeps a message that a broker does not answer.
const stopMax = 30 * time.Second

// groupCommands make groups and end them.
func groupCommands() []command {
	return []command{
		{name: "produce start", section: groupSection, changes: true,
			params:  append([]param{{name: "name", kind: startKind(session.Produce, "fast")}}, producerParams()...),
			summary: "start a producer group",
			detail: "Makes a group that sends to the topic of its own name, or starts one that is ready or stopped, with the settings given. " +
				"The rate is that of all its workers together, whatever their number.",
			examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			run:      startProducer},
		{name: "produce stop", section: groupSection, changes: true,
			params:   []param{{name: "name", kind: groupOf(session.Produce, "fast")}},
			summary:  "end a producer group's sending",
			detail:   "Waits for the answers to what was sent. The group keeps its settings and figures, and can be started again.",
			examples: []string{"produce stop fast"}, run: stopGroup(session.Produce)},
		{name: "consume start", section: groupSection, changes: true,
			params:  append([]param{{name: "name", kind: startKind(session.Consume, "sub1")}}, consumerParams()...),
			summary: "start a consumer group",
			detail: "Makes a group that receives the topic of its own name under the subscription of its own name, or starts one that is ready or stopped, " +
				"with the settings given. What Kafka calls a consumer group is a subscription here.",
			examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			run:      startConsumer},
		{name: "consume stop", section: groupSection, changes: true,
			params:   []param{{name: "name", kind: groupOf(session.Consume, "sub1")}},
			summary:  "end a consumer group's receiving",
			detail:   "The subscription stays in the broker and its backlog grows. The group can be started again.",
			examples: []string{"consume stop sub1"}, run: stopGroup(session.Consume)},
		{name: "stop all", section: groupSection, changes: true,
			summary: "end all groups at once, without a flush", detail: "For emergencies: answers that are still on their way are not waited for.",
			examples: []string{"stop all"}, run: stopAll},
		{name: "remove", section: groupSection, changes: true,
			params:  []param{{name: "group", kind: groupKind()}},
			summary: "end a group and forget it", examples: []string{"remove slow"}, run: removeGroup},
		{name: "clone", section: groupSection, changes: true,
			params:   append([]param{{name: "group", kind: groupKind()}, {name: "name", kind: cloneName()}}, groupParams()...),
			summary:  "make a group with the settings of another",
			detail:   "The settings given are changed. The copy of a running group is started.",
			examples: []string{"clone fast faster rate=80k"}, run: cloneGroup},
	}
}

// cloneName is a name that no group has.
func cloneName() kind {
	k := nameKind()
	k.sample = "faster"
	return k
}

func startProducer(ctx context.Context, c *call) error {
	name := c.text("name")
	if _, ok := c.env.Session.Consumer(name); ok {
		return c.refuse("name", "consume start "+name, "%s is a consumer group", name)
	}
	spec, known := c.env.Session.Producer(name)
	if !known {
		spec = session.DefaultProducer(name)
	}
	return start(ctx, c, known, session.ProducerSettings(), &spec, starter[session.ProducerSpec]{
		add: c.env.Session.AddProducer, set: c.env.Session.SetProducer, say: sayProducer})
}

func startConsumer(ctx context.Context, c *call) error {
	name := c.text("name")
	if _, ok := c.env.Session.Producer(name); ok {
		return c.refuse("name", "produce start "+name, "%s is a producer group", name)
	}
	spec, known := c.env.Session.Consumer(name)
	if !known {
		spec = session.DefaultConsumer(name)
	}
	return start(ctx, c, known, session.ConsumerSettings(), &spec, starter[session.ConsumerSpec]{
		add: c.env.Session.AddConsumer, set: c.env.Session.SetConsumer, say: sayConsumer})
}

// starter is what differs between the kinds of group.
type starter[S any] struct {
	add func(name string, spec S) error
	set func(ctx context.Context, name string, spec S) (bool, error)
	say func(name string, spec S) string
}

// start makes a group if it is not known, and starts it. A group that cannot
// be started at its making is forgotten, so that the same line works later.
func start[S any](ctx context.Context, c *call, known bool, settings []session.Setting[S], spec *S, do starter[S]) error {
	name := c.text("name")
	if err := c.connected(); err != nil {
		return err
	}
	if known {
		if err := c.startable(ctx, name); err != nil {
			return err
		}
	}
	if err := apply(c, settings, spec); err != nil {
		return err
	}
	if known {
		if _, err := do.set(ctx, name, *spec); err != nil {
			return err
		}
	} else if err := do.add(name, *spec); err != nil {
		return c.refuse("name", "list", "%s", err)
	}
	if err := c.env.Session.Start(ctx, name); err != nil {
		if !known {
			_ = c.env.Session.Remove(context.WithoutCancel(ctx), name) // it has nothing to flush
		}
		return fmt.Errorf("%s cannot start: %w", name, err)
	}
	c.say("%s: %s", name, do.say(name, *spec))
	return nil
}

// apply reads the settings that were typed into spec.
func apply[S any](c *call, settings []session.Setting[S], spec *S) error {
	for _, name := range c.given {
		s, ok := session.FindSetting(settings, name)
		if !ok {
			continue
		}
		if err := s.Set(spec, c.text(name)); err != nil {
			return c.refuse(name, "", "%s", err)
		}
	}
	return nil
}

// connected refuses what needs a cluster while there is none.
func (c *call) connected() error {
	if _, ok := c.env.Session.Target(); ok {
		return nil
	}
	e := c.fail("connect pulsar://localhost:6650", "there is no connection to a Pulsar yet")
	if c.env.Local != nil {
		e.Try = "local start"
	}
	e.Code = ExitUnconnected
	return e
}

// startable refuses to start a group that is running.
func (c *call) startable(ctx context.Context, name string) error {
	g, ok := c.fresh(ctx).Group(name)
	if !ok || !active(g.State) {
		return nil
	}
	try := c.command.name[:len("produce")] + " stop " + name
	if len(c.given) > 0 {
		try = "set " + name
		for _, key := range c.given {
			try += " " + key + "=" + quote(c.text(key))
		}
	}
	return c.refuse("name", try, "%s is %s", name, g.State)
}

// active says whether a group in this state has connections.
func active(s session.State) bool {
	return !slices.Contains([]session.State{session.Ready, session.Stopped, session.Failed}, s)
}

// sayProducer tells what a producer group does: sending to fast · 4 workers · …
func sayProducer(_ string, p session.ProducerSpec) string {
	return strings.Join([]string{"sending to " + p.Topic, count(p.Workers, "worker"), sayShape(p), saySize(p)}, " · ")
}

func sayShape(p session.ProducerSpec) string {
	r, hold := p.Rate.IsHold()
	switch {
	case hold && r.IsMax():
		return "as fast as it goes"
	case hold:
		return graphs.Rate(float64(r))
	}
	return p.Rate.String()
}

func saySize(p session.ProducerSpec) string {
	size := p.Size.String()
	if p.Size.IsFixed() {
		size = graphs.Bytes(p.Size.Mean())
	}
	if p.Compression == "none" {
		return size + " uncompressed"
	}
	return size + " " + string(p.Compression)
}

func sayConsumer(_ string, s session.ConsumerSpec) string {
	return strings.Join([]string{"receiving " + s.Topic + " as " + s.Subscription, string(s.Type), count(s.Workers, "worker"), "from " + string(s.From)}, " · ")
}

// count writes a number with its noun: 1 worker, 4 workers.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", graphs.Whole(float64(n)), noun)
}

// group finds the group that an argument names.
func (c *call) group(ctx context.Context, param string) (session.GroupSnapshot, error) {
	return c.groupNamed(ctx, param, c.text(param))
}

// groupNamed finds a group that was named within the argument param.
func (c *call) groupNamed(ctx context.Context, param, name string) (session.GroupSnapshot, error) {
	s := c.fresh(ctx)
	if g, ok := s.Group(name); ok {
		return g, nil
	}
	names := groupNames(s)
	if len(names) == 0 {
		return session.GroupSnapshot{}, c.refuse(param, "produce start "+name, "no group %q; there are none yet", name)
	}
	better, ok := nearest(name, names)
	if !ok {
		better = names[0]
	}
	at, try := c.args[param].span, "list"
	if i := strings.Index(c.statement.text.body[at.from:at.to], name); i >= 0 {
		try = c.statement.instead(span{at.from + i, at.from + i + len(name)}, better)
	}
	return session.GroupSnapshot{}, c.refuse(param, try, "no group %q; there are %s", name, and(names))
}

func groupNames(s *session.Snapshot) []string {
	var names []string
	for _, g := range s.Groups {
		names = append(names, g.Name)
	}
	return names
}

// kindName is a kind of group in a sentence.
func kindName(k session.Kind) string {
	if k == session.Produce {
		return "producer group"
	}
	return "consumer group"
}

func stopGroup(kind session.Kind) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		g, err := c.group(ctx, "name")
		if err != nil {
			return err
		}
		if g.Kind != kind {
			return c.refuse("name", string(g.Kind)+" stop "+g.Name, "%s is a %s", g.Name, kindName(g.Kind))
		}
		if !active(g.State) {
			return c.refuse("name", string(g.Kind)+" start "+g.Name, "%s is %s", g.Name, g.State)
		}
		bounded, cancel := context.WithTimeout(ctx, stopMax)
		defer cancel()
		err = c.env.Session.Stop(bounded, g.Name)
		c.changed.Store(c.env.Now().UnixNano())
		if after, ok := c.fresh(ctx).Group(g.Name); ok {
			g = after
		}
		c.say("%s: stopped · %s", g.Name, account(g))
		return err
	}
}

// account sums up what a group has done.
func account(g session.GroupSnapshot) string {
	if p := g.Producer; p != nil {
		parts := []string{whole(p.Sent) + " sent", whole(p.Acked) + " acked", whole(p.Failed) + " failed"}
		if p.Unknown > 0 {
			parts = append(parts, whole(p.Unknown)+" unanswered")
		}
		return strings.Join(parts, " · ")
	}
	if s := g.Consumer; s != nil {
		return strings.Join([]string{whole(s.Received) + " received", whole(int64(s.Ledger.Lost)) + " lost",
			whole(int64(s.Ledger.Duplicated)) + " duplicated"}, " · ")
	}
	return ""
}

func whole(n int64) string { return graphs.Whole(float64(n)) }

func stopAll(ctx context.Context, c *call) error {
	running := 0
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) {
			running++
		}
	}
	err := c.env.Session.StopAll(ctx)
	if running == 0 {
		c.say("no group was running")
	} else {
		c.say("%s stopped", count(running, "group"))
	}
	return err
}

func removeGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if active(g.State) && !c.confirm(ctx, fmt.Sprintf("%s is %s; remove it?", g.Name, g.State)) {
		c.say("%s stays", g.Name)
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, stopMax)
	defer cancel()
	if err := c.env.Session.Remove(bounded, g.Name); err != nil {
		return err
	}
	c.say("%s: removed", g.Name)
	return nil
}

// confirm asks before something is lost.
func (c *call) confirm(ctx context.Context, question string) bool {
	return c.env.Confirm == nil || c.env.Confirm(ctx, question)
}

func cloneGroup(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if err := c.knownSettings(g.Kind); err != nil {
		return err
	}
	if g.Kind == session.Produce {
		spec, _ := c.env.Session.Producer(g.Name)
		return clone(ctx, c, g, session.ProducerSettings(), &spec, starter[session.ProducerSpec]{add: c.env.Session.AddProducer, say: sayProducer})
	}
	spec, _ := c.env.Session.Consumer(g.Name)
	return clone(ctx, c, g, session.ConsumerSettings(), &spec, starter[session.ConsumerSpec]{add: c.env.Session.AddConsumer, say: sayConsumer})
}

// clone starts the copy of a group that runs, and makes the copy of any other
// ready.
func clone[S any](ctx context.Context, c *call, g session.GroupSnapshot, settings []session.Setting[S], spec *S, do starter[S]) error {
	if active(g.State) {
		return start(ctx, c, false, settings, spec, do)
	}
	if err := apply(c, settings, spec); err != nil {
		return err
	}
	name := c.text("name")
	if err := do.add(name, *spec); err != nil {
		return c.refuse("name", "list", "%s", err)
	}
	c.say("%s: ready for %s", name, do.say(name, *spec))
	return nil
}

// knownSettings refuses settings that only the other kind of group has.
func (c *call) knownSettings(kind session.Kind) error {
	list := producerParams()
	if kind == session.Consume {
		list = consumerParams()
	}
	for _, name := range c.given {
		if !slices.ContainsFunc(list, func(p param) bool { return p.name == name }) {
			e := c.wrong(span{c.args[name].span.from - len(name) - 1, c.args[name].span.from - 1},
				fmt.Sprintf("a %s has no setting %q", kindName(kind), name))
			e.Try = fmt.Sprintf("help %s start", kind)
			return e
		}
	}
	return nil
}
