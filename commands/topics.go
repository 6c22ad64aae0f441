package commands

import (
	"strings"

	"pulsh/commands/lang"
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
