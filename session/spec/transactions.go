package spec

import (
	"fmt"
	"strconv"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// Transactions holds the settings of a group that works in transactions.
type Transactions struct {
	Messages int // of one transaction; 0 is no transactions
	Abort    Share
	Timeout  time.Duration
}

// Limits of transactions, each with its reason.
const (
	TransactionMax        = 100_000 // the broker keeps what is in an open transaction in memory
	TransactionTimeoutMin = time.Second
	TransactionTimeoutMax = time.Hour // the client keeps a goroutine for each transaction until then
)

// DefaultTransactions returns the settings of a group without transactions.
func DefaultTransactions() Transactions { return Transactions{Timeout: 10 * time.Second} }

// transactionSettings returns the settings about transactions. do is what the group does
// in them.
func transactionSettings[S any](do string, field func(*S) *Transactions) []Setting[S] {
	return []Setting[S]{
		{Name: "txn", Kind: "COUNT", Words: []string{noEnd}, Doc: "messages " + do + " in one transaction, with engine=client; off is no transactions",
			Read: func(s *S) string { return writeTransaction(field(s).Messages) },
			Write: func(s *S, text string) error {
				if text == noEnd {
					field(s).Messages = 0
					return nil
				}
				return readCount(&field(s).Messages, text, "txn", 1, TransactionMax)
			}},
		{Name: "txn-abort", Kind: "SHARE", Doc: "share of the transactions that are aborted on purpose; what they sent must not arrive, but brokers deliver it from the Go client v0.21.0, as aborted.received shows",
			Read:  func(s *S) string { return field(s).Abort.String() },
			Write: func(s *S, text string) error { return parseInto(&field(s).Abort, ParseShare, text) }},
		{Name: "txn-timeout", Kind: "DURATION", Doc: "time after which the broker aborts an open transaction; pulsh commits one that is half as old",
			Read: func(s *S) string { return pacing.FormatDuration(field(s).Timeout) },
			Write: func(s *S, text string) error {
				return readDuration(&field(s).Timeout, text, TransactionTimeoutMin, TransactionTimeoutMax)
			}},
	}
}

func writeTransaction(messages int) string {
	if messages == 0 {
		return noEnd
	}
	return strconv.Itoa(messages)
}

// outputSetting returns the setting with the topic of the copies.
func outputSetting() Setting[Consumer] {
	return Setting[Consumer]{Name: "to", Kind: "TOPIC", Doc: "topic in which each message is stored again, in the transaction that acknowledges it; off is none",
		Read:  func(c *Consumer) string { return writeElse(c.To, noEnd) },
		Write: func(c *Consumer, text string) error { return readElse(&c.To, text, noEnd) }}
}

// check refuses transactions that no group can have. name is the group's.
func (t Transactions) check(name string, topics []string) error {
	if t.Messages == 0 {
		if t.Abort > 0 {
			return &broker.Error{Message: fmt.Sprintf("txn-abort=%s needs txn, the messages of a transaction", t.Abort), Try: "set " + name + " txn=50"}
		}
		return nil
	}
	for _, one := range topics {
		if topic, err := broker.ParseTopic(one); err == nil && topic.Domain != broker.Persistent {
			return &broker.Error{Message: fmt.Sprintf("txn=%d needs persistent topics; %s is not persistent", t.Messages, one), Try: "set " + name + " txn=off"}
		}
	}
	return nil
}

// checkTransactions refuses transactions that the group cannot fill before they time out.
func (spec Producer) checkTransactions(name string) error {
	t := spec.Transactions
	if err := t.check(name, spec.TopicNames()); err != nil || t.Messages == 0 {
		return err
	}
	rate := spec.Rate.Peak(0)
	if rate <= 0 || rate.IsMax() {
		return nil
	}
	each := float64(rate) / float64(spec.ProducerCount()) // messages a second of one producer
	from := fmt.Sprintf("each of %d producers", spec.ProducerCount())
	if spec.ProducerCount() == 1 {
		from = "one producer"
	}
	if takes := float64(t.Messages) / each; takes > t.Timeout.Seconds() {
		return &broker.Error{
			Message: fmt.Sprintf("a transaction of %d messages of %s takes %s at %s/s, longer than txn-timeout=%s",
				t.Messages, from, pacing.FormatDuration(time.Duration(takes*float64(time.Second)).Round(time.Second)), rate, pacing.FormatDuration(t.Timeout)),
			Try: fmt.Sprintf("set %s txn=%d", name, max(1, int(each*t.Timeout.Seconds()/2))),
		}
	}
	return nil
}

// checkTransactions refuses what cannot be done in transactions.
func (spec Consumer) checkTransactions(name string) error {
	t := spec.Transactions
	refuse := func(try, format string, args ...any) error {
		return &broker.Error{Message: fmt.Sprintf(format, args...), Try: "set " + name + " " + try}
	}
	if err := t.check(name, spec.Topics().Names()); err != nil {
		return err
	}
	switch {
	case t.Messages == 0 && spec.To != "":
		return refuse("txn=100", "to=%s needs txn, the messages of a transaction", spec.To)
	case t.Messages == 0:
	case spec.Ack.Keeps() || spec.Ack.Way == AckCumulative:
		return refuse("ack=batched", "txn=%d acknowledges at once and one by one, which ack=%s does not", t.Messages, spec.Ack)
	case !spec.Durable:
		return refuse("durable=on", "txn=%d needs a durable subscription, which durable=off has not", t.Messages)
	case spec.To != "" && spec.Topics().Match(spec.To):
		return refuse("txn=off", "to=%s is a topic that the group itself receives", spec.To)
	}
	return nil
}
