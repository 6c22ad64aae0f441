package groups

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// StartProducer runs the command produce start: start a producer group.
func StartProducer(ctx context.Context, c *host.Call) error {
	name := c.Text("name")
	if other, ok := c.Env.Session.Consumer(name); ok {
		return otherKind(c, name, other)
	}
	want, known := c.Env.Session.Producer(name)
	if !known {
		want = spec.DefaultProducer(name)
	}
	return start(ctx, c, known, spec.ProducerSettings(), &want, starter[spec.Producer]{
		add: c.Env.Session.AddProducer, set: c.Env.Session.SetProducer, say: answers.SayProducer})
}

// StartConsumer runs the command consume start: start a consumer group.
func StartConsumer(ctx context.Context, c *host.Call) error {
	return startReceiver(ctx, c, spec.DefaultConsumer(c.Text("name")))
}

// StartReader runs the command read start: start a reader.
func StartReader(ctx context.Context, c *host.Call) error {
	return startReceiver(ctx, c, spec.DefaultReader(c.Text("name")))
}

// otherKind refuses to start a consumer group or a reader as a group of another kind.
func otherKind(c *host.Call, name string, is spec.Consumer) error {
	kind := snapshot.Kind(is.Verb())
	return c.Refuse("name", string(kind)+" start "+name, "%s is a %s", name, host.KindName(kind))
}

// startReceiver starts a consumer group or a reader; standard has the settings of a new
// one.
func startReceiver(ctx context.Context, c *host.Call, standard spec.Consumer) error {
	name := c.Text("name")
	if p, ok := c.Env.Session.Producer(name); ok {
		return c.Refuse("name", c.Command.Name+" "+name+"-sub topic="+lang.Quote(p.Topic), "%s is a producer group", name)
	}
	want, known := c.Env.Session.Consumer(name)
	switch {
	case !known:
		want = standard
	case want.Reader.Is != standard.Reader.Is:
		return otherKind(c, name, want)
	}
	return start(ctx, c, known, want.Settings(), &want, starter[spec.Consumer]{
		add: func(name string, want spec.Consumer) error {
			if err := beginsThere(ctx, c, name, want); err != nil {
				return err
			}
			return c.Env.Session.AddConsumer(name, want)
		},
		set: setConsumer(c, true), say: sayConsumer(ctx, c)})
}

// beginsThere refuses a reader that is to begin behind its topic.
func beginsThere(ctx context.Context, c *host.Call, name string, want spec.Consumer) error {
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	return session.CheckBegin(ctx, c.Env.Session, name, want)
}

// setConsumer changes a consumer group or a reader that begins anew if always is set or
// the line says where.
func setConsumer(c *host.Call, always bool) func(ctx context.Context, name string, want spec.Consumer) (group.Rebuild, error) {
	return func(ctx context.Context, name string, want spec.Consumer) (group.Rebuild, error) {
		if always || slices.Contains(c.Given, "from") {
			if err := beginsThere(ctx, c, name, want); err != nil {
				return group.Rebuild{}, err
			}
		}
		return c.Env.Session.SetConsumer(ctx, name, want)
	}
}

// sayConsumer describes a consumer group, and if it was started, where it continues.
func sayConsumer(ctx context.Context, c *host.Call) func(name string, want spec.Consumer) string {
	return func(name string, want spec.Consumer) string {
		if g, ok := c.Fresh(ctx).Group(name); ok && g.Consumer != nil && g.State.Active() {
			return answers.SayConsumer(want, g.Consumer.Resumed)
		}
		return answers.SayConsumer(want, nil)
	}
}

// reachable refuses a group whose cluster is not known or not connected.
func reachable[S any](c *host.Call, name string, settings []spec.Setting[S], want *S) error {
	setting, _ := spec.FindSetting(settings, host.ClusterArgument)
	on := setting.Get(want)
	if on == spec.OwnCluster {
		return c.Connected()
	}
	err := c.Env.Session.Clusters.Check(on)
	switch {
	case err == nil:
		return nil
	case c.Text(host.ClusterArgument) == "": // it was removed
		return c.Fail("set "+name+" cluster="+spec.OwnCluster, "%s", err)
	}
	return host.UnknownCluster(c, on, err)
}

