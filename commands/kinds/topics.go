package kinds

import (
	"strings"

	"pulsh/commands/lang"
)

// completeTopicLists completes the last topic of a list, without those that the
// list has already.
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
