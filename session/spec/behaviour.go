package spec

import (
	"fmt"
	"strconv"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// Behaviour is what a consumer group does with the messages it receives.
type Behaviour struct {
	Ack        Ack
	Response   bool  // wait for ack receipts
	BatchIndex bool  // acknowledge the messages of an entry one by one, if the broker supports it
	Nack       Share // negatively acknowledged
	Drop       Share // left unacknowledged
	NackDelay  time.Duration
	Work       Work
	Rate       pacing.Shape // max messages received per second
	// MaxRedeliver is how often a message is redelivered before it goes to the
	// dead-letter topic; 0 is no limit.
	MaxRedeliver int
	DeadLetter   string // the dead-letter topic; "" is TOPIC-SUBSCRIPTION-DLQ
	Retry        string // the retry topic, "" for none
	RetryDelay   time.Duration
	Churn        Churn
}

// Limits of a behaviour, each with its reason.
const (
	NackDelayMin    = 100 * time.Millisecond // the client checks three times per delay; a shorter delay would cost more than the load
	NackDelayMax    = time.Hour
	RetryDelayMax   = 24 * time.Hour
	MaxRedeliverMax = 1000 // the broker keeps these counts in memory only
)

// standardBehaviour returns the default behaviour of a consumer group.
func standardBehaviour() Behaviour {
	return Behaviour{
		Ack:        BatchedAck(),
		NackDelay:  time.Minute, // the client's default
		Rate:       pacing.Hold(pacing.Max()),
		RetryDelay: 10 * time.Second,
	}
}

// behaviourSettings returns the settings of a consumer group that belong to its
// Behaviour.
func behaviourSettings() []Setting[Consumer] {
	type C = Consumer
	percent := func(name, doc string, field func(*C) *Share) Setting[C] {
		return Setting[C]{Name: name, Kind: "SHARE", Live: true, Doc: doc,
			Read:  func(c *C) string { return field(c).String() },
			Write: func(c *C, text string) error { return parseInto(field(c), ParseShare, text) }}
	}
	span := func(name, doc string, live bool, least, most time.Duration, field func(*C) *time.Duration) Setting[C] {
		return Setting[C]{Name: name, Kind: "DURATION", Live: live, Doc: doc,
			Read:  func(c *C) string { return pacing.FormatDuration(*field(c)) },
			Write: func(c *C, text string) error { return readDuration(field(c), text, least, most) }}
	}
	flag := func(name, doc string, field func(*C) *bool) Setting[C] {
		return Setting[C]{Name: name, Kind: "WORD", Words: []string{"off", "on"}, Doc: doc,
			Read:  func(c *C) string { return writeSwitch(*field(c)) },
			Write: func(c *C, text string) error { return readSwitch(field(c), text) }}
	}
	elsewhere := func(name, doc string, live bool, none string, field func(*C) *string) Setting[C] {
		return Setting[C]{Name: name, Kind: "TOPIC", Live: live, Doc: doc,
			Read:  func(c *C) string { return writeElse(*field(c), none) },
			Write: func(c *C, text string) error { return readElse(field(c), text, none) }}
	}
	return []Setting[C]{
		{Name: "ack", Kind: "ACK", Live: true, Doc: "when messages are acknowledged: batched, batched(1000,100ms), immediate, delayed(500ms), manual or cumulative",
			Read:  func(c *C) string { return c.Ack.String() },
			Write: func(c *C, text string) error { return parseInto(&c.Ack, ParseAck, text) }},
		flag("response", "wait for ack receipts (so failed acks are counted)", func(c *C) *bool { return &c.Response }),
		flag("batchindex", "acknowledge the messages of a batch one by one; the broker needs acknowledgmentAtBatchIndexLevelEnabled=true", func(c *C) *bool { return &c.BatchIndex }),
		percent("nack", "share of messages negatively acknowledged (nacked); Pulsar redelivers whole batches", func(c *C) *Share { return &c.Nack }),
		percent("drop", "share of messages left unacknowledged; redelivered when the consumer closes", func(c *C) *Share { return &c.Drop }),
		span("nackdelay", "delay before a nacked message is redelivered", false, NackDelayMin, NackDelayMax, func(c *C) *time.Duration { return &c.NackDelay }),
		{Name: "work", Kind: "WORK", Live: true, Doc: "processing time per message",
			Read:  func(c *C) string { return c.Work.String() },
			Write: func(c *C, text string) error { return parseInto(&c.Work, ParseWork, text) }},
		{Name: "rate", Kind: "SHAPE", Live: true, Doc: "max messages received per second, all workers together; max is no limit",
			Read:  func(c *C) string { return c.Rate.String() },
			Write: func(c *C, text string) error { return c.Rate.UnmarshalText([]byte(text)) }},
		{Name: "maxredeliver", Kind: "COUNT", Live: true, Doc: "redeliveries of a message before it goes to the dead-letter topic; 0 is no limit",
			Read: func(c *C) string { return strconv.Itoa(c.MaxRedeliver) },
			Write: func(c *C, text string) error {
				return readCount(&c.MaxRedeliver, text, "maxredeliver", 0, MaxRedeliverMax)
			}},
		elsewhere("dlq", "dead-letter topic of maxredeliver; auto is TOPIC-SUBSCRIPTION-DLQ", true, "auto", func(c *C) *string { return &c.DeadLetter }),
		elsewhere("retry", "retry topic for messages that would be nacked; the group receives it as well; off is none", false, "off", func(c *C) *string { return &c.Retry }),
		span("retrydelay", "delay of a message in the retry topic", true, time.Millisecond, RetryDelayMax, func(c *C) *time.Duration { return &c.RetryDelay }),
		{Name: "churn", Kind: "CHURN", Live: true, Doc: "share of consumers replaced periodically: 10%/30s, or off",
			Read:  func(c *C) string { return c.Churn.String() },
			Write: func(c *C, text string) error { return parseInto(&c.Churn, ParseChurn, text) }},
	}
}

// parseInto reads a value into into. It leaves the old value if the text is
// wrong.
func parseInto[T any](into *T, parse func(string) (T, error), text string) error {
	v, err := parse(text)
	if err == nil {
		*into = v
	}
	return err
}

func readSwitch(into *bool, text string) error {
	if text != "on" && text != "off" {
		return fmt.Errorf("%q is neither on nor off", text)
	}
	*into = text == "on"
	return nil
}

func writeSwitch(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// readElse reads a topic, or the word for none.
func readElse(into *string, text, none string) error {
	if text == none {
		*into = ""
		return nil
	}
	return readTopic(into, text)
}

func writeElse(topic, none string) string {
	if topic == "" {
		return none
	}
	return topic
}

// DeadLetterTopic returns the dead-letter topic, "" without a redelivery limit.
func (spec Consumer) DeadLetterTopic() string {
	switch {
	case spec.MaxRedeliver == 0:
		return ""
	case spec.DeadLetter != "":
		return spec.DeadLetter
	}
	return spec.Topic + "-" + spec.Subscription + "-DLQ"
}

// checkBehaviour refuses settings that exclude each other.
func (spec Consumer) checkBehaviour() error {
	individual := spec.Type == broker.Shared || spec.Type == broker.KeyShared
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: try}
	}
	switch {
	case spec.Nack+spec.Drop > 100:
		return refuse("", "nack=%s and drop=%s exceed 100%% together", spec.Nack, spec.Drop)
	case spec.Ack.Way == AckCumulative && individual:
		return refuse("", "ack=cumulative needs type=exclusive or type=failover, not %s", spec.Type)
	case spec.Ack.Way == AckCumulative && spec.Nack+spec.Drop > 0:
		return refuse("", "ack=cumulative acknowledges all earlier messages, so it excludes nack=%s and drop=%s", spec.Nack, spec.Drop)
	case spec.MaxRedeliver > 0 && !individual && spec.Retry == "":
		return refuse("", "maxredeliver=%d needs type=shared or type=key_shared (others have no redelivery count) or a retry topic", spec.MaxRedeliver)
	case spec.MaxRedeliver > 0 && spec.DeadLetter == "" && !spec.Topics().Single():
		return refuse("", "maxredeliver=%d with several topics needs a dead-letter topic, as in dlq=%s-DLQ", spec.MaxRedeliver, spec.Subscription)
	case spec.DeadLetter != "" && spec.MaxRedeliver == 0:
		return refuse("", "dlq=%s needs maxredeliver, as in maxredeliver=3", spec.DeadLetter)
	}
	for _, other := range []struct{ name, topic string }{{"dlq", spec.DeadLetter}, {"retry", spec.Retry}} {
		if other.topic != "" && spec.Topics().Match(other.topic) {
			return refuse("", "%s=%s is a topic that the group itself receives", other.name, other.topic)
		}
	}
	if spec.Retry != "" && broker.FullTopic(spec.Retry) == broker.FullTopic(spec.DeadLetterTopic()) {
		return refuse("", "retry=%s and dlq=%s are the same topic", spec.Retry, spec.DeadLetterTopic())
	}
	return nil
}

// sameConsumers reports whether consumers made for b serve o as well.
func (b Behaviour) sameConsumers(o Behaviour) bool {
	return b.Ack.Grouping() == o.Ack.Grouping() && b.Response == o.Response && b.BatchIndex == o.BatchIndex &&
		b.NackDelay == o.NackDelay && b.Retry == o.Retry
}
