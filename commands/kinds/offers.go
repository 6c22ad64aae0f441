package kinds

import (
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// completeGroups offers the groups that want accepts, all if it is nil.
func completeGroups(want func(snapshot.Group) bool) func(*lang.Scene) []lang.Suggestion {
	return func(s *lang.Scene) []lang.Suggestion {
		if snapshotOf(s) == nil {
			return nil
		}
		var out []lang.Suggestion
		for _, g := range snapshotOf(s).Groups {
			if want == nil || want(g) {
				out = append(out, lang.Suggestion{Text: g.Name, Description: string(g.State) + " " + string(g.Named())})
			}
		}
		return out
	}
}

// completeShapes offers rates and shapes, with relative also changes of rate.
func completeShapes(relative bool) func(*lang.Scene) []lang.Suggestion {
	list := []string{"1k", "1,000 per second", "10k", "10,000 per second", "50k", "50,000 per second", "max", "as fast as possible",
		"ramp(1k..50k,2m)", "from one rate to another", "sine(20k,50%,1m)", "around a rate", "steps(10k,20k,40k,every=30s)", "one rate after another",
		"spike(x5,10s,every=1m)", "bursts", "loop(hold(20k,1m)+hold(0,30s))", "a shape again and again", "poisson(20k)", "independent messages", "trace(", "the rates of a file: seconds,rate", "hold(20k,30s)", "a rate for a time, then + the next part"}
	if relative {
		list = append(list, "+10%", "10 % more", "-10%", "10 % less", "x2", "twice as much")
	}
	return withFiles(lang.Offer(list...), fileCall{"trace(", []string{".csv", ".txt"}, ""})
}

// completeMetrics offers groups, and their figures once a group is typed.
func completeMetrics(s *lang.Scene) []lang.Suggestion {
	if strings.ContainsAny(s.Partial, "<>=!") || snapshotOf(s) == nil {
		return nil
	}
	typed, _, dotted := strings.Cut(s.Partial, ".")
	if !dotted {
		out := []lang.Suggestion{{Text: snapshot.TotalGroup + ".", Description: "all groups together"}, {Text: snapshot.ProcessGroup + ".", Description: "pulsh itself"}}
		for _, g := range snapshotOf(s).Groups {
			out = slices.Insert(out, len(out)-2, lang.Suggestion{Text: g.Name + ".", Description: string(g.State) + " " + string(g.Named())})
		}
		return out
	}
	figures := snapshot.TotalFigures()
	if typed == snapshot.ProcessGroup {
		figures = snapshot.ProcessFigures()
	} else if g, ok := snapshotOf(s).Group(typed); ok {
		figures = snapshot.GroupFigures(g.Kind)
	}
	var out []lang.Suggestion
	for _, f := range figures {
		out = append(out, lang.Suggestion{Text: typed + "." + f.Name, Description: f.Doc})
	}
	return out
}

// completePanels offers groups, figures and metrics.
func completePanels(s *lang.Scene) []lang.Suggestion {
	if strings.Contains(s.Partial, ".") {
		return completeMetrics(s)
	}
	again := len(s.Words) > 0
	out := completeGroups(nil)(s)
	for _, name := range append([]string{"rate"}, host.Distributions()...) {
		out = append(out, lang.Suggestion{Text: name, Description: "figure"})
	}
	out = append(out, lang.Suggestion{Text: "backlog", Description: "figure"}, lang.Suggestion{Text: "mbps", Description: "figure"}, lang.Suggestion{Text: host.HeatWord, Description: "a distribution over time"})
	switch {
	case !again:
		out = append(out, lang.Suggestion{Text: "off", Description: "no graph"})
	case s.Words[len(s.Words)-1] != "|":
		out = append(out, lang.Suggestion{Text: "|", Description: "another graph"})
	}
	return out
}

func completeTopics(s *lang.Scene) []lang.Suggestion {
	if EnvOf(s) == nil || EnvOf(s).Topics == nil {
		return nil
	}
	var out []lang.Suggestion
	for _, name := range EnvOf(s).Topics(clusterOf(s)) {
		out = append(out, lang.Suggestion{Text: name, Description: "topic"})
	}
	return out
}

func completeProfiles(s *lang.Scene) []lang.Suggestion {
	if EnvOf(s) == nil {
		return nil
	}
	var out []lang.Suggestion
	for _, p := range EnvOf(s).Library.Builtin {
		out = append(out, lang.Suggestion{Text: p.Name, Description: p.Description})
	}
	for _, name := range EnvOf(s).Library.Saved() {
		out = append(out, lang.Suggestion{Text: name, Description: "saved"})
	}
	return out
}

// EnvOf returns the environment that a line is completed in, nil for none.
func EnvOf(s *lang.Scene) *host.Env {
	if c, ok := s.Host.(*host.Host); ok {
		return &c.Env
	}
	return nil
}

// snapshotOf returns the latest sample, nil for none.
func snapshotOf(s *lang.Scene) *snapshot.Snapshot {
	if e := EnvOf(s); e != nil && e.Session != nil {
		return e.Session.Snapshot()
	}
	return nil
}

// clusterOf returns the cluster that the line chooses so far, or that of the group that
// it names.
func clusterOf(s *lang.Scene) string {
	if name, ok := s.Given[host.ClusterArgument]; ok {
		return spec.ClusterName(name)
	}
	g, _ := namedGroup(s)
	return spec.ClusterName(g.Cluster)
}

// namedGroup returns the group that the first word of the line names.
func namedGroup(s *lang.Scene) (g snapshot.Group, ok bool) {
	if at := snapshotOf(s); at != nil && len(s.Words) > 0 {
		return at.Group(s.Words[0])
	}
	return g, false
}
