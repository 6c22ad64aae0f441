package session

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Limits of settings that spec.go does not name, each with its reason.
const (
	BatchBytesMin  = 1 << 10          // below it a batch holds no message of the default size
	BatchBytesMax  = 64 << 20         // no broker takes a larger frame, whatever its maxMessageSize
	BatchDelayMax  = time.Minute      // longer than any batch of a load waits to fill
	SendTimeoutMin = time.Second      // the client looks for overdue messages a few times a second
	SendTimeoutMax = 10 * time.Minute // an unanswered message keeps its place in the queue so long
)

// LanesEach asks for a lane for each worker. A group never has more lanes than
// workers, so the largest number says it.
const LanesEach = WorkersMax

// Setting is one named value of a group's settings: how it is typed, shown,
// saved, completed and explained. S is ProducerSpec or ConsumerSpec.
type Setting[S any] struct {
	Name  string   // as it is typed before the equals sign and in a profile
	Kind  string   // what is typed behind it, as the help names it: SHAPE, COUNT …
	Words []string // the values that are words, if there are any
	Doc   string   // one line, lower case, without a full stop
	// Live settings change under the running load. The others are taken when
	// a lane or consumer is made, so that a change makes new ones.
	Live bool
	get  func(*S) string
	set  func(*S, string) error
}

// Get writes the setting's value in spec as Set reads it.
func (s Setting[S]) Get(spec *S) string { return s.get(spec) }

// Set reads a value into spec. The error is a sentence that quotes the text;
// spec is unchanged then.
func (s Setting[S]) Set(spec *S, text string) error { return s.set(spec, text) }

// DefaultProducer is what a producer group of this name is made from when
// nothing else is said.
func DefaultProducer(name string) ProducerSpec {
	size, _ := payload.FixedSize(1 << 10) // between the stamp and the largest size
	return ProducerSpec{
		Topic:       name,
		Rate:        pacing.Hold(1000),
		Workers:     4,
		Size:        size,
		Body:        payload.RandomKind,
		Batch:       1000,
		BatchBytes:  128 << 10,
		Delay:       5 * time.Millisecond,
		Compression: "lz4",
		Pending:     10_000,
		Timeout:     30 * time.Second,
	}
}

// DefaultConsumer is what a consumer group of this name is made from when
// nothing else is said.
func DefaultConsumer(name string) ConsumerSpec {
	return ConsumerSpec{
		Topic:        name,
		Subscription: name,
		Type:         broker.Shared,
		Workers:      1,
		Queue:        1000,
		From:         broker.Latest,
		Ack:          broker.Batched,
	}
}