// starter has the operations that differ between the kinds of group.
type starter[S any] struct {
	add func(name string, want S) error
	set func(ctx context.Context, name string, want S) (group.Rebuild, error)
	say func(name string, want S) string
}

// start creates a group if it is not known, and starts it. A new group that cannot
// be started is removed, so that the same line works later.
func start[S any](ctx context.Context, c *host.Call, known bool, settings []spec.Setting[S], want *S, do starter[S]) error {
	name := c.Text("name")
	if known {
		if err := checkStartable(ctx, c, name); err != nil {
			return err
		}
	}
	if err := apply(c, settings, want); err != nil {
		return err
	}
	if err := reachable(c, name, settings, want); err != nil {
		return err
	}
	if known {
		if _, err := do.set(ctx, name, *want); err != nil {
			return err
		}
	} else if err := do.add(name, *want); err != nil {
		return notCreated(c, name, err)
	}
	if err := c.Env.Session.Start(ctx, name); err != nil {
		if !known {
			_ = c.Env.Session.Remove(context.WithoutCancel(ctx), name) // it has nothing to flush
			err = startInstead(c, name, err)
		}
		return fmt.Errorf("cannot start %s: %w", name, err)
	}
	c.Say("%s: %s", name, do.say(name, *want))
	return nil
}

// startInstead turns the advice to change a setting of a group into the advice to
// start the group with it: the group does not exist yet.
func startInstead(c *host.Call, name string, err error) error {
	var refused *broker.Error
	if !errors.As(err, &refused) {
		return err
	}
	setting, ok := strings.CutPrefix(refused.Try, "set "+name+" ")
	if !ok {
		return err
	}
	instead := *refused
	instead.Try = c.Command.Name + " " + name + " " + setting
	if key, value, one := strings.Cut(setting, "="); one && slices.Contains(c.Given, key) && !strings.Contains(value, " ") {
		instead.Try = c.WithArgument(key, value)
	}
	return &instead
}

// notCreated returns the error of a group that cannot be created.
func notCreated(c *host.Call, name string, err error) error {
	var refused *broker.Error
	if errors.As(err, &refused) && refused.Try != "" {
		return startInstead(c, name, err)
	}
	return c.Refuse("name", "list", "%s", err)
}

// apply sets the settings of the line in want.
func apply[S any](c *host.Call, settings []spec.Setting[S], want *S) error {
	for _, name := range c.Given {
		s, ok := spec.FindSetting(settings, name)
		if !ok {
			continue
		}
		if err := s.Set(want, c.Text(name)); err != nil {
			return c.Refuse(name, "", "%s", err)
		}
	}
	return nil
}

// checkStartable returns an error if the group is active.
func checkStartable(ctx context.Context, c *host.Call, name string) error {
	g, ok := c.Fresh(ctx).Group(name)
	if !ok || !g.State.Active() {
		return nil
	}
	try := "show " + name
	if len(c.Given) > 0 {
		try = "set " + name
		for _, key := range c.Given {
			try += " " + key + "=" + lang.Quote(c.Text(key))
		}
	}
	return c.Refuse("name", try, "%s is already %s", name, g.State)
}

// CloneGroup runs the command clone: copy a group under a new name.
func CloneGroup(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if err := c.KnownSettings(g.Named()); err != nil {
		return err
	}
	if g.Kind == snapshot.Produce {
		want, _ := c.Env.Session.Producer(g.Name)
		return clone(ctx, c, g, spec.ProducerSettings(), &want, starter[spec.Producer]{add: c.Env.Session.AddProducer, say: answers.SayProducer})
	}
	want, _ := c.Env.Session.Consumer(g.Name)
	return clone(ctx, c, g, want.Settings(), &want, starter[spec.Consumer]{add: c.Env.Session.AddConsumer, say: sayConsumer(ctx, c)})
}

// clone starts the copy of a running group; other copies are ready.
func clone[S any](ctx context.Context, c *host.Call, g snapshot.Group, settings []spec.Setting[S], want *S, do starter[S]) error {
	if g.State.Active() {
		return start(ctx, c, false, settings, want, do)
	}
	if err := apply(c, settings, want); err != nil {
		return err
	}
	name := c.Text("name")
	if err := do.add(name, *want); err != nil {
		return notCreated(c, name, err)
	}
	c.Say("%s: ready for %s", name, do.say(name, *want))
	return nil
}
