package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// The lines of a log that are printed: a screenful, and what a terminal keeps.
const (
	logDefault = 20
	logMax     = 1000
)

func logLines() lang.Kind {
	k := countKind()
	k.Sample = "50"
	k.Parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > logMax) {
			err = fmt.Errorf("%q is not a number of lines from 1 to %d", text, logMax)
		}
		return n, err
	}
	return k
}

// localPulsar is the local Pulsar, or why there is none.
func localPulsar(c *call) (Local, error) {
	if c.env.Local == nil {
		return nil, c.Fail("connect pulsar://localhost:6650", "no Pulsar can be run here")
	}
	return c.env.Local, nil
}

// reportSteps says each step of a start once, and shows how far a long one is.
func reportSteps(c *call) func(lang.Step) {
	said := ""
	return func(s lang.Step) {
		if s.Text != "" && s.Text != said {
			said = s.Text
			c.Say("%s", s.Text)
		}
		c.Task.Store(s.Progress())
	}
}

func localStart(ctx context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	t, err := l.Start(ctx, reportSteps(c))
	if err != nil {
		e := *lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return &e
	}
	return connectTo(ctx, c, t)
}

func localStop(ctx context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	for _, g := range c.fresh(ctx).Groups {
		if g.State.Active() && !c.Confirm(ctx, fmt.Sprintf("%s is %s; stop the local Pulsar all the same?", g.Name, g.State)) {
			c.Say("the local Pulsar stays")
			return nil
		}
	}
	begin := c.env.Now()
	if err := l.Stop(ctx); err != nil {
		return err
	}
	c.Say("local Pulsar stopped in %s", graphs.Seconds(c.env.Now().Sub(begin)))
	return nil
}

func localKill(ctx context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	c.env.Session.Mark(snapshot.MarkCommand, "local kill")
	if err := l.Kill(ctx); err != nil {
		return err
	}
	c.Say("local Pulsar killed; `local restart` brings it back with its data")
	return nil
}

func localRestart(ctx context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	begin := c.env.Now()
	c.env.Session.Mark(snapshot.MarkCommand, "local restart")
	if err := l.Restart(ctx, reportSteps(c)); err != nil {
		return err
	}
	c.Say("local Pulsar ready after %s", graphs.Seconds(c.env.Now().Sub(begin)))
	return nil
}

func localStatus(_ context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	r, err := l.Report(0)
	if err != nil {
		return err
	}
	var s answers.Sheet
	condition := r.Condition
	if r.Uptime > 0 {
		condition += " for " + graphs.Elapsed(r.Uptime.Truncate(time.Second))
	}
	s.Add("local", condition, r.Reason)
	s.Add("Pulsar", r.Version, r.Source)
	s.Add("clients", r.URL, "")
	s.Add("admin API", r.AdminURL, "")
	if r.PID > 0 {
		s.Add("process", fmt.Sprint(r.PID), fmt.Sprintf("used by %d pulsh", r.Users))
	}
	if r.Resident+r.Data > 0 {
		s.Add("memory", graphs.Bytes(float64(r.Resident)), graphs.Bytes(float64(r.Data))+" of data on disk")
	}
	c.Print(s.Lines)
	return nil
}

func localLogs(_ context.Context, c *call) error {
	l, err := localPulsar(c)
	if err != nil {
		return err
	}
	n, ok := value[int](c, "lines")
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
