package serve

import (
	"errors"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

// transact carries out a command about transactions, and reports whether it is one.
func transact(c *connection, body protocol.Body) bool {
	switch m := body.(type) {
	case *protocol.TCClientConnect:
		answer := &protocol.TCClientConnectAnswer{Numbered: m.Numbered, Error: protocol.NoError}
		if err := c.server.broker.Transactions.Known(m.Coordinator); err != nil {
			answer.Error, answer.Message = codeOf(err), err.Error()
		}
		c.Tell(answer)
	case *protocol.NewTxn:
		ttl := time.Duration(min(m.TTL, uint64(24*time.Hour/time.Millisecond)+1)) * time.Millisecond
		id, err := c.server.broker.Transactions.Begin(m.Coordinator, ttl)
		c.Tell(&protocol.NewTxnAnswer{TxnAnswer: txnAnswer(m.Numbered, id, err)})
	case *protocol.AddPartitionToTxn:
		err := joinAll(m.Txn, m.Partitions, c.server.broker.Transactions.Join)
		c.Tell(&protocol.AddPartitionToTxnAnswer{TxnAnswer: txnAnswer(m.Numbered, m.Txn, err)})
	case *protocol.AddSubscriptionToTxn:
		err := joinAll(m.Txn, m.Subscriptions, c.server.broker.Transactions.JoinSubscription)
		c.Tell(&protocol.AddSubscriptionAnswer{TxnAnswer: txnAnswer(m.Numbered, m.Txn, err)})
	case *protocol.EndTxn:
		err := c.server.broker.Transactions.End(m.Txn, !m.Abort)
		c.Tell(&protocol.EndTxnAnswer{TxnAnswer: txnAnswer(m.Numbered, m.Txn, err)})
	default:
		return false
	}
	return true
}

// joinAll makes parts members of a transaction.
func joinAll[P any](id protocol.Txn, parts []P, join func(protocol.Txn, P) bool) error {
	for _, p := range parts {
		if !join(id, p) {
			return transaction.NotFound(id)
		}
	}
	return nil
}

func txnAnswer(of protocol.Numbered, id protocol.Txn, err error) protocol.TxnAnswer {
	answer := protocol.TxnAnswer{Numbered: of, Txn: id, Error: protocol.NoError}
	if err != nil {
		answer.Error, answer.Message = codeOf(err), err.Error()
	}
	return answer
}

// codeOf returns the protocol's error of a refusal.
func codeOf(err error) protocol.ServerError {
	var refusal *memory.Refusal
	var of *transaction.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.Code
	case errors.As(err, &of):
		return of.Code
	}
	return protocol.UnknownError
}
