package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

// adminOf returns the admin API of a cluster, nil if there is none.
func adminOf(s *Session, cluster string) broker.Admin {
	if c, err := s.Clusters.Of(cluster); err == nil {
		return c.Admin
	}
	return nil
}

// named returns the error of a cluster that was added and does not answer with its name.
func named(cluster string, err error) error {
	var away *broker.Error
	if cluster == spec.OwnCluster || !errors.As(err, &away) || away.Category != broker.Disconnected {
		return err
	}
	told := *away
	told.Message, told.Try = "cluster "+cluster+": "+away.Message, "cluster list"
	return &told
}

// canChoose refuses another cluster for a group that runs: what it has sent or received
// belongs to the one that it is on.
func canChoose(s *Session, g anyGroup, cluster string) error {
	if err := s.Clusters.Check(cluster); err != nil {
		return err
	}
	if now, next := clusterOf(g), spec.ClusterName(cluster); g.Active() && next != now {
		return &broker.Error{Message: fmt.Sprintf("%s runs on %s; stop it before it goes to %s", g.Name(), now, next), Try: "stop " + g.Name()}
	}
	return nil
}

// RemoveCluster stops the groups on a cluster that was added, within ctx, and closes it.
func RemoveCluster(ctx context.Context, s *Session, name string) error {
	if name == spec.OwnCluster {
		return s.Clusters.Remove(ctx, name) // which refuses it
	}
	on := slices.DeleteFunc(s.groups.active(), func(g anyGroup) bool { return clusterOf(g) != name })
	err := errors.Join(stopThese(ctx, on), s.Clusters.Remove(ctx, name))
	s.host.Audits.Forget(name)
	return err
}
