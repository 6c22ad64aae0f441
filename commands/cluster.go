package commands

import (
	"context"

	"pulsh/session/broker"
)

// clusterCommands speak with a cluster.
func clusterCommands() []command {
	namespace := textKind()
	namespace.name, namespace.sample = "NAMESPACE", "public/default"
	namespace.parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	path := fileKind()
	path.sample = "/run/secrets/token"
	variable := textKind()
	variable.name, variable.sample = "VARIABLE", "PULSAR_TOKEN"
	return []command{
		{name: "connect", section: clusterSection, changes: true,
			params: []param{{name: "url", kind: urlKind()},
				{name: "admin", kind: adminURLKind(), keyed: true, optional: true, doc: "the admin API: backlog, seek, topics"},
				{name: "token_file", kind: path, keyed: true, optional: true, doc: "file that holds the token"},
				{name: "token_env", kind: variable, keyed: true, optional: true, doc: "variable that holds the token"},
				{name: "trust_certs", kind: path, keyed: true, optional: true, doc: "certificates to trust beside the system's"},
				{name: "tls_check", kind: words("full", "any-host", "none"), keyed: true, optional: true, doc: "how the certificate is checked"}},
			summary:  "connect to a cluster",
			detail:   "Groups must be stopped before: a session has one cluster at a time.",
			examples: []string{"connect pulsar://localhost:6650 admin=http://localhost:8080"}, run: connect},
		{name: "topics", section: clusterSection, params: []param{{name: "namespace", kind: namespace, optional: true}},
			summary: "list the topics of a namespace, with what passes through them and waits in them", examples: []string{"topics", "topics public/default"}, run: topics},
	}
}

func connect(ctx context.Context, c *call) error {
	if err := c.idle(ctx); err != nil {
		return err
	}
	t := broker.Target{URL: c.text("url"), AdminURL: c.text("admin"), TokenFile: c.text("token_file"), TokenEnv: c.text("token_env"), TrustFile: c.text("trust_certs"),
		TLSCheck: broker.TLSCheck(c.text("tls_check"))}
	return c.reach(ctx, t)
}

// idle refuses to change the cluster under groups that run.
func (c *call) idle(ctx context.Context) error {
	for _, g := range c.fresh(ctx).Groups {
		if active(g.State) {
			return c.fail("stop all", "%s is %s; a session has one cluster at a time", g.Name, g.State)
		}
	}
	return nil
}

// reach connects and tells what answers there.
func (c *call) reach(ctx context.Context, t broker.Target) error {
	if err := c.env.Session.Connect(ctx, t); err != nil {
		e := asError(err)
		e.Code = ExitUnconnected
		return e
	}
	c.said(c.command.name, saidConnection)
	c.changed.Store(c.env.Now().UnixNano())
	cluster := c.fresh(ctx).Cluster
	version := ""
	if cluster.Version != "" {
		version = " · Pulsar " + cluster.Version
	}
	if t.AdminURL == "" {
		version += " · no admin API, so no backlog, seek or topics"
	}
	c.say("connected to %s%s", t.URL, version)
	return nil
}
