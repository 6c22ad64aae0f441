package commands

import (
	"slices"
	"strings"

	"pulsh/session/snapshot"
)

// offer completes from pairs of a value and its description.
func offer(pairs ...string) func(*scene) []Suggestion {
	return func(*scene) []Suggestion {
		var out []Suggestion
		for i := 0; i+1 < len(pairs); i += 2 {
			out = append(out, Suggestion{pairs[i], pairs[i+1]})
		}
		return out
	}
}

// completeGroups offers the groups that want accepts, with their states.
func completeGroups(want func(snapshot.Group) bool) func(*scene) []Suggestion {
	return func(s *scene) []Suggestion {
		if s.snapshot == nil {
			return nil
		}
		var out []Suggestion
		for _, g := range s.snapshot.Groups {
			if want == nil || want(g) {
				out = append(out, Suggestion{g.Name, string(g.State) + " " + string(g.Kind)})
			}
		}
		return out
	}
}

// completeShapes offers forms of rates to change.
func completeShapes(relative bool) func(*scene) []Suggestion {
	list := []string{"1k", "a thousand a second", "10k", "ten thousand a second", "50k", "fifty thousand a second", "max", "as fast as it goes",
		"ramp(1k..50k,2m)", "from one rate to another", "sine(20k,50%,1m)", "around a rate", "steps(10k,20k,40k,every=30s)", "one after the other",
		"spike(x5,10s,every=1m)", "bursts", "hold(20k,30s)", "for a while, then + what follows"}
	if relative {
		list = append(list, "+10%", "a tenth more", "-10%", "a tenth less", "x2", "twice as much")
	}
	return offer(list...)
}

// completeMetrics offers groups, and their figures once a group is typed.
func completeMetrics(s *scene) []Suggestion {
	if strings.ContainsAny(s.partial, "<>=!") || s.snapshot == nil {
		return nil
	}
	typed, _, dotted := strings.Cut(s.partial, ".")
	if !dotted {
		out := []Suggestion{{snapshot.TotalGroup + ".", "all groups together"}, {snapshot.ProcessGroup + ".", "pulsh itself"}}
		for _, g := range s.snapshot.Groups {
			out = slices.Insert(out, len(out)-2, Suggestion{g.Name + ".", string(g.State) + " " + string(g.Kind)})
		}
		return out
	}
	figures := snapshot.TotalFigures()
	if typed == snapshot.ProcessGroup {
		figures = snapshot.ProcessFigures()
	} else if g, ok := s.snapshot.Group(typed); ok {
		figures = snapshot.GroupFigures(g.Kind)
	}
	var out []Suggestion
	for _, f := range figures {
		out = append(out, Suggestion{typed + "." + f.Name, f.Doc})
	}
	return out
}

// completePanels offers groups, figures and metrics.
func completePanels(s *scene) []Suggestion {
	if strings.Contains(s.partial, ".") {
		return completeMetrics(s)
	}
	out := completeGroups(nil)(s)
	for _, name := range append([]string{"rate"}, distributions()...) {
		out = append(out, Suggestion{name, "figure"})
	}
	return append(out, Suggestion{"backlog", "figure"}, Suggestion{"mbps", "figure"}, Suggestion{heatWord, "a distribution over time"}, Suggestion{"|", "another graph"}, Suggestion{"off", "no graph"})
}

func completeTopics(s *scene) []Suggestion {
	if s.commands == nil || s.commands.env.Topics == nil {
		return nil
	}
	var out []Suggestion
	for _, name := range s.commands.env.Topics() {
		out = append(out, Suggestion{name, "topic"})
	}
	return out
}

func completeProfiles(s *scene) []Suggestion {
	if s.commands == nil {
		return nil
	}
	var out []Suggestion
	for _, p := range s.commands.env.Library.Builtin {
		out = append(out, Suggestion{p.Name, p.Description})
	}
	for _, name := range s.commands.env.Library.Saved() {
		out = append(out, Suggestion{name, "saved"})
	}
	return out
}
