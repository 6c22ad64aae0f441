package commands

import (
	"context"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// clusterCommands speak with a cluster.
func clusterCommands() []lang.Command {
	namespace := lang.TextKind()
	namespace.Name, namespace.Sample = "NAMESPACE", "public/default"
	namespace.Parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	path := lang.FileKind()
	path.Sample = "/run/secrets/token"
	variable := lang.TextKind()
	variable.Name, variable.Sample = "VARIABLE", "PULSAR_TOKEN"
	return []lang.Command{
		{Name: "connect", Section: clusterSection, Changes: true,
			Params: []lang.Param{{Name: "url", Kind: urlKind()},
				{Name: "admin", Kind: adminURLKind(), Keyed: true, Optional: true, Doc: "the admin API: backlog, seek, topics"},
				{Name: "token_file", Kind: path, Keyed: true, Optional: true, Doc: "file that holds the token"},
				{Name: "token_env", Kind: variable, Keyed: true, Optional: true, Doc: "variable that holds the token"},
				{Name: "trust_certs", Kind: path, Keyed: true, Optional: true, Doc: "certificates to trust beside the system's"},
				{Name: "tls_check", Kind: lang.Words("full", "any-host", "none"), Keyed: true, Optional: true, Doc: "how the certificate is checked"}},
			Summary:  "connect to a cluster",
			Detail:   "Groups must be stopped before: a session has one cluster at a time.",
			Examples: []string{"connect pulsar://localhost:6650 admin=http://localhost:8080"}, Run: verb(connect)},
		{Name: "topics", Section: clusterSection, Params: []lang.Param{{Name: "namespace", Kind: namespace, Optional: true}},
			Summary: "list the topics of a namespace, with what passes through them and waits in them", Examples: []string{"topics", "topics public/default"}, Run: verb(topics)},
	}
}

func connect(ctx context.Context, c *call) error {
	if err := c.idle(ctx); err != nil {
		return err
	}
	t := broker.Target{URL: c.Text("url"), AdminURL: c.Text("admin"), TokenFile: c.Text("token_file"), TokenEnv: c.Text("token_env"), TrustFile: c.Text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.Text("tls_check"))}
	return c.reach(ctx, t)
}

// idle refuses to change the cluster under groups that run.
func (c *call) idle(ctx context.Context) error {
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) {
			return c.Fail("stop all", "%s is %s; a session has one cluster at a time", g.Name, g.State)
		}
	}
	return nil
}

// reach connects and tells what answers there.
func (c *call) reach(ctx context.Context, t broker.Target) error {
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
