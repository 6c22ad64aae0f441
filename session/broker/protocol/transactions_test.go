package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCommandsOfTransactionsAreThoseOfPulsar compares with what the protocol buffers of the
// Go client make of the same values.
func TestCommandsOfTransactionsAreThoseOfPulsar(t *testing.T) {
	seven, id := Numbered{7}, Txn{Least: 300, Most: 3}
	for _, c := range []struct {
		body Body
		want string
	}{
		{&TCClientConnect{seven, 3}, "0000000d00000009083ef2030408071003"},
		{&NewTxn{seven, 10_000, 3}, "000000100000000c0832920307080710904e1803"},
		{&NewTxnAnswer{TxnAnswer{Numbered: seven, Txn: Txn{Most: 3}, Error: NoError}}, "0000000f0000000b08339a0306080710001803"},
		{&AddPartitionToTxn{seven, id, []string{"a", "b"}}, "00000016000000120834a2030d080710ac021803220161220162"},
		{&AddSubscriptionToTxn{seven, id, []TxnSubscription{{"a", "s"}}}, "00000018000000140836b2030f080710ac02180322060a0161120173"},
		{&EndTxn{seven, id, true}, "000000120000000e0838c20309080710ac0218032001"},
		{&EndTxn{Numbered: seven}, "000000110000000d0838c203080807100018002000"},
		{&EndTxnAnswer{TxnAnswer{seven, id, TransactionNotFound, "gone"}}, "00000018000000140839ca030f080710ac02180320182a04676f6e65"},
		{&Ack{ConsumerID: 1, Validation: NoValidationError, Txn: id, Transactional: true, Asks: true, RequestID: 7,
			IDs: []MessageID{{Ledger: 5, Entry: 6, Partition: -1, BatchIndex: -1, BatchSize: 10}}}, "0000001b00000017080a5213080110001a0608051006300a30ac0238034007"},
		{&Send{ProducerID: 1, Sequence: 20, Messages: 3, HighestSequence: 22, Txn: id, Transactional: true}, "00000015000000110806320d08011014180320ac0228033016"},
	} {
		frame := Append(nil, c.body)
		require.Equal(t, unhex(t, c.want), frame, "%v", c.body.Type())
		f, _, err := NextFrame(frame, MaxMessageSize)
		require.NoError(t, err)
		got := New(f.Type)
		require.NoError(t, Decode(f.Body, got))
		require.Equal(t, frame, Append(nil, got), "%v", c.body.Type())
	}
	meta := Metadata{ProducerName: []byte("p"), Sequence: 20, PublishTime: 9, Batch: true, BatchSize: 3, Txn: id, Transactional: true, HighestSequence: 22}
	want := unhex(t, "0a0170101418095803b001ac02b80103c00116")
	require.Equal(t, want, meta.Append(nil))
	var got Metadata
	require.NoError(t, got.Decode(want))
	require.True(t, got.Transactional)
	require.Equal(t, id, got.Txn)
}
