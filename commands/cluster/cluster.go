package cluster

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/probe"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Connect runs the command connect: connect to a cluster.
func Connect(ctx context.Context, c *host.Call) error {
	if err := requireIdle(ctx, c); err != nil {
		return err
	}
	wait, _ := host.Value[time.Duration](c, "wait")
	return connectTo(ctx, c, targetOf(c), wait)
}

// targetOf returns the cluster that the line describes.
func targetOf(c *host.Call) broker.Target {
	t := broker.Target{URL: c.Text("url"), AdminURL: c.Text("admin"), TokenFile: c.Text("token_file"), TokenEnv: c.Text("token_env"), TrustFile: c.Text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.Text("tls_check"))}
	for _, f := range broker.LoginFields() {
		*f.Field(&t.Login) = c.Text(f.Name)
	}
	for _, f := range broker.TuningFields() {
		if text := c.Text(f.Name); text != "" {
			f.Write(&t.Tuning, text) // the kind has read it
		}
	}
	return t
}

// requireIdle returns an error if a group on the session's own cluster is active: it
// cannot change under it.
func requireIdle(ctx context.Context, c *host.Call) error {
	var first *snapshot.Group
	try := "stop all"
	for _, g := range c.Fresh(ctx).Groups {
		switch {
		case !g.State.Active():
		case g.Cluster != spec.OwnCluster:
			try = "" // it is none of theirs
		case first == nil:
			first = &g
		}
	}
	if first == nil {
		return nil
	}
	if try == "" {
		try = "stop " + first.Name
	}
	return c.Fail(try, "%s is %s; stop all groups of this cluster first (or: cluster add)", first.Name, first.State)
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
	c.Say("connected to %s%s", t.URL, facts(t, c.Fresh(ctx).Cluster.Version))
	if fault := AdminFault(ctx, c.Env.Session.Admin(), t.AdminURL); fault != "" {
		c.Say("%s", fault)
	}
	return nil
}

// adminMax bounds the question whether an admin API answers.
const adminMax = 2 * time.Second

// AdminFault says what is wrong with the admin API of a cluster that was just opened, ""
// if it answers or there is none.
func AdminFault(ctx context.Context, admin broker.Admin, at string) string {
	if admin == nil {
		return ""
	}
	asking, cancel := context.WithTimeout(ctx, adminMax)
	defer cancel()
	_, err := admin.Version(asking)
	if err == nil || ctx.Err() != nil {
		return ""
	}
	fault := err.Error()
	if u, err := url.Parse(at); err == nil {
		if _, err := (probe.Dialer{}).Dial(asking, "pulsar://"+u.Host); err == nil {
			fault = at + " is the port of the service URL, not of the admin API"
		}
	}
	return fault + "; backlog, seek and topics need the admin API"
}

// facts returns what is known of a cluster that was just opened.
func facts(t broker.Target, version string) string {
	text := ""
	if version != "" {
		text = " · Pulsar " + version
	}
	if t.AdminURL == "" {
		text += " · without admin API: no backlog, seek or topics"
	}
	return text
}
