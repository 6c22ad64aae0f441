package kinds

import (
	"slices"
	"strings"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// operators are the comparisons of a condition.
var operators = []lang.Suggestion{
	{Text: "<", Description: "less than"}, {Text: "<=", Description: "at most"}, {Text: ">", Description: "more than"},
	{Text: ">=", Description: "at least"}, {Text: "=", Description: "equal to"}, {Text: "!=", Description: "not equal to"},
}

// whereWord is the word of find before its condition.
const whereWord = "where"

// completeConditions offers what may follow in a condition: a metric, an operator behind
// one, and behind a comparison the word that joins another.
func completeConditions(s *lang.Scene) []lang.Suggestion {
	words := s.Words[slices.Index(s.Words, whereWord)+1:]
	before, last := strings.Join(words, " "), ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	if _, err := snapshot.ParseCondition(before); err == nil {
		return []lang.Suggestion{{Text: "and", Description: "another comparison that must be true too"}}
	}
	if _, err := snapshot.ParseMetric(last); err == nil {
		return operators
	}
	if at := snapshotOf(s); at != nil && (len(words) < 2 || words[len(words)-2] == "and") {
		if g, ok := at.Group(last); ok {
			return inWords(g)
		}
	}
	if last == "" || last == "and" {
		return completeMetrics(s)
	}
	if last == "idle" {
		return []lang.Suggestion{{Text: "10s", Description: "for how long nothing must have been sent or received"}}
	}
	return nil // a value
}

// inWords offers the conditions in words that a group can have.
func inWords(g snapshot.Group) []lang.Suggestion {
	list := []lang.Suggestion{{Text: "idle", Description: "nothing sent or received for a time: idle 10s"}}
	if g.Consumer != nil {
		list = append(list, lang.Suggestion{Text: "empty", Description: "its backlog is empty, and nothing was received for 2s"})
	}
	return list
}

// completeSubscriptions offers the subscriptions of the groups that receive from the
// topic before this word, on the cluster of the line.
func completeSubscriptions(s *lang.Scene) []lang.Suggestion {
	at := snapshotOf(s)
	if at == nil {
		return nil
	}
	topic, on := "", spec.ClusterName(s.Given[host.ClusterArgument])
	if len(s.Words) > 0 {
		topic = broker.FullTopic(s.Words[len(s.Words)-1])
	}
	seen := map[string]bool{}
	var out []lang.Suggestion
	for _, g := range at.Groups {
		if g.Consumer == nil || spec.ClusterName(g.Cluster) != on || topic != "" && broker.FullTopic(g.Topic) != topic {
			continue
		}
		for _, name := range g.Consumer.Subscriptions {
			if !seen[name] {
				seen[name] = true
				out = append(out, lang.Suggestion{Text: name, Description: "of " + g.Name})
			}
		}
	}
	return out
}

// completeNamespaces offers the namespaces of the topics that are known.
func completeNamespaces(s *lang.Scene) []lang.Suggestion {
	names := []string{"public/default"}
	for _, topic := range completeTopics(s) {
		names = append(names, topic.Text)
	}
	if at := snapshotOf(s); at != nil {
		for _, g := range at.Groups {
			names = append(names, g.Topic)
		}
	}
	seen := map[string]bool{}
	var out []lang.Suggestion
	for i, name := range names {
		if topic, err := broker.ParseTopic(name); err == nil && i > 0 {
			name = topic.Tenant + "/" + topic.Namespace
		} else if i > 0 {
			continue
		}
		if !seen[name] {
			seen[name] = true
			out = append(out, lang.Suggestion{Text: name, Description: "namespace"})
		}
	}
	return out
}

// Describe returns the meaning of a setting for the group that the line names.
func Describe(p lang.Param, s *lang.Scene) string {
	g, ok := namedGroup(s)
	if !ok {
		return p.Doc
	}
	if g.Kind == snapshot.Produce {
		if own, ok := spec.FindSetting(spec.ProducerSettings(), p.Name); ok {
			return own.Doc
		}
	} else if own, ok := spec.FindSetting(receiverSettings(g), p.Name); ok {
		return own.Doc
	}
	return p.Doc
}

// Present returns the value of a setting of the group that the line names, "" if there is
// none.
func Present(p lang.Param, s *lang.Scene) string {
	g, ok := namedGroup(s)
	if !ok {
		return ""
	}
	if g.Kind == snapshot.Produce {
		settings, _ := EnvOf(s).Session.Producer(g.Name)
		if own, ok := spec.FindSetting(spec.ProducerSettings(), p.Name); ok {
			return own.Get(&settings)
		}
		return ""
	}
	settings, _ := EnvOf(s).Session.Consumer(g.Name)
	if own, ok := spec.FindSetting(receiverSettings(g), p.Name); ok {
		return own.Get(&settings)
	}
	return ""
}