// ProducerSettings lists the settings of a producer group in the order in
// which they are shown and saved.
func ProducerSettings() []Setting[ProducerSpec] {
	type P = ProducerSpec
	return []Setting[P]{
		{Name: "topic", Kind: "TOPIC", Doc: "where messages go; by default the topic named like the group",
			get: func(p *P) string { return p.Topic },
			set: func(p *P, text string) error { return readTopic(&p.Topic, text) }},
		{Name: "partitions", Kind: "COUNT", Doc: "partitions to make the topic with if it does not exist; 0 leaves it to the broker",
			get: func(p *P) string { return strconv.Itoa(p.Partitions) },
			set: func(p *P, text string) error {
				return readCount(&p.Partitions, text, "partitions", 0, broker.MaxPartitions)
			}},
		{Name: "rate", Kind: "SHAPE", Live: true, Doc: "messages a second that are wanted, all workers together",
			get: func(p *P) string { return p.Rate.String() },
			set: func(p *P, text string) error { return p.Rate.UnmarshalText([]byte(text)) }},
		{Name: "workers", Kind: "COUNT", Live: true, Doc: "goroutines that send; they share the rate",
			get: func(p *P) string { return strconv.Itoa(p.Workers) },
			set: func(p *P, text string) error { return readCount(&p.Workers, text, "workers", 1, WorkersMax) }},
		{Name: "producers", Kind: "LANES", Words: []string{"auto", "each"}, Doc: "Pulsar producers that the workers share; each is one a worker",
			get: func(p *P) string { return writeLanes(p.Lanes) },
			set: func(p *P, text string) error { return readLanes(&p.Lanes, text) }},
		{Name: "size", Kind: "SIZE", Doc: "bytes of each message, fixed or distributed",
			get: func(p *P) string { return p.Size.String() },
			set: func(p *P, text string) error { return p.Size.UnmarshalText([]byte(text)) }},
		{Name: "body", Kind: "WORD", Words: payload.KindNames(), Doc: "what fills a message behind its stamp",
			get: func(p *P) string { return p.Body.String() },
			set: func(p *P, text string) error { return p.Body.UnmarshalText([]byte(text)) }},
		{Name: "keys", Kind: "KEYS", Doc: "how many keys messages have, and how unevenly",
			get: func(p *P) string { return p.Keys.String() },
			set: func(p *P, text string) error { return p.Keys.UnmarshalText([]byte(text)) }},
		{Name: "batch", Kind: "COUNT", Doc: "messages of a batch at most; 1 sends each alone",
			get: func(p *P) string { return strconv.Itoa(p.Batch) },
			set: func(p *P, text string) error {
				return readCount(&p.Batch, text, "messages a batch", 1, BatchMax)
			}},
		{Name: "bytes", Kind: "BYTES", Doc: "bytes of a batch at most",
			get: func(p *P) string { return payload.FormatBytes(int64(p.BatchBytes)) },
			set: func(p *P, text string) error { return readBytes(&p.BatchBytes, text) }},
		{Name: "delay", Kind: "DURATION", Doc: "how long a batch waits to fill",
			get: func(p *P) string { return pacing.FormatDuration(p.Delay) },
			set: func(p *P, text string) error {
				return readDuration(&p.Delay, text, time.Millisecond, BatchDelayMax)
			}},
		{Name: "compression", Kind: "WORD", Words: texts(broker.Compressions()), Doc: "codec of the batches",
			get: func(p *P) string { return string(p.Compression) },
			set: func(p *P, text string) error { return p.Compression.UnmarshalText([]byte(text)) }},
		{Name: "pending", Kind: "COUNT", Doc: "messages sent and not yet answered at most, in the whole group",
			get: func(p *P) string { return strconv.Itoa(p.Pending) },
			set: func(p *P, text string) error {
				return readCount(&p.Pending, text, "pending messages", 1, PendingMax)
			}},
		{Name: "timeout", Kind: "DURATION", Doc: "after which an unanswered message has failed",
			get: func(p *P) string { return pacing.FormatDuration(p.Timeout) },
			set: func(p *P, text string) error {
				return readDuration(&p.Timeout, text, SendTimeoutMin, SendTimeoutMax)
			}},
	}
}

// ConsumerSettings lists the settings of a consumer group in the order in
// which they are shown and saved.
func ConsumerSettings() []Setting[ConsumerSpec] {
	type C = ConsumerSpec
	return []Setting[C]{
		{Name: "topic", Kind: "TOPIC", Doc: "where messages come from; by default the topic named like the group",
			get: func(c *C) string { return c.Topic },
			set: func(c *C, text string) error { return readTopic(&c.Topic, text) }},
		{Name: "subscription", Kind: "NAME", Doc: "whose cursor is moved; by default named like the group",
			get: func(c *C) string { return c.Subscription },
			set: func(c *C, text string) error { return readSubscription(&c.Subscription, text) }},
		{Name: "type", Kind: "WORD", Words: texts(broker.SubscriptionTypes()), Doc: "how consumers share the messages",
			get: func(c *C) string { return string(c.Type) },
			set: func(c *C, text string) error { return c.Type.UnmarshalText([]byte(text)) }},
		{Name: "workers", Kind: "COUNT", Live: true, Doc: "consumers that receive; an exclusive subscription has one, which they share",
			get: func(c *C) string { return strconv.Itoa(c.Workers) },
			set: func(c *C, text string) error { return readCount(&c.Workers, text, "workers", 1, WorkersMax) }},
		{Name: "queue", Kind: "COUNT", Doc: "messages the broker may push ahead to one consumer",
			get: func(c *C) string { return strconv.Itoa(c.Queue) },
			set: func(c *C, text string) error {
				return readCount(&c.Queue, text, "messages in a queue", 1, QueueMax)
			}},
		{Name: "from", Kind: "WORD", Words: texts(broker.Positions()), Doc: "where a new subscription begins",
			get: func(c *C) string { return string(c.From) },
			set: func(c *C, text string) error { return c.From.UnmarshalText([]byte(text)) }},
		{Name: "ack", Kind: "WORD", Words: texts(broker.Acks()), Doc: "when acknowledgements travel",
			get: func(c *C) string { return string(c.Ack) },
			set: func(c *C, text string) error { return c.Ack.UnmarshalText([]byte(text)) }},
	}
}

