package kinds

import (
	"errors"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/spec"
)

// Subscription returns the kind SUBSCRIPTION.
func Subscription() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "SUBSCRIPTION", "sub1", "a subscription"
	k.Complete = completeSubscriptions
	k.Parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	return k
}

// Namespace returns the kind NAMESPACE.
func Namespace() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "NAMESPACE", "public/default", "a namespace, as tenant/namespace"
	k.Complete = completeNamespaces
	k.Parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	return k
}

// TokenFile returns the kind FILE of a token.
func TokenFile() lang.Kind {
	k := lang.FileKind()
	k.Sample, k.Doc = "/run/secrets/token", "a file with a token, a password or a key"
	return k
}

// TokenVariable returns the kind VARIABLE of a token in the environment.
func TokenVariable() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample = "VARIABLE", "PULSAR_TOKEN"
	return k
}

// Cluster returns the kind CLUSTER.
func Cluster() lang.Kind {
	return lang.Kind{Name: "CLUSTER", Sample: spec.OwnCluster, Complete: completeClusters, Doc: "a cluster of the session, as cluster add named it; default is the session's own",
		Parse: func(text string) (any, error) { return text, spec.CheckClusterName(text) }}
}

// ClusterParam returns the parameter that chooses the cluster of a topic.
func ClusterParam() lang.Param {
	return lang.Param{Name: host.ClusterArgument, Kind: Cluster(), Keyed: true, Optional: true, Doc: "cluster of the topic; the session's own if not given"}
}

// OnClusters adds to commands on topics the parameter that chooses the cluster.
func OnClusters(rows []lang.Command) []lang.Command {
	for i := range rows {
		rows[i].Params = append(rows[i].Params[:len(rows[i].Params):len(rows[i].Params)], ClusterParam())
	}
	return rows
}

func completeClusters(s *lang.Scene) []lang.Suggestion {
	if snapshotOf(s) == nil {
		return nil
	}
	var out []lang.Suggestion
	for _, c := range snapshotOf(s).AllClusters() {
		out = append(out, lang.Suggestion{Text: spec.ClusterName(c.Label), Description: strings.TrimSpace(string(c.State) + " " + c.URL)})
	}
	return out
}
