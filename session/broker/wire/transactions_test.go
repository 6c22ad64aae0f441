package wire

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/coordinator"
)

// ends counts the ends of transactions.
type ends struct {
	mu       sync.Mutex
	outcomes map[broker.TransactionOutcome]int
	refused  int
}

func (e *ends) Opened() {}
func (e *ends) Ended(outcome broker.TransactionOutcome, _ time.Duration, _ error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.outcomes == nil {
		e.outcomes = map[broker.TransactionOutcome]int{}
	}
	e.outcomes[outcome]++
}

func (e *ends) Refused(error) { e.mu.Lock(); defer e.mu.Unlock(); e.refused++ }

func (e *ends) of(outcome broker.TransactionOutcome) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.outcomes[outcome]
}

// coordinates makes a scripted broker the coordinator of transactions.
func (r *rig) coordinates() {
	last := uint64(0)
	r.on(protocol.TypePartitionedMetadata, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.PartitionedMetadata)
		if q.Topic != "persistent://pulsar/system/transaction_coordinator_assign" {
			return false
		}
		p.send(&protocol.PartitionedMetadataAnswer{Numbered: q.Numbered, Partitions: 2, Error: protocol.NoError})
		return true
	})
	r.on(protocol.TypeTCClientConnect, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.TCClientConnectAnswer{Numbered: m.(*protocol.TCClientConnect).Numbered, Error: protocol.NoError})
		return true
	})
	r.on(protocol.TypeNewTxn, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.NewTxn)
		last++
		p.send(&protocol.NewTxnAnswer{TxnAnswer: protocol.TxnAnswer{Numbered: q.Numbered, Txn: protocol.Txn{Least: last, Most: q.Coordinator}, Error: protocol.NoError}})
		return true
	})
	r.on(protocol.TypeAddPartitionToTxn, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.AddPartitionToTxn)
		p.send(&protocol.AddPartitionToTxnAnswer{TxnAnswer: protocol.TxnAnswer{Numbered: q.Numbered, Txn: q.Txn, Error: protocol.NoError}})
		return true
	})
	r.on(protocol.TypeAddSubscriptionToTxn, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.AddSubscriptionToTxn)
		p.send(&protocol.AddSubscriptionAnswer{TxnAnswer: protocol.TxnAnswer{Numbered: q.Numbered, Txn: q.Txn, Error: protocol.NoError}})
		return true
	})
	r.on(protocol.TypeEndTxn, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.EndTxn)
		p.send(&protocol.EndTxnAnswer{TxnAnswer: protocol.TxnAnswer{Numbered: q.Numbered, Txn: q.Txn, Error: protocol.NoError}})
		return true
	})
}

// sendingIn opens a producer that sends in transactions.
func (r *rig) sendingIn(messages int, change func(*broker.ProducerSpec)) (broker.Producer, *ends) {
	counted := &ends{}
	p, err := r.engine.OpenProducer(r.within(), r.spec(func(s *broker.ProducerSpec) {
		s.Transactions = &broker.Transactions{Messages: messages, Timeout: soon, Recorder: counted}
		if change != nil {
			change(s)
		}
	}))
	require.NoError(r.t, err)
	return p, counted
}

func TestABatchNeverMixesTransactions(t *testing.T) {
	for _, batch := range []int{1, 4, 1000} {
		r := newRig(t, nil)
		r.coordinates()
		var mu sync.Mutex
		messages := map[protocol.Txn]int{}
		r.on(protocol.TypeSend, func(_ *peer, m protocol.Body, rest []byte) bool {
			send := m.(*protocol.Send)
			var meta protocol.Metadata
			entry, err := protocol.ParseEntry(rest)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && meta.Decode(entry.Metadata) == nil && send.Transactional && meta.Transactional && meta.Txn == send.Txn {
				messages[send.Txn] += int(max(meta.BatchSize, 1))
			}
			return false
		})
		p, counted := r.sendingIn(5, func(s *broker.ProducerSpec) { s.Batch.Messages, s.Batch.Delay = batch, time.Minute })
		require.True(t, commandsOf[*protocol.Producer](r.scriptedBroker)[0].Transactional)
		require.Equal(t, 23, p.Send(r.dues(23)))
		require.NoError(t, p.Close(r.within()))
		sum := 0
		for _, n := range messages {
			require.LessOrEqual(t, n, 5)
			sum += n
		}
		require.Equal(t, 23, sum)
		require.Len(t, messages, 5)
		require.Equal(t, 5, counted.of(broker.Committed))
		require.Len(t, commandsOf[*protocol.AddPartitionToTxn](r.scriptedBroker), 5)
		require.EqualValues(t, 23, p.Answered())
	}
}

