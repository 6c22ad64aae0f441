package broker

import (
	"context"
	"time"
)

// Transactions says how a producer sends, or a consumer acknowledges, in transactions.
type Transactions struct {
	Messages int                 // of one transaction, at most
	Timeout  time.Duration       // after which the broker aborts a transaction that is open
	Abort    func() bool         // reports whether the next transaction to end is aborted on purpose
	Recorder TransactionRecorder // of the group
	// Settled is called when the numbers [first, end) of a producer have their outcome; nil
	// for a consumer.
	Settled func(first, end uint64, outcome TransactionOutcome)
	// Output is the topic in which a consumer stores a copy of each message, in the
	// transaction that acknowledges it; "" for none. OutputName is the name of its producer.
	Output, OutputName string
}

// TransactionRecorder counts the transactions of a group. Any goroutine may call its
// methods, which never block.
type TransactionRecorder interface {
	// Opened counts a transaction that the coordinator has begun.
	Opened()
	// Ended counts the end of an open transaction, and how long the commit or the abort
	// took. err is why it has failed, nil unless it has.
	Ended(outcome TransactionOutcome, took time.Duration, err error)
	// Refused counts a transaction that could not be begun.
	Refused(err error)
}

// TransactionOutcome is how a transaction ended.
type TransactionOutcome uint8

// The outcomes. Of a transaction that failed it is not known whether the broker has
// committed it.
const (
	Committed TransactionOutcome = iota
	Aborted
	TransactionFailed
)

// Transaction is one open transaction.
type Transaction interface {
	Commit(ctx context.Context) error
	Abort(ctx context.Context) error
}

// NoTransactions is the refusal of an engine that has no transactions.
func NoTransactions() error {
	return &Error{Message: "transactions need engine=client: the wire engine has none", Try: "set session engine=client"}
}

// NoCoordinator is the refusal of transactions on a cluster without a coordinator.
func NoCoordinator(cause error) error {
	return &Error{
		Message: "the cluster has no transaction coordinator (transactionCoordinatorEnabled)",
		Try:     "local start transactions=on", Cause: cause,
	}
}
