package spec

import (
	"fmt"
	"slices"
	"time"

	"pulsh/session/broker"
)

// Reader is what a reader has beside the settings of a consumer group: where it begins,
// as ParseWhen reads it. The zero Reader is none.
//
// A reader is what Pulsar calls so: the only consumer of a subscription that is not
// durable. Its workers share it, and what is acknowledged is forgotten with it.
type Reader struct {
	Is    bool
	Begin string
}

// DefaultReader returns the default settings of a reader of this name. The session gives
// its subscription a name.
func DefaultReader(name string) Consumer {
	c := DefaultConsumer(name)
	c.Subscription, c.Type, c.Durable = "", broker.Exclusive, false
	c.Ack = Ack{Way: AckCumulative} // as Java's reader
	c.Reader = Reader{Is: true, Begin: string(broker.Latest)}
	return c
}

// notOfReaders are the settings of consumer groups that a reader cannot have.
var notOfReaders = []string{
	"subscription", "type", "ack", "response", "batchindex", "nack", "drop", "nackdelay", "maxredeliver", "dlq", "retry", "retrydelay", "churn", "durable", "priority", "sticky",
	"subscriptions", "chunks-pending", "chunks-expire", "decrypt", "crypto-failure", "schema", "txn", "txn-abort", "txn-timeout", "to",
}

var readerSettings = newReaderSettings()

// ReaderSettings lists the settings of a reader in the order in which they are shown and
// saved. The caller must not change the list.
func ReaderSettings() []Setting[Consumer] { return readerSettings }

func newReaderSettings() []Setting[Consumer] {
	settings := slices.DeleteFunc(newConsumerSettings(), func(s Setting[Consumer]) bool { return slices.Contains(notOfReaders, s.Name) })
	for i := range settings {
		switch s := &settings[i]; s.Name {
		case "topic":
			s.Doc = "topic to read, or several a,b,c; by default the topic named like the group"
		case "workers":
			s.Doc = "goroutines that share the reader"
		case "compacted":
			s.Doc = "on: read compacted, the last message of each key"
		case "until":
			s.Doc = "the group stops by itself at the end of the topic (empty), or when nothing was read for a time: empty, idle(10s), off"
		case "from":
			s.Kind, s.Words = "POSITION", nil
			s.Doc = "where each start begins: earliest, latest, a time such as -5m or 10:42:07, or a message ID"
			s.Read = func(c *Consumer) string { return c.Reader.Begin }
			s.Write = readBegin
		}
	}
	return settings
}

// readBegin checks the form only: a time counts from the start.
func readBegin(c *Consumer, text string) error {
	if _, err := ParseWhenForm(text); err != nil {
		return err
	}
	c.Reader.Begin, c.From = text, broker.Latest
	if text == string(broker.Earliest) {
		c.From = broker.Earliest
	}
	return nil
}

// Start returns where a reader begins that is started now.
func (r Reader) Start(now time.Time) (broker.Start, error) {
	if !r.Is || r.Begin == string(broker.Earliest) || r.Begin == string(broker.Latest) {
		return broker.Start{}, nil
	}
	at, err := ParseWhen(r.Begin, now)
	return broker.Start{ID: at.ID, Time: at.Time}, err
}

// Settings lists the settings of a group of this kind: of a consumer group or of a
// reader.
func (spec Consumer) Settings() []Setting[Consumer] {
	if spec.Reader.Is {
		return ReaderSettings()
	}
	return ConsumerSettings()
}

// Verb returns the word by which such a group is started and stopped.
func (spec Consumer) Verb() string {
	if spec.Reader.Is {
		return "read"
	}
	return "consume"
}

// checkReader refuses what a reader cannot be.
func (spec Consumer) checkReader(name string) error {
	if !spec.Reader.Is {
		return nil
	}
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: try}
	}
	standard := DefaultReader(name)
	for _, s := range ConsumerSettings() {
		if s.Name == "subscription" || !slices.Contains(notOfReaders, s.Name) {
			continue
		}
		if is := s.Get(&spec); is != s.Get(&standard) {
			return refuse("help read start", "%s is a reader, which has no %s=%s", name, s.Name, is)
		}
	}
	topics := spec.Topics()
	if topics.Pattern() {
		return refuse("consume start "+name+" topic="+topics.String(), "a reader has named topics; the pattern %s is for consumer groups", topics)
	}
	at, err := ParseWhenForm(spec.Reader.Begin)
	if err == nil && at.ID != nil && !topics.Single() {
		return refuse("set "+name+" from=-5m", "from=%s is a message of one topic, and %s reads %d", at.ID, name, len(topics.Names()))
	}
	if own, wrong := broker.ParseTopic(topics.String()); err == nil && at.ID != nil && at.ID.Partition >= 0 && wrong == nil && own.Partition != at.ID.Partition {
		return refuse(fmt.Sprintf("read start %s topic=%s-partition-%d from=%d:%d", name, topics, at.ID.Partition, at.ID.Ledger, at.ID.Entry),
			"from=%s is a message of partition %d; name the partition as the topic", at.ID, at.ID.Partition)
	}
	return nil
}