// FindSetting returns the setting of that name.
func FindSetting[S any](settings []Setting[S], name string) (Setting[S], bool) {
	for _, s := range settings {
		if s.Name == name {
			return s, true
		}
	}
	return Setting[S]{}, false
}

// texts are words as plain strings.
func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func readTopic(into *string, text string) error {
	name, err := broker.ParseTopic(text)
	if err == nil {
		*into = name.Short()
	}
	return err
}

// subscriptionMax bounds a subscription's name in bytes: it is one part of a
// path in the cluster's metadata.
const subscriptionMax = 256

func readSubscription(into *string, text string) error {
	switch {
	case text == "":
		return fmt.Errorf("a subscription needs a name")
	case len(text) > subscriptionMax:
		return fmt.Errorf("a subscription's name of %d bytes is longer than %d", len(text), subscriptionMax)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("%q is not a subscription: no blanks and no / in its name", text)
	}
	*into = text
	return nil
}

func readLanes(into *int, text string) error {
	switch text {
	case "auto":
		*into = 0
		return nil
	case "each":
		*into = LanesEach
		return nil
	}
	return readCount(into, text, "producers", 1, LanesEach-1)
}

func writeLanes(n int) string {
	switch n {
	case 0:
		return "auto"
	case LanesEach:
		return "each"
	}
	return strconv.Itoa(n)
}

// ParseCount reads a whole number such as 8, 10k or 2M from 0 on.
func ParseCount(text string) (int, error) {
	digits, unit := text, 1
	switch {
	case strings.HasSuffix(text, "k"):
		digits, unit = text[:len(text)-1], 1e3
	case strings.HasSuffix(text, "M"):
		digits, unit = text[:len(text)-1], 1e6
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > countMax/int64(unit) {
		return 0, fmt.Errorf("%q is too large a number", text)
	}
	return int(n) * unit, nil
}

// countMax bounds a typed number. It is beyond all limits, and sums of two
// still fit an int of 32 bits.
const countMax = 1e9

func readCount(into *int, text, what string, least, most int) error {
	n, err := ParseCount(text)
	switch {
	case err != nil:
		return err
	case n > most:
		return fmt.Errorf("%s %s are more than %d", text, what, most)
	case n < least:
		return fmt.Errorf("%s %s are less than %d", text, what, least)
	}
	*into = n
	return nil
}

func readBytes(into *int, text string) error {
	n, err := payload.ParseBytes(text)
	switch {
	case err != nil:
		return err
	case n < BatchBytesMin || n > BatchBytesMax:
		return fmt.Errorf("%q is not a size of batches: from %s to %s", text,
			payload.FormatBytes(BatchBytesMin), payload.FormatBytes(BatchBytesMax))
	}
	*into = int(n)
	return nil
}

func readDuration(into *time.Duration, text string, least, most time.Duration) error {
	d, err := pacing.ParseDuration(text)
	switch {
	case err != nil:
		return err
	case d < least:
		return fmt.Errorf("%q is too short; at least %s", text, pacing.FormatDuration(least))
	case d > most:
		return fmt.Errorf("%q is too long; at most %s", text, pacing.FormatDuration(most))
	}
	*into = d
	return nil
}
