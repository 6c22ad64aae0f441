package cluster

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// The default and the largest number of log lines.
const (
	logDefault = 20
	logMax     = 1000
)

// LogLines returns the kind COUNT of log lines.
func LogLines() lang.Kind {
	k := kinds.Count()
	k.Sample, k.Range = "50", fmt.Sprintf("1 to %d", logMax)
	k.Parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > logMax) {
			err = fmt.Errorf("%q is not a number of lines from 1 to %d", text, logMax)
		}
		return n, err
	}
	return k
}

// localPulsar returns the local Pulsar, or an error if there is none.
func localPulsar(c *host.Call) (host.Local, error) {
	if c.Env.Local == nil {
		return nil, c.Fail("connect pulsar://localhost:6650", "a local Pulsar is not available here")
	}
	return c.Env.Local, nil
}

// reportSteps returns a function that prints each step of a start once, and publishes
// its progress.
func reportSteps(c *host.Call) func(lang.Step) {
	last := ""
	return func(s lang.Step) {
		if s.Text != "" && s.Text != last {
			last = s.Text
			c.Say("%s", s.Text)
		}
		c.Report(s)
	}
}

// LocalStart runs the command local start: run a real Pulsar on this machine and connect to it.
func LocalStart(ctx context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	transactions := c.Text("transactions") == "on"
	if _, embedded := host.Value[string](c, "where"); embedded {
		return startEmbedded(ctx, c)
	}
	t, err := l.Start(ctx, transactions, reportSteps(c))
	if err != nil {
		e := *lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return &e
	}
	return connectTo(ctx, c, t, 0)
}

// LocalStop runs the command local stop: stop the local Pulsar for all who use it.
func LocalStop(ctx context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() && !c.Confirm(ctx, fmt.Sprintf("%s is %s; stop the local Pulsar anyway?", g.Name, g.State)) {
			c.Say("cancelled")
			return nil
		}
	}
	begin := c.Env.Now()
	if err := l.Stop(ctx); err != nil {
		return err
	}
	c.Say("local Pulsar stopped in %s", graphs.Seconds(c.Env.Now().Sub(begin)))
	return nil
}

// LocalKill runs the command local kill: kill the local Pulsar as a crash would.
func LocalKill(ctx context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	c.Env.Session.Mark(snapshot.MarkCommand, "local kill")
	if err := l.Kill(ctx); err != nil {
		return err
	}
	c.Say("local Pulsar killed; `local restart` brings it back with its data")
	return nil
}

// LocalRestart runs the command local restart: restart the local Pulsar with its
// data.
func LocalRestart(ctx context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	begin := c.Env.Now()
	c.Env.Session.Mark(snapshot.MarkCommand, "local restart")
	if err := l.Restart(ctx, reportSteps(c)); err != nil {
		return err
	}
	c.Say("local Pulsar ready after %s", graphs.Seconds(c.Env.Now().Sub(begin)))
	return nil
}

// LocalStatus runs the command local status: show the local Pulsar's status.
func LocalStatus(_ context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	r, err := l.Report(0)
	if err != nil {
		return err
	}
	var s answers.Rows
	condition := r.Condition
	if r.Uptime > 0 {
		condition += " for " + graphs.Elapsed(r.Uptime.Truncate(time.Second))
	}
	s.Add("local", condition, r.Reason)
	s.Add("Pulsar", r.Version, r.Source)
	s.Add("clients", r.URL, "")
	s.Add("admin API", r.AdminURL, "")
	if r.PID > 0 {
		s.Add("process", fmt.Sprint(r.PID), "used by "+graphs.Plural(r.Users, "pulsh process", "pulsh processes"))
	}
	if r.Resident+r.Data > 0 {
		s.Add("memory", graphs.Bytes(float64(r.Resident)), graphs.Bytes(float64(r.Data))+" on disk")
	}
	c.Print(s.Lines)
	return nil
}

// LocalLogs runs the command local logs: print the end of the local Pulsar's log.
func LocalLogs(_ context.Context, c *host.Call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	n, ok := host.Value[int](c, "lines")
	if !ok {
		n = logDefault
	}
	r, err := l.Report(n)
	if err != nil {
		return err
	}
	for _, line := range r.Log {
		c.Say("%s", graphs.Clean(line))
	}
	return nil
}
