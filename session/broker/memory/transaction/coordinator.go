// Package transaction holds the transactions of a Pulsar in memory: their coordinator, the
// entries of a topic that were sent in them, and the acknowledgements of a subscription.
package transaction

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker/protocol"
)

// Topic is the system topic whose partitions stand for the coordinators.
const Topic = "persistent://pulsar/system/transaction_coordinator_assign"

// Coordinators is how many coordinators there are at first: a few, so that clients have to
// choose. There may be up to coordinatorsMost.
const (
	Coordinators     = 4
	coordinatorsMost = 256
)

// timeoutMost bounds how long a transaction may stay open.
const timeoutMost = 24 * time.Hour

// Parts are the topics and subscriptions of a broker. Their methods are called without
// the coordinator's lock, once for each part of a transaction that ends.
type Parts interface {
	EndSends(topic string, id protocol.Txn, commit bool)
	EndAcks(topic, subscription string, id protocol.Txn, commit bool)
}

// Error is a refusal in the protocol's terms.
type Error struct {
	Code    protocol.ServerError
	Message string
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Coordinator begins and ends transactions, for all coordinators of the broker.
type Coordinator struct {
	parts Parts

	mu     sync.Mutex // may be taken with the lock of a topic
	next   []uint64   // the lower half of the next id, by coordinator
	open   map[protocol.Txn]*open
	closed bool
}

// open is a transaction that is open.
type open struct {
	began         time.Time
	ttl           time.Duration
	expiry        *time.Timer
	topics        []string
	subscriptions []protocol.TxnSubscription
}

// NewCoordinator returns a coordinator without transactions.
func NewCoordinator(parts Parts) *Coordinator {
	return &Coordinator{parts: parts, next: make([]uint64, Coordinators), open: map[protocol.Txn]*open{}}
}

// Begin begins a transaction, which is aborted after ttl unless it has ended by then.
func (c *Coordinator) Begin(coordinator uint64, ttl time.Duration) (protocol.Txn, error) {
	if err := c.Known(coordinator); err != nil {
		return protocol.Txn{}, err
	}
	if ttl <= 0 || ttl > timeoutMost {
		return protocol.Txn{}, &Error{protocol.UnknownError, fmt.Sprintf("A timeout of %v is not possible", ttl)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := protocol.Txn{Most: coordinator, Least: c.next[coordinator]}
	if c.closed {
		return id, &Error{protocol.ServiceNotReady, "The broker is closing"}
	}
	c.next[coordinator]++
	c.open[id] = &open{began: time.Now(), ttl: ttl, expiry: time.AfterFunc(ttl, func() { _ = c.End(id, false) })} // it may have ended by itself
	return id, nil
}

// Known refuses a coordinator that there is not.
func (c *Coordinator) Known(coordinator uint64) error {
	if coordinator >= uint64(c.Count()) {
		return &Error{protocol.TransactionCoordinatorNotFound, fmt.Sprintf("There is no transaction coordinator %d", coordinator)}
	}
	return nil
}

// Join makes a topic part of an open transaction, and reports whether it is open.
func (c *Coordinator) Join(id protocol.Txn, topic string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.open[id]
	if t != nil && !slices.Contains(t.topics, topic) {
		t.topics = append(t.topics, topic)
	}
	return t != nil
}

// JoinSubscription makes a subscription part of an open transaction, and reports whether
// it is open.
func (c *Coordinator) JoinSubscription(id protocol.Txn, s protocol.TxnSubscription) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.open[id]
	if t != nil && !slices.Contains(t.subscriptions, s) {
		t.subscriptions = append(t.subscriptions, s)
	}
	return t != nil
}

// NotFound is the refusal of a transaction that is not open.
func NotFound(id protocol.Txn) error {
	return &Error{protocol.TransactionNotFound, fmt.Sprintf("The transaction (%d,%d) is not found: it has ended", id.Most, id.Least)}
}

// End commits or aborts a transaction with all its parts.
func (c *Coordinator) End(id protocol.Txn, commit bool) error {
	c.mu.Lock()
	t := c.open[id]
	delete(c.open, id)
	c.mu.Unlock()
	if t == nil {
		return NotFound(id)
	}
	t.expiry.Stop()
	for _, topic := range t.topics {
		c.parts.EndSends(topic, id, commit)
	}
	for _, s := range t.subscriptions {
		c.parts.EndAcks(s.Topic, s.Subscription, id, commit)
	}
	return nil
}

// Open returns how many transactions are open.
func (c *Coordinator) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// Close forgets all transactions.
func (c *Coordinator) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, t := range c.open {
		t.expiry.Stop()
	}
	clear(c.open)
}
