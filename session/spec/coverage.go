package spec

import (
	"fmt"
	"strconv"
	"strings"

	"pulsh/session/broker"
)

// PriorityMax bounds a consumer's priority level. Pulsar takes any; a few are
// in use anywhere.
const PriorityMax = 1000

// prefixMax bounds the prefix of consumer names in bytes: the names stand in
// the broker's statistics, one a worker.
const prefixMax = 64

// coverageSettings are the settings that say how a consumer group covers its
// subscription.
func coverageSettings() []Setting[Consumer] {
	type C = Consumer
	return []Setting[C]{
		{Name: "durable", Kind: "WORD", Words: switchWords(), Doc: "off: the subscription ends with its last consumer and keeps no place",
			Read:  func(c *C) string { return writeSwitch(c.Durable) },
			Write: func(c *C, text string) error { return readSwitch(&c.Durable, text) }},
		{Name: "priority", Kind: "COUNT", Doc: "level at which a shared or failover consumer is served; 0 is first",
			Read: func(c *C) string { return strconv.Itoa(c.Priority) },
			Write: func(c *C, text string) error {
				return readCount(&c.Priority, text, "as a priority", 0, PriorityMax)
			}},
		{Name: "compacted", Kind: "WORD", Words: switchWords(), Doc: "on: the last message of each key, for exclusive and failover; ack=cumulative passes over the others",
			Read:  func(c *C) string { return writeSwitch(c.Compacted) },
			Write: func(c *C, text string) error { return readSwitch(&c.Compacted, text) }},
		{Name: "sticky", Kind: "WORD", Words: switchWords(), Doc: "on: workers of key_shared divide the keys evenly by hash, and again when scaled",
			Read:  func(c *C) string { return writeSwitch(c.Sticky) },
			Write: func(c *C, text string) error { return readSwitch(&c.Sticky, text) }},
		{Name: "prefix", Kind: "NAME", Doc: "with which the names of the consumers begin; by default pulsh- and the group's name",
			Read:  func(c *C) string { return writePrefix(c.Prefix) },
			Write: func(c *C, text string) error { return readPrefix(&c.Prefix, text) }},
	}
}

func switchWords() []string { return []string{"on", "off"} }

// prefixAuto is how the standard prefix is typed.
const prefixAuto = "auto"

func writePrefix(prefix string) string {
	if prefix == "" {
		return prefixAuto
	}
	return prefix
}

func readPrefix(into *string, text string) error {
	switch {
	case text == prefixAuto || text == "":
		*into = ""
		return nil
	case len(text) > prefixMax:
		return fmt.Errorf("a prefix of %d bytes is longer than %d", len(text), prefixMax)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("%q is not a prefix: no blanks in the name of a consumer", text)
	}
	*into = text
	return nil
}

// checkCoverage refuses what Pulsar has no consumers for. The advice is to set
// what the group called name has.
func (spec Consumer) checkCoverage(name string) error {
	topics, err := ParseTopics(spec.Topic)
	if err != nil {
		return err
	}
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: "set " + name + " " + try}
	}
	if spec.Sticky && spec.Type != broker.KeyShared {
		return refuse("type=key_shared sticky=on", "sticky=on divides keys, and type=%s does not go by keys", spec.Type)
	}
	if !spec.Compacted {
		return nil
	}
	if spec.Type != broker.Exclusive && spec.Type != broker.Failover {
		return refuse("type=failover compacted=on", "compacted=on needs type=exclusive or type=failover, and this is %s", spec.Type)
	}
	for _, topic := range topics.Names() {
		if t, err := broker.ParseTopic(topic); err == nil && t.Domain != broker.Persistent {
			return refuse("compacted=off", "compacted=on needs persistent topics, and %s is none", topic)
		}
	}
	return nil
}

// sameCoverage says whether consumers made for one serve the other as well:
// with sticky=on each worker's share follows from their number.
func (spec Consumer) sameCoverage(o Consumer) bool {
	return spec.Durable == o.Durable && spec.Priority == o.Priority && spec.Compacted == o.Compacted &&
		spec.Sticky == o.Sticky && spec.Prefix == o.Prefix && (!spec.Sticky || spec.Workers == o.Workers)
}

// Ranges are the hash values that a worker serves alone, or nil where the
// broker divides them.
func (spec Consumer) Ranges(number int) []broker.HashRange {
	if !spec.Sticky || spec.Type != broker.KeyShared {
		return nil
	}
	return broker.DivideHashes(spec.Workers)[number-1 : number]
}
