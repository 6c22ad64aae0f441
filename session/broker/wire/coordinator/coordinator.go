// Package coordinator begins transactions at the coordinators of a cluster, tells these
// what belongs to each, and has them committed or aborted. Any number of transactions can
// be open at once.
package coordinator

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/protocol/conn"
	"pulsh/session/broker/wire/connect"
)

// assignments is the system topic whose partitions stand for the coordinators: the broker
// that serves one is the coordinator.
const assignments = "persistent://pulsar/system/transaction_coordinator_assign"

// Coordinators are the coordinators of a cluster. They are looked up with the first
// transaction. All are used in turn.
type Coordinators struct {
	cluster *connect.Cluster

	mu   sync.Mutex
	all  []*one
	turn int
}

// New returns the coordinators of a cluster. Their connections are the cluster's, and end
// with it.
func New(cluster *connect.Cluster) *Coordinators { return &Coordinators{cluster: cluster} }

// one is one coordinator.
type one struct {
	cluster *connect.Cluster
	id      uint64

	connecting chan struct{} // holds an element while somebody connects
	mu         sync.Mutex
	connection *connect.Connection // nil while it is not known who the coordinator is
}

// Find finds the coordinators unless they are known, and connects to one: a cluster
// without any is refused before messages are sent.
func (c *Coordinators) Find(ctx context.Context) error {
	next, err := c.next(ctx)
	if err != nil {
		return sentence(err)
	}
	return sentence(connect.Retry(ctx, func(ctx context.Context) error {
		_, err := next.connect(ctx)
		return err
	}, final))
}

// next returns the coordinator whose turn it is.
func (c *Coordinators) next(ctx context.Context) (*one, error) {
	c.mu.Lock()
	found := len(c.all) > 0
	c.mu.Unlock()
	n := 0
	if !found {
		var err error
		if n, err = c.cluster.PartitionsOf(ctx, &c.cluster.Sending, assignments); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.all); i < n; i++ {
		c.all = append(c.all, &one{cluster: c.cluster, id: uint64(i), connecting: make(chan struct{}, 1)})
	}
	if len(c.all) == 0 {
		return nil, broker.NoCoordinator(nil)
	}
	c.turn++
	return c.all[c.turn%len(c.all)], nil
}

// Begin begins a transaction. The coordinator aborts it after timeout.
func (c *Coordinators) Begin(ctx context.Context, timeout time.Duration) (*Transaction, error) {
	at, err := c.next(ctx)
	if err != nil {
		return nil, sentence(err)
	}
	body, err := at.ask(ctx, connect.OperationTimeout, func() protocol.Question {
		return &protocol.NewTxn{TTL: uint64(timeout.Milliseconds()), Coordinator: at.id}
	})
	if err != nil {
		return nil, sentence(err)
	}
	begun, ok := body.(*protocol.NewTxnAnswer)
	if !ok {
		return nil, sentence(connect.Unexpected(body))
	}
	return &Transaction{ID: begun.Txn, at: at, parts: map[protocol.TxnSubscription]*part{}, ended: make(chan struct{})}, nil
}

// connect returns the connection to the coordinator. Where the coordinator is may change,
// so it is looked up for each new one.
func (o *one) connect(ctx context.Context) (*connect.Connection, error) {
	select {
	case o.connecting <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-o.connecting }()
	if c := o.connected(); c != nil {
		return c, nil
	}
	to, err := o.cluster.Lookup(ctx, &o.cluster.Sending, protocol.PartitionName(assignments, int(o.id)))
	if err != nil {
		return nil, err
	}
	c, err := o.cluster.Sending.Connect(ctx, to)
	if err != nil {
		return nil, err
	}
	body, err := c.Ask(ctx, &protocol.TCClientConnect{Coordinator: o.id})
	if err != nil {
		return nil, err
	}
	answer, ok := body.(*protocol.TCClientConnectAnswer)
	switch {
	case !ok:
		return nil, connect.Unexpected(body)
	case answer.Error != protocol.NoError:
		return nil, &conn.Refusal{Code: answer.Error, Message: answer.Message}
	}
	o.mu.Lock()
	o.connection = c
	o.mu.Unlock()
	return c, nil
}

// connected returns the connection to the coordinator, nil if there is none that lives.
func (o *one) connected() *connect.Connection {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.connection != nil && !o.connection.Alive() {
		o.connection = nil
	}
	return o.connection
}

// leave forgets a connection behind which the coordinator is no more.
func (o *one) leave(c *connect.Connection) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.connection == c {
		o.connection = nil
	}
}

// ask asks the coordinator until it answers, ctx ends or the answer is final. The
// coordinator may have moved, or be loading its log after a start. It asks again when an
// answer takes longer than patience.
func (o *one) ask(ctx context.Context, patience time.Duration, question func() protocol.Question) (protocol.Body, error) {
	pause := conn.Backoff{First: connect.RetryFirst, Most: connect.RetryMost}
	for {
		c := o.connected()
		var err error
		if c == nil {
			c, err = o.connect(ctx)
		}
		var body protocol.Body
		if err == nil {
			body, err = c.AskWithin(ctx, question(), patience)
		}
		if err == nil {
			err = refusalIn(body)
		}
		if err == nil || final(err) {
			return body, err
		}
		if c != nil && moved(err) {
			o.leave(c)
		}
		if !connect.Sleep(ctx, pause.Next(rand.Float64())) {
			return nil, err
		}
	}
}

// endPatience is how long the answer to an END_TXN may take. The callers' contexts end
// sooner: a commit that is asked for a second time, when the first one has been carried
// out, is refused.
const endPatience = 2 * time.Hour

// refusalIn returns the refusal in an answer, nil if there is none.
func refusalIn(body protocol.Body) error {
	var answer protocol.TxnAnswer
	switch m := body.(type) {
	case *protocol.NewTxnAnswer:
		answer = m.TxnAnswer
	case *protocol.AddPartitionToTxnAnswer:
		answer = m.TxnAnswer
	case *protocol.AddSubscriptionAnswer:
		answer = m.TxnAnswer
	case *protocol.EndTxnAnswer:
		answer = m.TxnAnswer
	default:
		return connect.Unexpected(body)
	}
	if answer.Error != protocol.NoError {
		return &conn.Refusal{Code: answer.Error, Message: answer.Message}
	}
	return nil
}

// moved reports whether the coordinator may be elsewhere by now.
func moved(err error) bool {
	var refusal *conn.Refusal
	return errors.As(err, new(connect.LostError)) ||
		errors.As(err, &refusal) && (refusal.Code == protocol.TransactionCoordinatorNotFound || refusal.Code == protocol.ServiceNotReady)
}

// final reports whether asking again is in vain.
func final(err error) bool {
	var refusal *conn.Refusal
	if errors.As(err, &refusal) {
		switch refusal.Code {
		case protocol.TransactionCoordinatorNotFound, protocol.ServiceNotReady, protocol.TooManyRequests, protocol.MetadataError, protocol.PersistenceError:
			return false
		}
		return true
	}
	return errors.Is(err, protocol.ErrMalformed) || errors.Is(err, connect.ErrClosed)
}

// sentence turns an error about a transaction into one for users.
func sentence(err error) error {
	var refusal *conn.Refusal
	if errors.As(err, &refusal) && refusal.Code == protocol.NotAllowedError {
		return broker.NoCoordinator(err)
	}
	return connect.Sentence(err, broker.Subject{})
}
