package commands

import (
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// topicsKind is what a consumer group receives from.
func topicsKind() lang.Kind {
	return lang.Kind{Name: "TOPICS", Sample: "fast", Forms: "fast, a,b,c, /orders-.*/, /tenant/ns/orders-.*/",
		Doc: "a TOPIC, several with commas between them, or a pattern: /orders-.*/ is every topic of public/default whose whole name matches " +
			"the regular expression, now or later, and /tenant/ns/orders-.*/ those of another namespace",
		Parse: func(text string) (any, error) {
			_, err := spec.ParseTopics(text)
			return text, err
		}, Complete: completeTopicLists}
}

// completeTopicLists offers the topic that is being typed behind those before
// it, without those that are there already.
func completeTopicLists(s *lang.Scene) []lang.Suggestion {
	at := strings.LastIndex(s.Partial, ",") + 1
	before := s.Partial[:at]
	given := strings.Split(before, ",")
	var out []lang.Suggestion
	for _, topic := range completeTopics(s) {
		if !contains(given, topic.Text) {
			out = append(out, lang.Suggestion{Text: before + topic.Text, Description: topic.Description})
		}
	}
	if at == 0 {
		out = append(out, lang.Suggestion{Text: "/", Description: "a pattern: /orders-.*/"})
	}
	return out
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// covered is what a consumer group receives from, for the head of a page: a
// topic's full name, or how many there are.
func covered(g snapshot.Group) string {
	if name, err := broker.ParseTopic(g.Topic); err == nil && !strings.Contains(g.Topic, ",") {
		return name.String()
	}
	if len(g.Topics) == 0 {
		return g.Topic
	}
	return g.Topic + " (" + lang.Count(len(g.Topics), "topic") + ")"
}

// topicsShown is how many topics a page names before it says how many more
// there are.
const topicsShown = 8

// topics is a row with the topics that a pattern or a list stands for now.
func (s *sheet) topics(g snapshot.Group) {
	if len(g.Topics) < 2 && !strings.HasPrefix(g.Topic, "/") {
		return
	}
	names := g.Topics
	more := ""
	if len(names) > topicsShown {
		names, more = names[:topicsShown], ", and "+graphs.Whole(float64(len(g.Topics)-topicsShown))+" more"
	}
	text := strings.Join(names, ", ") + more
	if len(names) == 0 {
		text = "none matches yet"
	}
	s.add("topics", text, "")
}

// receives tells whether a consumer group is subscribed to a topic.
func receives(g snapshot.Group, topic string) bool {
	for _, own := range g.Topics {
		if sameTopic(own, topic) {
			return true
		}
	}
	return false
}

// coverage is how a group covers its subscription, where it is not the standard.
func coverage(settings spec.Consumer) string {
	var parts []string
	standard := spec.DefaultConsumer("sub1")
	for _, s := range spec.ConsumerSettings() {
		switch s.Name {
		case "durable", "priority", "compacted", "sticky", "prefix":
			if value := s.Get(&settings); value != s.Get(&standard) {
				parts = append(parts, s.Name+"="+value)
			}
		}
	}
	return strings.Join(parts, ", ")
}