func TestUnansweredMessagesOfATransactionAreSentAgain(t *testing.T) {
	r := newRig(t, nil)
	r.coordinates()
	r.on(protocol.TypeSend, noAnswer)
	p, counted := r.sendingIn(10, nil)
	require.Equal(t, 10, p.Send(r.dues(10)))
	first := awaitCommands[*protocol.Send](r.scriptedBroker, 1)[0].Txn
	require.Empty(t, commandsOf[*protocol.EndTxn](r.scriptedBroker), "not before all is answered")
	r.on(protocol.TypeSend, nil)
	r.closeConnections()
	r.answered(p)
	require.Equal(t, first, awaitCommands[*protocol.Send](r.scriptedBroker, 2)[1].Txn)
	require.NoError(t, p.Close(r.within()))
	require.Equal(t, 1, counted.of(broker.Committed))
}

func TestARefusedMessageAbortsItsTransaction(t *testing.T) {
	r := newRig(t, nil)
	r.coordinates()
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
		send := m.(*protocol.Send)
		if send.Txn.Least != 2 {
			return false
		}
		p.send(&protocol.SendError{ProducerID: send.ProducerID, Sequence: max(send.Sequence, send.HighestSequence), Error: protocol.NotAllowedError, Message: "no"})
		return true
	})
	p, counted := r.sendingIn(10, nil)
	require.Equal(t, 30, p.Send(r.dues(30)))
	require.NoError(t, p.Close(r.within()))
	require.Equal(t, 2, counted.of(broker.Committed), "its neighbours are not touched")
	require.Equal(t, 1, counted.of(broker.TransactionFailed))
	for _, end := range commandsOf[*protocol.EndTxn](r.scriptedBroker) {
		require.Equal(t, end.Txn.Least == 2, end.Abort)
	}
	require.EqualValues(t, 10, r.counts().Failed)
}

func TestTheCoordinatorMayMove(t *testing.T) {
	r := newRig(t, nil)
	r.coordinates()
	moved := 0
	r.on(protocol.TypeAddPartitionToTxn, func(p *peer, m protocol.Body, _ []byte) bool {
		q := m.(*protocol.AddPartitionToTxn)
		answer := protocol.TxnAnswer{Numbered: q.Numbered, Txn: q.Txn, Error: protocol.NoError}
		if moved++; moved == 1 {
			answer.Error, answer.Message = protocol.TransactionCoordinatorNotFound, "it is elsewhere"
		}
		p.send(&protocol.AddPartitionToTxnAnswer{TxnAnswer: answer})
		return true
	})
	p, counted := r.sendingIn(10, nil)
	require.Equal(t, 10, p.Send(r.dues(10)))
	require.NoError(t, p.Close(r.within()))
	require.Equal(t, 1, counted.of(broker.Committed))
	asked := map[uint64]int{}
	for _, m := range commandsOf[*protocol.TCClientConnect](r.scriptedBroker) {
		asked[m.Coordinator]++
	}
	most := 0
	for _, n := range asked {
		most = max(most, n)
	}
	require.Equal(t, 2, most, "it was looked up again")
}

