package commands

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// localCommands run a Pulsar on this machine.
func localCommands() []lang.Command {
	return []lang.Command{
		{Name: "local start", Section: clusterSection, Changes: true, Summary: "run a real Pulsar on this machine and connect to it",
			Detail: "Needs Java 17 or later and half a GiB of memory. The server is fetched once. " +
				"It ends with the last pulsh that uses it; its data stays.",
			Examples: []string{"local start"}, Run: verb(localStart)},
		{Name: "local stop", Section: clusterSection, Summary: "stop the local Pulsar for all who use it", Examples: []string{"local stop"}, Run: verb(localStop)},
		{Name: "local kill", Section: clusterSection, Summary: "kill the local Pulsar as a crash would",
			Detail: "A real kill -9. `local restart` brings it back with its data.", Examples: []string{"local kill"}, Run: verb(localKill)},
		{Name: "local restart", Section: clusterSection, Summary: "stop the local Pulsar if it runs, and start it with its data",
			Examples: []string{"local restart"}, Run: verb(localRestart)},
		{Name: "local status", Section: clusterSection, Summary: "show how the local Pulsar is", Examples: []string{"local status"}, Run: verb(localStatus)},
		{Name: "local logs", Section: clusterSection, Params: []lang.Param{{Name: "lines", Kind: logLines(), Optional: true}},
			Summary: "print the end of the local Pulsar's log", Examples: []string{"local logs", "local logs 50"}, Run: verb(localLogs)},
	}
}

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

// local is the local Pulsar, or why there is none.
func (c *call) local() (Local, error) {
	if c.env.Local == nil {
		return nil, c.Fail("connect pulsar://localhost:6650", "no Pulsar can be run here")
	}
	return c.env.Local, nil
}

// step says each step of a start once, and shows how far a long one is.
func (c *call) step() func(lang.Step) {
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
	l, err := c.local()
	if err != nil {
		return err
	}
	if err := c.idle(ctx); err != nil {
		return err
	}
	t, err := l.Start(ctx, c.step())
	if err != nil {
		e := *lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return &e
	}
	return c.reach(ctx, t)
}

func localStop(ctx context.Context, c *call) error {
	l, err := c.local()
	if err != nil {
		return err
	}
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) && !c.Confirm(ctx, fmt.Sprintf("%s is %s; stop the local Pulsar all the same?", g.Name, g.State)) {
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
	l, err := c.local()
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
	l, err := c.local()
	if err != nil {
		return err
	}
	begin := c.env.Now()
	c.env.Session.Mark(snapshot.MarkCommand, "local restart")
	if err := l.Restart(ctx, c.step()); err != nil {
		return err
	}
	c.Say("local Pulsar ready after %s", graphs.Seconds(c.env.Now().Sub(begin)))
	return nil
}

func localStatus(_ context.Context, c *call) error {
	l, err := c.local()
	if err != nil {
		return err
	}
	r, err := l.Report(0)
	if err != nil {
		return err
	}
	var s sheet
	condition := r.Condition
	if r.Uptime > 0 {
		condition += " for " + graphs.Elapsed(r.Uptime.Truncate(time.Second))
	}
	s.add("local", condition, r.Reason)
	s.add("Pulsar", r.Version, r.Source)
	s.add("clients", r.URL, "")
	s.add("admin API", r.AdminURL, "")
	if r.PID > 0 {
		s.add("process", fmt.Sprint(r.PID), fmt.Sprintf("used by %d pulsh", r.Users))
	}
	if r.Resident+r.Data > 0 {
		s.add("memory", graphs.Bytes(float64(r.Resident)), graphs.Bytes(float64(r.Data))+" of data on disk")
	}
	c.Print(s.lines)
	return nil
}

func localLogs(_ context.Context, c *call) error {
	l, err := c.local()
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
