package host

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/clusters"
	"pulsh/session/spec"
)

// ClusterArgument is the name of the argument that chooses a cluster.
const ClusterArgument = "cluster"

// ClusterName returns the name of the cluster that the line is about.
func (c *Call) ClusterName() string { return spec.ClusterName(c.Text(ClusterArgument)) }

// Cluster returns the cluster that the line is about: the one that it names, or the
// session's own.
func (c *Call) Cluster() (*clusters.Connection, error) {
	name := c.ClusterName()
	found, err := c.connection(name)
	if err != nil && name != spec.OwnCluster {
		err = UnknownCluster(c, name, err)
	}
	return found, err
}

// connection returns the connection to a cluster. The error of the session's own one tells
// how to connect.
func (c *Call) connection(cluster string) (*clusters.Connection, error) {
	if cluster == spec.OwnCluster {
		if err := c.Connected(); err != nil {
			return nil, err
		}
	}
	return c.Env.Session.Clusters.Of(cluster)
}

// UnknownCluster places the error of an unknown cluster, with the nearest name.
func UnknownCluster(c *Call, name string, err error) error {
	try := "cluster list"
	if better, ok := lang.Nearest(name, c.Env.Session.Clusters.Names()); ok {
		try = c.WithArgument(ClusterArgument, better)
	}
	return c.Call.Refuse(ClusterArgument, try, "%s", err)
}

// Admin returns the admin API of the cluster that the line is about. The error tells why
// there is none.
func (c *Call) Admin() (broker.Admin, error) {
	found, err := c.Cluster()
	if err != nil {
		return nil, err
	}
	return c.adminOf(found)
}

// AdminOf returns the admin API of a group's cluster. The error tells why there is none.
func (c *Call) AdminOf(cluster string) (broker.Admin, error) {
	found, err := c.connection(spec.ClusterName(cluster))
	if err != nil {
		return nil, err
	}
	return c.adminOf(found)
}

func (c *Call) adminOf(found *clusters.Connection) (broker.Admin, error) {
	if found.Admin != nil {
		return found.Admin, nil
	}
	if name := found.Label(); name != spec.OwnCluster {
		return nil, c.Call.Fail("cluster remove "+name, "%s needs the admin API, and cluster %s was added without admin=; remove it and add it again", c.Command.Name, name)
	}
	return nil, c.Call.Fail("connect "+found.Target().URL+" admin=http://localhost:8080", "%s needs the admin API, whose URL is not known", c.Command.Name)
}

// OnCluster returns the argument that chooses a cluster in a line of advice, "" for the
// session's own.
func OnCluster(name string) string { return spec.OnCluster(name) }

// elsewhere returns the cluster that a line on topics names, "" for the session's own.
func (c *Call) elsewhere() string {
	if name := c.ClusterName(); c.Command.Section == ClusterSection && name != spec.OwnCluster {
		return name
	}
	return ""
}

// onCluster returns the error of a line, whose advice stays on the cluster of the line.
func (c *Call) onCluster(err error) error {
	var wrong *broker.Error
	on := c.elsewhere()
	if on == "" {
		on = c.ofGroup()
	}
	if on == "" || !errors.As(err, &wrong) {
		return err
	}
	told := *wrong
	told.Try = c.adviceOn(on, told.Try)
	if told.Category == broker.Disconnected { // what it advises is for the session's own
		told.Try = "cluster list"
	}
	return &told
}

// ofGroup returns the cluster of the group that the line is about, "" for the session's
// own.
func (c *Call) ofGroup() string {
	name, at := c.ClusterName(), c.Env.Session.Snapshot()
	for _, p := range c.Command.Params {
		if g, ok := at.Group(c.Text(p.Name)); ok && !p.Keyed {
			name = spec.ClusterName(g.Cluster)
		}
	}
	if name == spec.OwnCluster {
		return ""
	}
	return name
}

// advice returns a line to type instead, on the cluster of this one.
func (c *Call) advice(try string) string { return c.adviceOn(c.elsewhere(), try) }

// adviceOn returns a line to type instead. One on topics is about those of a cluster, ""
// for the session's own.
func (c *Call) adviceOn(name, try string) string {
	if name == "" || try == "" || strings.Contains(try, " "+ClusterArgument+"=") {
		return try
	}
	command := c.Language().CommandOf(try)
	if command == nil || command.Section != ClusterSection || !slices.ContainsFunc(command.Params, func(p lang.Param) bool { return p.Name == ClusterArgument && p.Keyed }) {
		return try
	}
	return try + OnCluster(name)
}

// Refuse is that of lang.Call, whose advice stays on the cluster of the line.
func (c *Call) Refuse(name, try, format string, args ...any) error {
	return c.Call.Refuse(name, c.advice(try), format, args...)
}

// Fail is that of lang.Call, whose advice stays on the cluster of the line.
func (c *Call) Fail(try, format string, args ...any) *lang.Error {
	return c.Call.Fail(c.advice(try), format, args...)
}

// Consent is that of lang.Call, whose question names a cluster that is not the session's
// own.
func (c *Call) Consent(ctx context.Context, format string, args ...any) error {
	if name := c.elsewhere(); name != "" {
		return c.Call.Consent(ctx, "on cluster "+name+": "+format, args...)
	}
	return c.Call.Consent(ctx, format, args...)
}