func TestAClusterWithoutCoordinators(t *testing.T) {
	for name, script := range map[string]func(r *rig){
		"no partitions": func(*rig) {},
		"not allowed": func(r *rig) {
			r.coordinates()
			r.on(protocol.TypeTCClientConnect, func(p *peer, m protocol.Body, _ []byte) bool {
				p.send(&protocol.Error{Numbered: m.(*protocol.TCClientConnect).Numbered, Error: protocol.NotAllowedError, Message: "off"})
				return true
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			script(r)
			how := &broker.Transactions{Messages: 10, Timeout: soon, Recorder: &ends{}}
			_, err := r.engine.OpenProducer(r.within(), r.spec(func(s *broker.ProducerSpec) { s.Transactions = how }))
			require.ErrorContains(t, err, "no transaction coordinator")
			_, err = r.engine.Subscribe(r.within(), broker.ConsumerSpec{Topics: []string{"t"}, Subscription: "s", Type: broker.Shared, Queue: 10, Transactions: how})
			require.ErrorContains(t, err, "no transaction coordinator")
		})
	}
}

// begun begins a transaction.
func (r *rig) begun() *coordinator.Transaction {
	one, err := r.engine.begin(soon)(r.within())
	require.NoError(r.t, err)
	return one.(*coordinator.Transaction)
}

func TestADividedEntryComesAgainUnlessItsFirstPartIsCommitted(t *testing.T) {
	for _, commit := range []bool{true, false} {
		r := newRig(t, nil)
		r.coordinates()
		pushes(r.scriptedBroker, nil, nil, stored(t, nil, "a", "b", "c", "d"))
		c := r.consumer(func(s *broker.ConsumerSpec) {
			s.Transactions, s.NackDelay = &broker.Transactions{Messages: 2, Timeout: soon, Recorder: &ends{}, Output: "out"}, time.Millisecond
		})
		d := c.(interface {
			AckIn(broker.Transaction, []broker.Delivery) (int, error)
			EndsEntry(*broker.Delivery) bool
		})
		run := r.receive(c, 4)
		require.True(t, d.EndsEntry(&run[3]))
		require.False(t, d.EndsEntry(&run[2]))
		first, second := r.begun(), r.begun()
		for _, part := range []struct {
			in  *coordinator.Transaction
			run []broker.Delivery
		}{{first, run[:2]}, {second, run[2:]}} {
			failed, err := d.AckIn(part.in, part.run)
			require.NoError(t, err)
			require.Zero(t, failed)
		}
		require.Empty(t, commandsOf[*protocol.Ack](r.scriptedBroker), "nobody knows yet what becomes of the first part")
		if commit {
			require.NoError(t, first.Commit(r.within()))
			ack := awaitCommands[*protocol.Ack](r.scriptedBroker, 1)[0]
			require.Equal(t, second.ID, ack.Txn)
			require.True(t, ack.Transactional && ack.Asks)
			require.EqualValues(t, 4, ack.IDs[0].BatchSize)
		} else {
			require.NoError(t, first.Abort(r.within()))
			require.Len(t, awaitCommands[*protocol.Redeliver](r.scriptedBroker, 1)[0].IDs, 1)
			require.Empty(t, commandsOf[*protocol.Ack](r.scriptedBroker))
		}
		require.NoError(t, second.Commit(r.within()))
		copies := awaitCommands[*protocol.Send](r.scriptedBroker, 2)
		require.Equal(t, []protocol.Txn{first.ID, second.ID}, []protocol.Txn{copies[0].Txn, copies[1].Txn})
		require.EqualValues(t, 2, copies[0].Messages)
		require.NoError(t, c.Close(r.within()))
	}
}

func TestAFailedAcknowledgementAbortsItsTransaction(t *testing.T) {
	r := newRig(t, nil)
	r.coordinates()
	r.on(protocol.TypeAck, func(p *peer, m protocol.Body, _ []byte) bool {
		ack := m.(*protocol.Ack)
		p.send(&protocol.AckResponse{Numbered: protocol.Numbered{RequestID: ack.RequestID}, ConsumerID: ack.ConsumerID, Error: protocol.TransactionConflict, Message: "taken"})
		return true
	})
	pushes(r.scriptedBroker, nil, nil, stored(t, nil, "a", "b"))
	counted := &ends{}
	c := r.consumer(func(s *broker.ConsumerSpec) {
		s.Transactions, s.NackDelay = &broker.Transactions{Messages: 2, Timeout: soon, Recorder: counted}, time.Millisecond
	})
	_, err := c.Ack(r.receive(c, 2))
	require.NoError(t, err, "the answer is not waited for")
	require.Len(t, awaitCommands[*protocol.Redeliver](r.scriptedBroker, 1)[0].IDs, 1)
	require.True(t, awaitCommands[*protocol.EndTxn](r.scriptedBroker, 1)[0].Abort)
	require.NoError(t, c.Close(r.within()))
	require.Equal(t, 1, counted.of(broker.TransactionFailed))
}
