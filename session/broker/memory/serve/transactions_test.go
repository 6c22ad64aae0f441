package serve

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

func TestWhatOfTransactionsIsRefused(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	parts := r.ask(&protocol.PartitionedMetadata{Topic: transaction.Topic}).(*protocol.PartitionedMetadataAnswer)
	require.EqualValues(t, transaction.Coordinators, parts.Partitions)
	require.Equal(t, protocol.NoError, r.ask(&protocol.TCClientConnect{Coordinator: 1}).(*protocol.TCClientConnectAnswer).Error)
	require.Equal(t, protocol.TransactionCoordinatorNotFound, r.ask(&protocol.TCClientConnect{Coordinator: 99}).(*protocol.TCClientConnectAnswer).Error)
	require.Equal(t, protocol.TransactionCoordinatorNotFound, r.ask(&protocol.NewTxn{TTL: 1000, Coordinator: 99}).(*protocol.NewTxnAnswer).Error)
	begun := r.ask(&protocol.NewTxn{TTL: 60_000, Coordinator: 2}).(*protocol.NewTxnAnswer)
	require.Equal(t, protocol.NoError, begun.Error)
	require.EqualValues(t, 2, begun.Most)
	gone := protocol.Txn{Least: 77}
	require.Equal(t, protocol.TransactionNotFound, r.ask(&protocol.AddPartitionToTxn{Txn: gone, Partitions: []string{topic}}).(*protocol.AddPartitionToTxnAnswer).Error)
	require.Equal(t, protocol.TransactionNotFound, r.ask(&protocol.EndTxn{Txn: gone}).(*protocol.EndTxnAnswer).Error)

	r.accepted(newSubscribe(1, protocol.Shared))
	ack := &protocol.Ack{ConsumerID: 1, Validation: protocol.NoValidationError, Transactional: true, Txn: begun.Txn, IDs: []protocol.MessageID{{Ledger: 999}}}
	require.Equal(t, protocol.TransactionConflict, r.ask(ack).(*protocol.AckResponse).Error, "an entry that is not there")
	ack.Txn = gone
	require.Equal(t, protocol.TransactionNotFound, r.ask(ack).(*protocol.AckResponse).Error)
	ack.Txn, ack.Ack = begun.Txn, protocol.Cumulative
	require.Equal(t, protocol.NotAllowedError, r.ask(ack).(*protocol.AckResponse).Error)
	require.Equal(t, protocol.NoError, r.ask(&protocol.EndTxn{Txn: begun.Txn}).(*protocol.EndTxnAnswer).Error)
	require.Equal(t, protocol.TransactionNotFound, r.ask(&protocol.EndTxn{Txn: begun.Txn}).(*protocol.EndTxnAnswer).Error, "it has ended")
}
