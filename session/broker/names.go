package broker

// ShortTopic returns the name of a topic without persistent://public/default,
// as users type it.
func ShortTopic(topic string) string {
	if name, err := ParseTopic(topic); err == nil {
		return name.Short()
	}
	return topic
}

// FullTopics returns the full names of topics.
func FullTopics(topics []string) []string {
	full := make([]string, len(topics))
	for i, topic := range topics {
		full[i] = FullTopic(topic)
	}
	return full
}

// FullTopic returns the full name of a topic, so that fast and
// persistent://public/default/fast compare as one topic.
func FullTopic(topic string) string {
	name, err := ParseTopic(topic)
	if err != nil {
		return topic
	}
	return name.String()
}

// IsPersistent reports whether the messages of a topic are stored. It is true for a
// name that is not a topic's.
func IsPersistent(topic string) bool {
	name, err := ParseTopic(topic)
	return err != nil || name.Domain != NonPersistent
}
