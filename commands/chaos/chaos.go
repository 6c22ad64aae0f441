package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/chaos"
	"pulsh/session/consume"
	"pulsh/session/pacing"
	"pulsh/session/produce"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// The limits of intervals and of suspensions.
const (
	everyMin, everyMax = time.Second, 24 * time.Hour
	stopMin, stopMax   = 100 * time.Millisecond, time.Hour
)

// adminTime bounds an unload and a disconnection.
const adminTime = 30 * time.Second

// plan reads every and for. lasts is the length of one fault, 0 if it is not known.
func plan(c *host.Call, lasts time.Duration) (p chaos.Plan, err error) {
	p.Every, _ = host.Value[time.Duration](c, "every")
	p.For, _ = host.Value[time.Duration](c, "for")
	written := pacing.FormatDuration
	switch {
	case p.For > 0 && p.Every == 0:
		return p, c.Refuse("for", c.Source()+" every=1m", "for needs every: without it there is one fault")
	case p.Every == 0:
		return p, nil
	case p.Every < everyMin || p.Every > everyMax:
		return p, c.Refuse("every", c.WithArgument("every", "1m"), "%s is not between %s and %s", c.Text("every"), written(everyMin), written(everyMax))
	case p.Every <= lasts:
		return p, c.Refuse("every", c.WithArgument("every", written(2*lasts)), "every=%s is not more than the %s that one lasts", c.Text("every"), written(lasts))
	}
	return p, nil
}

// unprotected refuses a fault on a protected cluster.
func unprotected(c *host.Call) error {
	if c.Env.Session.Preferences().Protected {
		return c.Fail("show session", "this cluster is protected: pulsh causes no faults on it (protected=on)")
	}
	return nil
}

// schedule starts the schedule of a fault and says so.
func schedule(c *host.Call, p chaos.Plan, f chaos.Fault) error {
	switch err := c.Env.Session.Chaos.Start(f, p); {
	case errors.Is(err, chaos.ErrTooMany):
		return c.Fail("chaos off", "%d faults are scheduled, and that is the limit", chaos.TasksMax)
	case err != nil:
		return err
	}
	times := ""
	if p.Every > 0 {
		times = ", and every " + pacing.FormatDuration(p.Every)
	}
	if p.For > 0 {
		times += " for " + pacing.FormatDuration(p.For)
	}
	c.Say("chaos %s: now%s; `chaos` shows what it does", f.Name, times)
	return nil
}

// owned returns the local Pulsar if the session is connected to it.
func owned(c *host.Call) (host.Local, error) {
	if err := unprotected(c); err != nil {
		return nil, err
	}
	if c.Env.Local == nil {
		return nil, c.Fail("chaos unload fast", "a local Pulsar is not available here")
	}
	report, err := c.Env.Local.Report(0)
	if err != nil {
		return nil, err
	}
	t, connected := c.Env.Session.Target()
	switch {
	case broker.IsEmbedded(report.Version):
		return nil, c.Fail("fault disconnect", "%s acts on the process of a local Pulsar, and the embedded broker is part of this one", c.Command.Name)
	case report.Condition != "running" || report.PID == 0:
		return nil, c.Fail("local start", "pulsh runs no Pulsar on this machine (%s)", report.Condition)
	case !connected || t.URL != report.URL:
		return nil, c.Fail("chaos unload fast", "%s acts on the local Pulsar only, and this session is connected to %s", c.Command.Name, t.URL)
	}
	return c.Env.Local, nil
}

// everyGroup reports whether a fault of the local Pulsar concerns a group: it is the
// session's own cluster.
func everyGroup(g snapshot.Group) bool { return g.Cluster == spec.OwnCluster }

// Kill runs the command chaos kill: kill the local Pulsar and start it again.
func Kill(_ context.Context, c *host.Call) error {
	l, err := owned(c)
	if err != nil {
		return err
	}
	p, err := plan(c, 0)
	if err != nil {
		return err
	}
	return schedule(c, p, chaos.Fault{Name: "kill", Concerns: everyGroup,
		Cause: func(ctx context.Context) (string, error) { return "", l.Crash(ctx) }})
}

// Stop runs the command chaos stop: suspend the local Pulsar's process for a while.
func Stop(_ context.Context, c *host.Call) error {
	l, err := owned(c)
	if err != nil {
		return err
	}
	d, _ := host.Value[time.Duration](c, "duration")
	if d < stopMin || d > stopMax {
		return c.Refuse("duration", "chaos stop 10s", "%s is not between %s and %s", c.Text("duration"), pacing.FormatDuration(stopMin), pacing.FormatDuration(stopMax))
	}
	p, err := plan(c, d)
	if err != nil {
		return err
	}
	return schedule(c, p, chaos.Fault{Name: "stop " + pacing.FormatDuration(d), Concerns: everyGroup,
		Cause: func(ctx context.Context) (string, error) { return "", l.Suspend(ctx, d) }})
}

