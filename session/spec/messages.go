package spec

import (
	"fmt"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Messages holds the settings about what messages carry beside their bodies.
type Messages struct {
	Properties   payload.Properties
	EventTime    bool
	Ordering     payload.Keys
	DeliverAfter payload.Delay
}

// Limits of a delayed delivery.
const (
	// DelayMin is less than the broker's own precision, one second by default.
	DelayMin = time.Millisecond
	// DelayMax is the longest delay that a broker keeps track of in practice.
	DelayMax = 30 * 24 * time.Hour
)

// messageSettings returns the settings about what messages carry.
func messageSettings() []Setting[Producer] {
	type P = Producer
	return []Setting[P]{
		{Name: "ratio", Kind: "RATIO", Doc: "ratio to which bodies of body=random compress: 0.4 to 40 %; 1 not at all",
			Read: func(p *P) string { return p.Ratio.String() },
			Write: func(p *P, text string) error {
				ratio, err := payload.ParseRatio(text)
				if err == nil {
					p.Ratio = ratio
				}
				return err
			}},
		{Name: "properties", Kind: "PROPERTIES", Doc: "properties of each message, name:value with commas between them; values may have fields as body=template has",
			Read: func(p *P) string { return p.Properties.String() },
			Write: func(p *P, text string) error {
				properties, err := payload.ParseProperties(text)
				if err == nil {
					p.Properties = properties
				}
				return err
			}},
		{Name: "event-time", Kind: "WORD", Words: []string{"off", "on"}, Doc: "on: set the event time to when the message was due",
			Read:  func(p *P) string { return writeSwitch(p.EventTime) },
			Write: func(p *P, text string) error { return readSwitch(&p.EventTime, text) }},
		{Name: "ordering-key", Kind: "KEYS", Doc: "number of ordering keys, which key_shared prefers to the keys, and their distribution",
			Read:  func(p *P) string { return p.Ordering.String() },
			Write: func(p *P, text string) error { return p.Ordering.UnmarshalText([]byte(text)) }},
		{Name: "deliver-after", Kind: "DELAY", Doc: "delayed delivery to shared and key_shared subscriptions, without batches; e2e counts from when a message is due for delivery",
			Read:  func(p *P) string { return writeDelay(p.DeliverAfter) },
			Write: func(p *P, text string) error { return readDelay(&p.DeliverAfter, text) }},
	}
}

func writeDelay(d payload.Delay) string {
	switch {
	case d.IsZero():
		return "none"
	case d.Least == d.Most:
		return pacing.FormatDuration(d.Least)
	}
	return pacing.FormatDuration(d.Least) + ".." + pacing.FormatDuration(d.Most)
}

// ParseDelay reads none, a duration, or a range of durations such as 1s..5m.
func ParseDelay(text string) (d payload.Delay, err error) {
	return d, readDelay(&d, text)
}

func readDelay(into *payload.Delay, text string) error {
	var d payload.Delay
	if text == "none" || text == "0" {
		*into = d
		return nil
	}
	least, most, ranged := strings.Cut(text, "..")
	if err := readDuration(&d.Least, strings.TrimSpace(least), DelayMin, DelayMax); err != nil {
		return err
	}
	d.Most = d.Least
	if ranged {
		if err := readDuration(&d.Most, strings.TrimSpace(most), DelayMin, DelayMax); err != nil {
			return err
		}
	}
	if d.Most < d.Least {
		return fmt.Errorf("%q runs from %s down to %s", text, pacing.FormatDuration(d.Least), pacing.FormatDuration(d.Most))
	}
	*into = d
	return nil
}

// checkMessages refuses settings that do not fit together.
func (spec Producer) checkMessages(name string) error {
	if spec.Ratio != 0 && spec.Body != payload.RandomKind {
		return &broker.Error{Message: fmt.Sprintf("ratio=%s is for body=random, not %s", spec.Ratio, payload.FormatBody(spec.Body, spec.Pattern)),
			Try: "set " + name + " ratio=1"}
	}
	for _, one := range spec.TopicNames() {
		if topic, err := broker.ParseTopic(one); err == nil && !spec.DeliverAfter.IsZero() && topic.Domain != broker.Persistent {
			return &broker.Error{Message: fmt.Sprintf("deliver-after=%s needs a persistent topic; a message of %s is not stored to wait", writeDelay(spec.DeliverAfter), one),
				Try: "set " + name + " deliver-after=none"}
		}
	}
	return nil
}

// sameMessages reports whether both make the same messages, bodies apart.
func (m Messages) same(o Messages) bool {
	return m == o
}

// Plain reports whether messages carry nothing beside a stamped body and a key.
func (spec Producer) Plain() bool {
	return !spec.Body.Own() && !spec.Schema.Makes() && spec.Messages.same(Messages{})
}
