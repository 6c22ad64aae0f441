package cluster

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// Connect runs the command connect: connect to a cluster.
func Connect(ctx context.Context, c *host.Call) error {
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	t := broker.Target{URL: c.Text("url"), AdminURL: c.Text("admin"), TokenFile: c.Text("token_file"), TokenEnv: c.Text("token_env"), TrustFile: c.Text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.Text("tls_check"))}
	for _, f := range broker.LoginFields() {
		*f.Field(&t.Login) = c.Text(f.Name)
	}
	t.Listener = c.Text("listener")
	for _, f := range broker.TuningFields() {
		*f.Field(&t.Tuning), _ = host.Value[time.Duration](c, f.Name)
	}
	wait, _ := host.Value[time.Duration](c, "wait")
	return connectTo(ctx, c, t, wait)
}

// requireIdle returns an error if a group is active: the cluster cannot change under
// it.
func requireIdle(ctx context.Context, c *host.Call) error {
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() {
			return c.Fail("stop all", "%s is %s; stop all groups first (one cluster per session)", g.Name, g.State)
		}
	}
	return nil
}

// connectTo connects to a cluster, which it waits for, and prints its version.
func connectTo(ctx context.Context, c *host.Call, t broker.Target, wait time.Duration) error {
	err := session.ConnectWithin(ctx, c.Env.Session, t, wait, func(why error) {
		c.Report(lang.Step{Text: fmt.Sprintf("waiting up to %s: %v", pacing.FormatDuration(wait), why)})
	})
	c.Report(lang.Step{})
	if err != nil {
		e := lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return e
	}
	c.SetBy(c.Command.Name, host.ConnectionOrigin)
	c.Changed.Store(c.Env.Now().UnixNano())
	cluster := c.Fresh(ctx).Cluster
	version := ""
	if cluster.Version != "" {
		version = " · Pulsar " + cluster.Version
	}
	if t.AdminURL == "" {
		version += " · without admin API: no backlog, seek or topics"
	}
	c.Say("connected to %s%s", t.URL, version)
	return nil
}
