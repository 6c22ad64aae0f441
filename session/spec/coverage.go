package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulsh/session/broker"
)

// PriorityMax bounds a consumer's priority level. Pulsar accepts any;
// applications use a few.
const PriorityMax = 1000

// prefixMax bounds the prefix of consumer names in bytes. The broker's
// statistics list the names of all workers.
const prefixMax = 64

// coverageSettings returns the settings about a consumer group's subscription
// and its consumers.
func coverageSettings() []Setting[Consumer] {
	type C = Consumer
	return []Setting[C]{
		subscriptionsSetting(),
		{Name: "durable", Kind: "WORD", Words: switchWords(), Doc: "off: non-durable subscription (no cursor; ends with its last consumer)",
			Read:  func(c *C) string { return writeSwitch(c.Durable) },
			Write: func(c *C, text string) error { return readSwitch(&c.Durable, text) }},
		{Name: "priority", Kind: "COUNT", Doc: "priority level of shared and failover consumers; 0 is served first",
			Read: func(c *C) string { return strconv.Itoa(c.Priority) },
			Write: func(c *C, text string) error {
				return readCount(&c.Priority, text, "priority", 0, PriorityMax)
			}},
		{Name: "compacted", Kind: "WORD", Words: switchWords(), Doc: "on: read compacted, for exclusive and failover; use ack=cumulative to acknowledge the removed messages too",
			Read:  func(c *C) string { return writeSwitch(c.Compacted) },
			Write: func(c *C, text string) error { return readSwitch(&c.Compacted, text) }},
		{Name: "sticky", Kind: "WORD", Words: switchWords(), Doc: "on: sticky hash ranges for key_shared, split evenly and again on scale",
			Read:  func(c *C) string { return writeSwitch(c.Sticky) },
			Write: func(c *C, text string) error { return readSwitch(&c.Sticky, text) }},
		{Name: "prefix", Kind: "NAME", Doc: "prefix of the consumer names; auto is pulsh- and the group's name",
			Read:  func(c *C) string { return writePrefix(c.Prefix) },
			Write: func(c *C, text string) error { return readPrefix(&c.Prefix, text) }},
	}
}

func switchWords() []string { return []string{"on", "off"} }

// prefixAuto is how the default prefix is typed.
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
		return fmt.Errorf("a prefix of %d bytes exceeds the limit of %d", len(text), prefixMax)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("%q is not a prefix: no spaces in names", text)
	}
	*into = text
	return nil
}

// checkCoverage refuses settings that Pulsar does not support together. name is
// the group's name, for the advice in the error.
func (spec Consumer) checkCoverage(name string) error {
	topics, err := ParseTopics(spec.Topic)
	if err != nil {
		return err
	}
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: "set " + name + " " + try}
	}
	if spec.Sticky && spec.Type != broker.KeyShared {
		return refuse("type=key_shared sticky=on", "sticky=on needs type=key_shared, not %s", spec.Type)
	}
	if err := spec.checkStored(name, topics); err != nil || !spec.Compacted {
		return err
	}
	if spec.Type != broker.Exclusive && spec.Type != broker.Failover {
		return refuse("type=failover compacted=on", "compacted=on needs type=exclusive or type=failover, not %s", spec.Type)
	}
	for _, topic := range topics.Names() {
		if t, err := broker.ParseTopic(topic); err == nil && t.Domain != broker.Persistent {
			return refuse("compacted=off", "compacted=on needs persistent topics; %s is not persistent", topic)
		}
	}
	return nil
}

// checkStored refuses to begin elsewhere than at the latest message where no topic stores
// any.
func (spec Consumer) checkStored(name string, topics Topics) error {
	from := string(spec.From)
	if spec.Reader.Is {
		from = spec.Reader.Begin
	}
	if from == string(broker.Latest) || from == "" || len(topics.Names()) == 0 || slices.ContainsFunc(topics.Names(), broker.IsPersistent) {
		return nil
	}
	return &broker.Error{Message: fmt.Sprintf("from=%s needs a persistent topic: nothing is stored on %s", from, topics),
		Try: fmt.Sprintf("%s start %s topic=%s from=latest", spec.Verb(), name, topics)}
}

// sameCoverage reports whether consumers made for spec serve o as well. With
// sticky=on the hash ranges depend on the number of workers.
func (spec Consumer) sameCoverage(o Consumer) bool {
	return spec.Durable == o.Durable && spec.Priority == o.Priority && spec.Compacted == o.Compacted &&
		spec.Sticky == o.Sticky && spec.Prefix == o.Prefix && (!spec.Sticky || spec.Workers == o.Workers)
}

// Ranges returns the sticky hash ranges of a worker, numbered from 1, or nil if
// the broker divides the keys.
func (spec Consumer) Ranges(number int) []broker.HashRange {
	if !spec.Sticky || spec.Type != broker.KeyShared {
		return nil
	}
	return spec.ranges(number)
}
