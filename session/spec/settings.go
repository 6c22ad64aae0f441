package spec

import (
	"slices"
	"strconv"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Limits of settings, each with its reason; spec.go has further ones.
const (
	BatchBytesMin  = 1 << 10          // below it a batch holds no message of the default size
	BatchBytesMax  = 64 << 20         // no broker takes a larger frame, whatever its maxMessageSize
	BatchDelayMax  = time.Minute      // longer than any batch of a load takes to fill
	SendTimeoutMin = time.Second      // the client checks for overdue messages a few times a second
	SendTimeoutMax = 10 * time.Minute // until then an unanswered message occupies the send queue
)

// ProducersEach stands for a producer for each worker. A group never has more
// producers than workers, so the largest number expresses it.
const ProducersEach = WorkersMax

// Setting is one named setting: how it is typed, shown, saved, completed and
// explained. S is Producer, Consumer or Preferences.
type Setting[S any] struct {
	Name  string   // as it is typed before the equals sign and in a profile
	Kind  string   // kind of the value, as help names it: SHAPE, COUNT …
	Words []string // values that are fixed words, if any
	Doc   string   // one line, lower case, without a full stop
	// Live settings change while the load runs. The others are taken when a
	// producer or consumer is created, so a change of them creates new ones.
	Live  bool
	Read  func(*S) string
	Write func(*S, string) error
}

// Get returns the value of the setting in spec, as Set reads it.
func (s Setting[S]) Get(spec *S) string { return s.Read(spec) }

// Set reads a value into spec. On an error, a sentence that quotes the text,
// spec is unchanged.
func (s Setting[S]) Set(spec *S, text string) error { return s.Write(spec, text) }

// DefaultProducer returns the default settings of a producer group of this
// name.
func DefaultProducer(name string) Producer {
	size, _ := payload.FixedSize(1 << 10) // between the stamp and the largest size
	return Producer{
		Topic:       name,
		Engine:      broker.SessionEngine,
		Rate:        pacing.Hold(1000),
		Workers:     4,
		Size:        size,
		Body:        payload.RandomKind,
		Batch:       1000,
		BatchBy:     ByAny,
		BatchBytes:  128 << 10,
		Delay:       5 * time.Millisecond,
		Compression: "lz4",
		Pending:     10_000,
		Timeout:     30 * time.Second,
		Access:      broker.SharedAccess,
		Sharing:     Sharing{Connections: 1},

		Transactions: DefaultTransactions(),
	}
}

// DefaultConsumer returns the default settings of a consumer group of this
// name.
func DefaultConsumer(name string) Consumer {
	return Consumer{
		Topic:        name,
		Engine:       broker.SessionEngine,
		Subscription: name,
		Type:         broker.Shared,
		Workers:      1,
		Queue:        1000,
		From:         broker.Latest,
		Behaviour:    standardBehaviour(),
		Decoding:     defaultDecoding(),
		Durable:      true,
		Sharing:      Sharing{Connections: 1},
		Transactions: DefaultTransactions(),
	}
}

// The tables of settings. They are built once and never changed.
var (
	producerSettings = newProducerSettings()
	consumerSettings = newConsumerSettings()
)

// ProducerSettings lists the settings of a producer group in the order in which
// they are shown and saved. The caller must not change the list.
func ProducerSettings() []Setting[Producer] { return producerSettings }

// ConsumerSettings lists the settings of a consumer group in the order in which
// they are shown and saved. The caller must not change the list.
func ConsumerSettings() []Setting[Consumer] { return consumerSettings }

func newProducerSettings() []Setting[Producer] {
	type P = Producer
	return slices.Concat([]Setting[P]{
		{Name: "topic", Kind: "TOPICS", Doc: "topic to send to, or several a,b,c; by default the one named like the group",
			Read:  func(p *P) string { return p.Topic },
			Write: func(p *P, text string) error { return readProducerTopics(&p.Topic, text) }},
		{Name: "engine", Kind: "WORD", Words: engineWords(), Doc: "client (pulsar-client-go), wire (pulsh's own, far cheaper) or session (as set by set session engine)",
			Read:  func(p *P) string { return string(p.Engine) },
			Write: func(p *P, text string) error { return p.Engine.UnmarshalText([]byte(text)) }},
		{Name: "partitions", Kind: "COUNT", Doc: "partitions of a topic that has to be created; 0 leaves it to the broker",
			Read: func(p *P) string { return strconv.Itoa(p.Partitions) },
			Write: func(p *P, text string) error {
				return readCount(&p.Partitions, text, "partitions", 0, broker.MaxPartitions)
			}},
		{Name: "rate", Kind: "SHAPE", Live: true, Doc: "target rate in messages per second, all workers together",
			Read:  func(p *P) string { return p.Rate.String() },
			Write: func(p *P, text string) error { return p.Rate.UnmarshalText([]byte(text)) }},
		{Name: "workers", Kind: "COUNT", Live: true, Doc: "goroutines that send; they share the rate",
			Read:  func(p *P) string { return strconv.Itoa(p.Workers) },
			Write: func(p *P, text string) error { return readCount(&p.Workers, text, "workers", 1, WorkersMax) }},
		{Name: "producers", Kind: "PRODUCERS", Words: []string{"auto", "each"}, Doc: "Pulsar producers that the workers share; each is one per worker",
			Read:  func(p *P) string { return writeProducers(p.Producers) },
			Write: func(p *P, text string) error { return readProducers(&p.Producers, text) }},
		{Name: "size", Kind: "SIZE", Doc: "bytes per message, fixed or distributed",
			Read:  func(p *P) string { return p.Size.String() },
			Write: func(p *P, text string) error { return p.Size.UnmarshalText([]byte(text)) }},
		{Name: "body", Kind: "BODY", Doc: "what the bodies contain after the 32-byte stamp; with none, file and template the stamp is a property instead",
			Read:  func(p *P) string { return payload.FormatBody(p.Body, p.Pattern) },
			Write: readBody},
		{Name: "keys", Kind: "KEYS", Doc: "number of message keys, and their distribution",
			Read:  func(p *P) string { return p.Keys.String() },
			Write: func(p *P, text string) error { return p.Keys.UnmarshalText([]byte(text)) }},
		{Name: "batch", Kind: "COUNT", Doc: "max messages per batch; 1 sends each alone",
			Read: func(p *P) string { return strconv.Itoa(p.Batch) },
			Write: func(p *P, text string) error {
				return readCount(&p.Batch, text, "batch", 1, BatchMax)
			}},
		{Name: "batchby", Kind: "WORD", Words: texts(batchBys()), Doc: "messages that may share a batch: any, or those of one key, so that key_shared keeps their order",
			Read:  func(p *P) string { return string(p.BatchBy) },
			Write: func(p *P, text string) error { return p.BatchBy.UnmarshalText([]byte(text)) }},
		{Name: "bytes", Kind: "BYTES", Doc: "max bytes per batch",
			Read:  func(p *P) string { return payload.FormatBytes(int64(p.BatchBytes)) },
			Write: func(p *P, text string) error { return readBytes(&p.BatchBytes, text) }},
		{Name: "delay", Kind: "DURATION", Doc: "max batching delay (linger)",
			Read: func(p *P) string { return pacing.FormatDuration(p.Delay) },
			Write: func(p *P, text string) error {
				return readDuration(&p.Delay, text, time.Millisecond, BatchDelayMax)
			}},
		{Name: "compression", Kind: "WORD", Words: texts(broker.Compressions()), Doc: "compression of the batches",
			Read:  func(p *P) string { return string(p.Compression) },
			Write: func(p *P, text string) error { return p.Compression.UnmarshalText([]byte(text)) }},
		{Name: "pending", Kind: "COUNT", Doc: "max pending messages (sent, not yet acked), whole group",
			Read: func(p *P) string { return strconv.Itoa(p.Pending) },
			Write: func(p *P, text string) error {
				return readCount(&p.Pending, text, "pending", 1, PendingMax)
			}},
		{Name: "timeout", Kind: "DURATION", Doc: "send timeout",
			Read: func(p *P) string { return pacing.FormatDuration(p.Timeout) },
			Write: func(p *P, text string) error {
				return readDuration(&p.Timeout, text, SendTimeoutMin, SendTimeoutMax)
			}},
		{Name: "prefix", Kind: "NAME", Doc: "prefix of the producer names; auto is pulsh- and the group's name",
			Read:  func(p *P) string { return writePrefix(p.Prefix) },
			Write: func(p *P, text string) error { return readPrefix(&p.Prefix, text) }},
	}, messageSettings(), encodingSettings(), topicSettings(),
		sharingSettings("producers", func(p *P) *Sharing { return &p.Sharing }), endSettings("sent", func(p *P) *Ends { return &p.Ends }),
		transactionSettings("sent", func(p *P) *Transactions { return &p.Transactions }))
}

func readBody(p *Producer, text string) error {
	kind, pattern, err := payload.ParseBody(text)
	if err == nil {
		p.Body, p.Pattern = kind, pattern
	}
	return err
}

func newConsumerSettings() []Setting[Consumer] {
	type C = Consumer
	return slices.Concat([]Setting[C]{
		{Name: "topic", Kind: "TOPICS", Doc: "topic to receive from, several a,b,c, or a pattern /orders-.*/; by default the topic named like the group",
			Read:  func(c *C) string { return c.Topic },
			Write: func(c *C, text string) error { return readTopics(&c.Topic, text) }},
		{Name: "subscription", Kind: "NAME", Doc: "subscription; by default the one named like the group",
			Read:  func(c *C) string { return c.Subscription },
			Write: func(c *C, text string) error { return readSubscription(&c.Subscription, text) }},
		{Name: "engine", Kind: "WORD", Words: engineWords(), Doc: "client (pulsar-client-go), wire (pulsh's own, far cheaper) or session (as set by set session engine)",
			Read:  func(c *C) string { return string(c.Engine) },
			Write: func(c *C, text string) error { return c.Engine.UnmarshalText([]byte(text)) }},
		{Name: "type", Kind: "WORD", Words: texts(broker.SubscriptionTypes()), Doc: "subscription type: how consumers share the messages",
			Read:  func(c *C) string { return string(c.Type) },
			Write: func(c *C, text string) error { return c.Type.UnmarshalText([]byte(text)) }},
		{Name: "workers", Kind: "COUNT", Live: true, Doc: "consumers that receive; an exclusive subscription has one, which they share",
			Read:  func(c *C) string { return strconv.Itoa(c.Workers) },
			Write: func(c *C, text string) error { return readCount(&c.Workers, text, "workers", 1, WorkersMax) }},
		{Name: "queue", Kind: "COUNT", Doc: "receiver queue size (prefetch) per consumer; at most 50 thousand over all topics",
			Read: func(c *C) string { return strconv.Itoa(c.Queue) },
			Write: func(c *C, text string) error {
				return readCount(&c.Queue, text, "queue", 1, QueueMax)
			}},
		{Name: "from", Kind: "WORD", Words: texts(broker.Positions()), Doc: "initial position: earliest or latest (new subscriptions only)",
			Read:  func(c *C) string { return string(c.From) },
			Write: func(c *C, text string) error { return c.From.UnmarshalText([]byte(text)) }},
	}, coverageSettings(), behaviourSettings(), decodingSettings(),
		sharingSettings("consumers", func(c *C) *Sharing { return &c.Sharing }), endSettings("received", func(c *C) *Ends { return &c.Ends }), []Setting[C]{untilSetting()},
		transactionSettings("acknowledged", func(c *C) *Transactions { return &c.Transactions }), []Setting[C]{outputSetting()})
}

// FindSetting returns the setting of the given name.
func FindSetting[S any](settings []Setting[S], name string) (Setting[S], bool) {
	for _, s := range settings {
		if s.Name == name {
			return s, true
		}
	}
	return Setting[S]{}, false
}

// engineWords lists the engines, the default first.
func engineWords() []string {
	return texts([]broker.Engine{broker.SessionEngine, broker.ClientEngine, broker.WireEngine})
}
