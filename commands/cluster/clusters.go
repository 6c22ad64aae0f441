package cluster

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/groups"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/probe"
	"pulsh/session/clusters"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// NewName returns the kind NAME of a cluster to add.
func NewName() lang.Kind {
	return lang.Kind{Name: "NAME", Sample: "eu", Doc: "a name for a cluster",
		Parse: func(text string) (any, error) { return text, spec.CheckClusterName(text) }}
}

// AddCluster runs the command cluster add: add a cluster beside the session's own.
func AddCluster(ctx context.Context, c *host.Call) error {
	name, t := c.Text("name"), targetOf(c)
	wait, _ := host.Value[time.Duration](c, "wait")
	if err := c.Env.Session.Clusters.CheckNew(name); err != nil {
		return c.Refuse("name", "cluster list", "%s", err)
	}
	err := clusters.Within(ctx, t, wait, func(why error) {
		c.Report(lang.Step{Text: fmt.Sprintf("waiting up to %s: %v", pacing.FormatDuration(wait), why)})
	}, func(t broker.Target) error { return c.Env.Session.Clusters.Add(ctx, name, t, false) })
	c.Report(lang.Step{})
	if err != nil {
		e := c.Fail(adviceFor(c, wait, err), "%s", err) // what the error itself advises is for the session's own
		e.Code = lang.ExitUnconnected
		return e
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	c.Say("%s: connected to %s%s", name, t.URL, facts(t, c.Fresh(ctx).ClusterOf(name).Version))
	if one, err := c.Env.Session.Clusters.Of(name); err == nil {
		if fault := AdminFault(ctx, one.Admin, t.AdminURL); fault != "" {
			c.Say("%s: %s", name, fault)
		}
	}
	return nil
}

// adviceFor returns the line to try instead of one that has not reached a cluster.
func adviceFor(c *host.Call, wait time.Duration, err error) string {
	scheme := ""
	switch probe.FailureOf(err).Fault {
	case probe.WithoutTLS:
		scheme = "pulsar"
	case probe.WantsTLS:
		scheme = "pulsar+ssl"
	}
	if _, host, ok := strings.Cut(c.Text("url"), "://"); ok && scheme != "" {
		return c.WithArgument("url", scheme+"://"+host)
	}
	const enough = time.Minute
	switch {
	case broker.Classify(err) != broker.Disconnected || wait >= enough:
		return "help cluster add"
	case wait == 0:
		return c.Source() + " wait=60s"
	}
	return c.WithArgument("wait", "60s")
}

// ListClusters runs the command cluster list: list the clusters, with the sums of their
// groups.
func ListClusters(ctx context.Context, c *host.Call) error {
	s := c.Fresh(ctx)
	var rows [][]string
	for _, one := range s.AllClusters() {
		sum := s.SumOf(one.Label)
		rows = append(rows, []string{one.Label, stateOf(one, c.Env.Now()), graphs.Whole(float64(sum.Groups)), graphs.Rate(sum.ProduceRate), answers.Whole(sum.Sent),
			graphs.Rate(sum.RecvRate), answers.Whole(sum.Received), backlogOf(sum), versionOf(one), cmp.Or(one.URL, graphs.NoValue)})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"cluster", "state", "groups", "rate in", "sent", "rate out", "received", "backlog", "version", "url"}, rows,
		[]graphs.Align{0, 0, right, right, right, right, right, right, 0, 0}, 0))
	return nil
}

// versionOf returns the version of a cluster, which is pulsh's own for an embedded broker.
func versionOf(c snapshot.Cluster) string {
	if broker.IsEmbedded(c.Version) {
		return "embedded"
	}
	return cmp.Or(c.Version, graphs.NoValue)
}

// stateOf tells whether a cluster and its admin API answer.
func stateOf(c snapshot.Cluster, now time.Time) string {
	state := string(c.State)
	switch {
	case c.State == snapshot.Reconnecting:
		state += " for " + graphs.Elapsed(max(now.Sub(c.Since), 0))
	case c.State == snapshot.Up && c.AdminURL == "":
		state += ", no admin API"
	case c.State == snapshot.Up && !c.AdminSince.IsZero():
		state += ", admin API silent"
	}
	return state
}

// backlogOf writes the backlog of all subscriptions on a cluster, if it is known.
func backlogOf(sum snapshot.ClusterSum) string {
	if !sum.BacklogKnown {
		return graphs.NoValue
	}
	return graphs.Count(float64(sum.Backlog))
}

// RemoveCluster runs the command cluster remove: close the connections to a cluster that
// was added, and forget it.
func RemoveCluster(ctx context.Context, c *host.Call) error {
	name := c.Text(host.ClusterArgument)
	if err := c.Env.Session.Clusters.Check(name); err != nil {
		return host.UnknownCluster(c, name, err)
	}
	var users, running []string
	for _, g := range c.Fresh(ctx).Groups {
		if g.Cluster != name {
			continue
		}
		users = append(users, g.Name)
		if g.State.Active() {
			running = append(running, g.Name)
		}
	}
	switch {
	case name == spec.OwnCluster:
		return c.Refuse(host.ClusterArgument, "cluster list", "%s is the session's own cluster; it stays", name)
	case len(users) > 0 && !c.Forced():
		return c.Refuse(host.ClusterArgument, "cluster remove "+name+" force", "%s is the cluster of %s", name, lang.And(users))
	}
	host.Settling(c.Host, "")
	stopping, cancel := context.WithTimeout(ctx, groups.StopMax)
	defer cancel()
	err := session.RemoveCluster(stopping, c.Env.Session, name)
	c.Changed.Store(c.Env.Now().UnixNano())
	if err != nil {
		return err
	}
	stopped := ""
	if len(running) > 0 {
		stopped = "; stopped " + lang.And(running)
	}
	c.Say("%s: removed%s", name, stopped)
	return nil
}