// Unload runs the command chaos unload: unload a topic from its broker.
func Unload(_ context.Context, c *host.Call) error {
	if err := unprotected(c); err != nil {
		return err
	}
	if _, err := c.Admin(); err != nil {
		return err
	}
	p, err := plan(c, 0)
	if err != nil {
		return err
	}
	topic, on, session := c.Text("topic"), c.ClusterName(), c.Env.Session
	return schedule(c, p, chaos.Fault{Name: "unload " + topic,
		Concerns: func(g snapshot.Group) bool {
			return g.Cluster == on && (answers.SameTopic(g.Topic, topic) || answers.Receives(g, topic))
		},
		Cause: func(ctx context.Context) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, adminTime)
			defer cancel()
			cluster, err := session.Clusters.Of(on)
			switch {
			case err != nil:
				return "", err
			case cluster.Admin == nil:
				return "", &broker.Error{Message: "there is no admin API"}
			}
			return "", cluster.Admin.Unload(ctx, topic)
		}})
}

// Disconnect runs the command chaos disconnect: break connections of a group.
func Disconnect(ctx context.Context, c *host.Call) error {
	if err := unprotected(c); err != nil {
		return err
	}
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if !g.State.Active() {
		return c.Refuse("group", fmt.Sprintf("%s start %s", g.Named(), g.Name), "%s is %s", g.Name, g.State)
	}
	p, err := plan(c, 0)
	if err != nil {
		return err
	}
	share, _ := host.Value[spec.Share](c, "share")
	cause := disconnectConsumers(c, g.Name, share)
	if g.Producer != nil {
		cause = disconnectProducers(c, g.Name, share)
	}
	return schedule(c, p, chaos.Fault{Name: fmt.Sprintf("disconnect %s %s", g.Name, share),
		Concerns: func(one snapshot.Group) bool { return one.Name == g.Name }, Cause: cause})
}

func disconnectProducers(c *host.Call, name string, share spec.Share) func(context.Context) (string, error) {
	session := c.Env.Session
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, adminTime)
		defer cancel()
		g, err := session.ProducerGroup(name)
		if err != nil {
			return "", err
		}
		n, err := produce.Disconnect(ctx, g, share)
		return graphs.Plural(n, "producer"), err
	}
}

func disconnectConsumers(c *host.Call, name string, share spec.Share) func(context.Context) (string, error) {
	session := c.Env.Session
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, adminTime)
		defer cancel()
		g, err := session.ConsumerGroup(name)
		if err != nil {
			return "", err
		}
		n, err := consume.Disconnect(ctx, g, share)
		return graphs.Plural(n, "consumer"), err
	}
}

// Off runs the command chaos off: end all scheduled faults.
func Off(_ context.Context, c *host.Call) error {
	names := c.Env.Session.Chaos.Off("")
	if len(names) == 0 {
		c.Say("no fault is scheduled")
		return nil
	}
	c.Say("chaos off: %s", lang.And(names))
	return nil
}

// eventsShown is the number of events that chaos shows, the last ones.
const eventsShown = 20

// Show runs the command chaos: show what is scheduled and what happened.
func Show(ctx context.Context, c *host.Call) error {
	c.Changed.Store(c.Env.Now().UnixNano())
	s := c.Fresh(ctx)
	is := s.Chaos
	if is == nil || len(is.Scheduled)+len(is.Events) == 0 {
		c.Say("no fault is scheduled; `help chaos` tells which there are")
		return nil
	}
	for _, t := range is.Scheduled {
		c.Say("%s, %s", answers.Scheduled(t), next(t, s.At))
	}
	first := max(len(is.Events)-eventsShown, 0)
	if first > 0 {
		c.Say("(%s)", graphs.Plural(first, "earlier event"))
	}
	var cells [][]string
	for _, e := range slices.Clone(is.Events[first:]) {
		cells = append(cells, []string{fmt.Sprint(e.Number), e.At.Format(time.TimeOnly), graphs.Clean(e.Fault), graphs.Clean(e.Outcome())})
	}
	c.Print(graphs.Table(nil, cells, []graphs.Align{graphs.AlignRight}, 0))
	if is.Sum.Events > 0 {
		c.Say("%s", is.Sum)
	}
	return nil
}

// next tells when the next fault of a schedule comes.
func next(t snapshot.Scheduled, now time.Time) string {
	if wait := t.Next.Sub(now); wait > 0 {
		return "next in " + graphs.Elapsed(wait.Round(time.Second))
	}
	return "now"
}
