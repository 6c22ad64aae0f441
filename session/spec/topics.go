package spec

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pulsh/session/broker"
)

// TopicsMax is how many topics a consumer group may have, and ConsumersMax how many
// consumers: each worker has one on each topic, which costs memory here and on the broker.
// Of more than PolledTopicsMax topics the broker's figures are not asked for.
const (
	TopicsMax       = 10_000
	ConsumersMax    = 20_000
	PolledTopicsMax = 200
)

// queueAll is about how many messages a consumer of many topics queues in all, as Java's
// consumer of several topics does.
const queueAll = 50_000

// QueueOf returns the receiver queue of each of a consumer's topics.
func (spec Consumer) QueueOf(topics int) int { return min(spec.Queue, max(queueAll/max(topics, 1), 1)) }

// CheckTopics refuses more topics than the group can have consumers on.
func (spec Consumer) CheckTopics(name string, topics int) error {
	switch {
	case topics <= PolledTopicsMax:
		return nil
	case spec.Until.Empty:
		return &broker.Error{Message: fmt.Sprintf("until=empty needs the backlog, which the broker is not asked for of %d topics, only of up to %d", topics, PolledTopicsMax),
			Try: "set " + name + " until=idle(10s)"}
	case topics*spec.Workers <= ConsumersMax:
		return nil
	}
	return &broker.Error{Message: fmt.Sprintf("%d topics with workers=%d are %d consumers, and the limit is %d", topics, spec.Workers, topics*spec.Workers, ConsumersMax),
		Try: fmt.Sprintf("set %s workers=%d", name, max(ConsumersMax/topics, 1))}
}

// Topics is what a consumer group receives from: named topics, or all topics of
// a namespace whose names match a pattern.
type Topics struct {
	names     []string       // short; nil with a pattern
	pattern   *regexp.Regexp // of the last part of a name; nil with names
	namespace broker.NamespaceName
	text      string
}

// patternMark begins and ends a pattern. No topic's name begins with it,
// because its tenant or namespace would be empty.
const patternMark = "/"

// ParseTopics reads the name of a topic, several names with commas between
// them, or a pattern between slashes. /orders-.*/ is every topic of
// public/default whose whole name matches the regular expression;
// /tenant/ns/orders-.*/ is the same for another namespace. Patterns match
// persistent topics only. A partitioned topic counts as one.
func ParseTopics(text string) (Topics, error) {
	if strings.HasPrefix(text, patternMark) {
		return parsePattern(text)
	}
	var t Topics
	known := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		topic, err := broker.ParseTopic(strings.TrimSpace(name))
		if err != nil {
			return Topics{}, err
		}
		if short := topic.Short(); !known[short] {
			known[short], t.names = true, append(t.names, short)
		}
	}
	if len(t.names) > TopicsMax {
		return Topics{}, fmt.Errorf("%d topics exceed the limit of %d", len(t.names), TopicsMax)
	}
	t.text = strings.Join(t.names, ",")
	return t, nil
}

func parsePattern(text string) (Topics, error) {
	body, found := strings.CutSuffix(text[len(patternMark):], patternMark)
	switch {
	case !found || body == "":
		return Topics{}, fmt.Errorf("%q is not a pattern: it must end with a slash, like /orders-.*/", text)
	case strings.Contains(body, "://"):
		return Topics{}, fmt.Errorf("%q is not a pattern: leave out the domain, only persistent topics match", text)
	}
	t := Topics{text: text}
	space, expression := "", body
	if at := strings.LastIndex(body, "/"); at >= 0 {
		space, expression = body[:at], body[at+1:]
	}
	var err error
	if t.namespace, err = broker.ParseNamespace(space); err != nil {
		return Topics{}, err
	}
	if t.pattern, err = regexp.Compile("^(?:" + expression + ")$"); err != nil || expression == "" {
		return Topics{}, fmt.Errorf("%q is not a pattern: %s", text, patternFault(expression, err))
	}
	return t, nil
}

// patternFault returns what is wrong with a regular expression.
func patternFault(expression string, err error) string {
	if expression == "" {
		return "it is empty"
	}
	if _, alone := regexp.Compile(expression); alone != nil {
		err = alone // the error without our anchors
	}
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// String writes the topics as ParseTopics reads them.
func (t Topics) String() string { return t.text }

// Pattern reports whether t is a pattern, which may match other topics later.
func (t Topics) Pattern() bool { return t.pattern != nil }

// Names returns the named topics; nil for a pattern.
func (t Topics) Names() []string { return slices.Clone(t.names) }

// Single reports whether t is exactly one topic.
func (t Topics) Single() bool { return len(t.names) == 1 }

// Match reports whether a topic, given by its short or full name, is one of t.
func (t Topics) Match(topic string) bool {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return false
	}
	if !t.Pattern() {
		return slices.Contains(t.names, name.Short())
	}
	return name.Domain == broker.Persistent && name.Partition < 0 &&
		name.Tenant == t.namespace.Tenant && name.Namespace == t.namespace.Namespace && t.pattern.MatchString(name.Leaf())
}

// include reports whether all of others are among t.
func (t Topics) include(others Topics) bool {
	if others.Pattern() {
		return t.text == others.text
	}
	return !slices.ContainsFunc(others.names, func(name string) bool { return !t.Match(name) })
}

// Expand lists the topics that exist now. For a pattern it asks the admin API,
// which may be nil.
func (t Topics) Expand(ctx context.Context, from broker.Admin) ([]string, error) {
	if !t.Pattern() {
		return t.Names(), nil
	}
	if from == nil {
		return nil, &broker.Error{Message: fmt.Sprintf("the pattern %s needs the admin API to list the topics", t), Try: "connect pulsar://localhost:6650 admin=http://localhost:8080"}
	}
	listed, err := from.Topics(ctx, t.namespace.String())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, topic := range listed {
		if t.Match(topic.Name) {
			names = append(names, topic.Name)
		}
	}
	if len(names) > TopicsMax {
		return nil, &broker.Error{Message: fmt.Sprintf("%d topics match %s, more than the limit of %d", len(names), t, TopicsMax), Try: "topics"}
	}
	slices.Sort(names)
	return names, nil
}

// Without returns the topics of all that are not among others.
func Without(all, others []string) (left []string) {
	known := make(map[string]bool, len(others))
	for _, name := range others {
		known[name] = true
	}
	for _, name := range all {
		if !known[name] {
			left = append(left, name)
		}
	}
	return left
}

func readTopics(into *string, text string) error {
	t, err := ParseTopics(text)
	if err == nil {
		*into = t.String()
	}
	return err
}

// Topics returns what the group receives from.
func (spec Consumer) Topics() Topics {
	t, _ := ParseTopics(spec.Topic) // checked where it was set
	return t
}
