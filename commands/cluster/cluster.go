package cluster

import (
	"context"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// Connect runs the command connect: connect to a cluster.
func Connect(ctx context.Context, c *host.Call) error {
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	t := broker.Target{URL: c.Text("url"), AdminURL: c.Text("admin"), TokenFile: c.Text("token_file"), TokenEnv: c.Text("token_env"), TrustFile: c.Text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.Text("tls_check"))}
	return connectTo(ctx, c, t)
}

// requireIdle refuses to change the cluster under groups that run.
func requireIdle(ctx context.Context, c *host.Call) error {
	for _, g := range c.Fresh(ctx).Groups {
		if g.State.Active() {
			return c.Fail("stop all", "%s is %s; a session has one cluster at a time", g.Name, g.State)
		}
	}
	return nil
}

// connectTo connects and tells what answers there.
func connectTo(ctx context.Context, c *host.Call, t broker.Target) error {
	if err := c.Env.Session.Connect(ctx, t); err != nil {
		e := lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return e
	}
	c.Said(c.Command.Name, host.SaidConnection)
	c.Changed.Store(c.Env.Now().UnixNano())
	cluster := c.Fresh(ctx).Cluster
	version := ""
	if cluster.Version != "" {
		version = " · Pulsar " + cluster.Version
	}
	if t.AdminURL == "" {
		version += " · no admin API, so no backlog, seek or topics"
	}
	c.Say("connected to %s%s", t.URL, version)
	return nil
}
