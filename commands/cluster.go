package commands

import (
	"context"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

func connect(ctx context.Context, c *call) error {
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	t := broker.Target{URL: c.Text("url"), AdminURL: c.Text("admin"), TokenFile: c.Text("token_file"), TokenEnv: c.Text("token_env"), TrustFile: c.Text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.Text("tls_check"))}
	return connectTo(ctx, c, t)
}

// requireIdle refuses to change the cluster under groups that run.
func requireIdle(ctx context.Context, c *call) error {
	for _, g := range c.fresh(ctx).Groups {
		if g.State.Active() {
			return c.Fail("stop all", "%s is %s; a session has one cluster at a time", g.Name, g.State)
		}
	}
	return nil
}

// connectTo connects and tells what answers there.
func connectTo(ctx context.Context, c *call, t broker.Target) error {
	if err := c.env.Session.Connect(ctx, t); err != nil {
		e := lang.AsError(err)
		e.Code = lang.ExitUnconnected
		return e
	}
	c.said(c.Command.Name, saidConnection)
	c.changed.Store(c.env.Now().UnixNano())
	cluster := c.fresh(ctx).Cluster
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
