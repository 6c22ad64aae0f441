package spec

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
)

// set sets settings, given as name and value in turn.
func set[S any](t *testing.T, settings []Setting[S], of *S, pairs ...string) error {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		s, ok := FindSetting(settings, pairs[i])
		require.True(t, ok, pairs[i])
		if err := s.Set(of, pairs[i+1]); err != nil {
			return err
		}
		require.Equal(t, pairs[i+1], s.Get(of))
	}
	return nil
}

func TestTransactionSettings(t *testing.T) {
	p := DefaultProducer("fast")
	require.NoError(t, set(t, ProducerSettings(), &p, "txn", "50", "txn-abort", "1%", "txn-timeout", "30s"))
	require.Equal(t, Transactions{50, 1, 30 * time.Second}, p.Transactions)
	require.NoError(t, p.Check("fast"))
	require.True(t, p.NeedsProducers(DefaultProducer("fast")))
	for text, pairs := range map[string][]string{
		`"101%" is more than 100%`:                {"txn-abort", "101%"},
		"txn must be at least 1":                  {"txn", "0"},
		"txn must be at most 100000":              {"txn", "1M"},
		`"10ms" is too short; at least 1s`:        {"txn-timeout", "10ms"},
		`"2h" is too long; at most 1h`:            {"txn-timeout", "2h"},
		`"-5" is not a whole number`:              {"txn", "-5"},
		`"x" is not a share such as 2% or 0.5%`:   {"txn-abort", "x"},
		`"-1%" is not a share such as 2% or 0.5%`: {"txn-abort", "-1%"},
	} {
		require.EqualError(t, set(t, ProducerSettings(), &p, pairs...), text)
	}
	require.NoError(t, set(t, ProducerSettings(), &p, "txn", "off"))
	require.Zero(t, p.Transactions.Messages)
}

func TestTransactionsThatCannotBe(t *testing.T) {
	check := func(change func(*Producer)) error {
		p := DefaultProducer("fast")
		p.Transactions.Messages = 50
		change(&p)
		return p.Check("fast")
	}
	require.NoError(t, check(func(p *Producer) {}))
	require.NoError(t, check(func(p *Producer) { p.Rate = pacing.Hold(pacing.Max()) }))
	require.NoError(t, check(func(p *Producer) { p.Rate = pacing.Hold(0) }))
	for want, change := range map[string]func(*Producer){
		"txn-abort=1% needs txn, the messages of a transaction":                                      func(p *Producer) { p.Transactions.Messages, p.Transactions.Abort = 0, 1 },
		"a transaction of 50 messages of one producer takes 50s at 1/s, longer than txn-timeout=10s": func(p *Producer) { p.Rate, p.Workers = pacing.Hold(1), 1 },
		"txn=50 needs persistent topics; non-persistent://public/default/x is not persistent":        func(p *Producer) { p.Topic = "non-persistent://public/default/x" },
	} {
		require.EqualError(t, check(change), want)
	}
	err := check(func(p *Producer) { p.Rate, p.Workers = pacing.Hold(4), 1 })
	var refused *broker.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "set fast txn=20", refused.Try)

	consumer := func(change func(*Consumer)) error {
		c := DefaultConsumer("copy")
		c.Topic, c.To, c.Transactions.Messages = "in", "out", 100
		change(&c)
		return c.Check("copy")
	}
	require.NoError(t, consumer(func(*Consumer) {}))
	for want, change := range map[string]func(*Consumer){
		"to=out needs txn, the messages of a transaction":                            func(c *Consumer) { c.Transactions.Messages = 0 },
		"txn=100 acknowledges at once and one by one, which ack=manual does not":     func(c *Consumer) { c.Ack, _ = ParseAck("manual") },
		"txn=100 acknowledges at once and one by one, which ack=cumulative does not": func(c *Consumer) { c.Type = broker.Failover; c.Ack, _ = ParseAck("cumulative") },
		"txn=100 needs a durable subscription, which durable=off has not":            func(c *Consumer) { c.Durable = false },
		"to=in is a topic that the group itself receives":                            func(c *Consumer) { c.To = "in" },
		"to=in-2 is a topic that the group itself receives":                          func(c *Consumer) { c.Topic, c.To = "/in.*/", "in-2" },
	} {
		require.EqualError(t, consumer(change), want)
	}
}
