package broker

// ShortTopic returns a topic's name without persistent://public/default, as users type it.
func ShortTopic(topic string) string {
	if name, err := ParseTopic(topic); err == nil {
		return name.Short()
	}
	return topic
}

// FullTopics are topics by the names that answers go by.
func FullTopics(topics []string) []string {
	full := make([]string, len(topics))
	for i, topic := range topics {
		full[i] = FullTopic(topic)
	}
	return full
}

// FullTopic is a topic's full name, so that fast and persistent://public/default/fast
// are one topic.
func FullTopic(topic string) string {
	name, err := ParseTopic(topic)
	if err != nil {
		return topic
	}
	return name.String()
}
