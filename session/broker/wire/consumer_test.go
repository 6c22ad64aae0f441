package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
)

// stored makes an entry as a broker stores it: a batch of bodies, or one message
// if there is one body.
func stored(t *testing.T, change func(*protocol.Metadata), bodies ...string) []byte {
	var b protocol.Builder
	b.Begin(nil, 0)
	meta := &protocol.Metadata{ProducerName: []byte("p"), PublishTime: 5000}
	for _, body := range bodies {
		if len(bodies) == 1 {
			copy(b.ClaimAlone(len(body)), body)
		} else {
			copy(b.ClaimPlain("key-"+body, len(body)), body)
			meta.Batch, meta.BatchSize = true, int32(len(bodies))
		}
	}
	if change != nil {
		change(meta)
	}
	frame, _ := b.Finish(&protocol.Send{}, meta)
	f, _, err := protocol.NextFrame(frame, protocol.MaxMessageSize)
	require.NoError(t, err)
	return append([]byte(nil), f.Rest...)
}

// pushes makes a scripted broker send entries, numbered from 0, once a consumer permits
// it for the first time.
func pushes(s *scriptedBroker, more *protocol.BrokerEntry, change func(*protocol.Message), entries ...[]byte) {
	sent := false
	s.on(protocol.TypeFlow, func(p *peer, m protocol.Body, _ []byte) bool {
		if sent {
			return true
		}
		sent = true
		for i, e := range entries {
			message := &protocol.Message{ConsumerID: m.(*protocol.Flow).ConsumerID, Epoch: protocol.NoEpoch,
				ID: protocol.MessageID{Ledger: 7, Entry: uint64(i), Partition: -1, BatchIndex: -1}}
			if change != nil {
				change(message)
			}
			p.mu.Lock()
			p.c.Send(protocol.AppendMessage(nil, message, more, e))
			p.mu.Unlock()
		}
		return true
	})
}

func (r *rig) consumer(change func(*broker.ConsumerSpec)) broker.Consumer {
	spec := broker.ConsumerSpec{Topics: []string{"t"}, Subscription: "s", Type: broker.Shared, Name: "c", Queue: 10}
	if change != nil {
		change(&spec)
	}
	c, err := r.engine.Subscribe(r.within(), spec)
	require.NoError(r.t, err)
	return c
}

func (r *rig) receive(c broker.Consumer, n int) []broker.Delivery {
	b := &bench{t: r.t}
	return b.receive(c, n)
}

func bodies(run []broker.Delivery) (all []string) {
	for _, d := range run {
		all = append(all, string(d.Body))
	}
	return all
}

func TestEveryFormOfMessageIsRead(t *testing.T) {
	r := newRig(t, nil)
	body := make([]byte, payload.StampSize)
	payload.PutStamp(body, payload.Stamp{Producer: 1})
	stamp := string(body)
	chunk := func(i int32) func(*protocol.Metadata) {
		return func(m *protocol.Metadata) {
			m.Chunks, m.ChunkedSize, m.Chunk, m.Compression, m.UncompressedSize = 2, 100, i, protocol.LZ4, 100
		}
	}
	pushes(r.scriptedBroker, &protocol.BrokerEntry{Timestamp: 9, Index: 5, Indexed: true}, nil,
		stored(t, func(m *protocol.Metadata) {
			m.KeySet, m.PartitionKey = true, []byte("k")
			m.Properties = []protocol.Property{{Key: []byte(propertyRetries), Value: []byte("3")}}
		}, "one"),
		stored(t, nil, "two", "three"),
		stored(t, func(m *protocol.Metadata) { m.Marker, m.IsMarker = 21, true }, "a marker"),
		stored(t, func(m *protocol.Metadata) {
			m.EncryptionKeys, m.Compression, m.Batch, m.BatchSize = []protocol.EncryptionKey{{Name: []byte("n"), Value: []byte("v")}}, protocol.LZ4, true, 25
		}, "a secret"),
		stored(t, chunk(0), stamp),
		stored(t, chunk(1), "rest"),
		stored(t, nil, "last"),
	)
	c := r.consumer(nil)
	run := r.receive(c, 31)
	want := append([]string{"one", "two", "three", "a secret"}, make([]string, 24)...)
	require.Equal(t, append(want, stamp, "rest", "last"), bodies(run))
	for i, d := range run {
		switch {
		case i >= 3 && i < 28:
			require.Equal(t, broker.EncryptedMessage, d.Unreadable)
		case i >= 28 && i < 30:
			require.Equal(t, broker.ChunkOfMessage, d.Unreadable)
			_, ok := d.ReadStamp()
			require.False(t, ok)
		default:
			require.Equal(t, broker.Readable, d.Unreadable)
		}
	}
	require.Equal(t, "k", run[0].Key)
	require.EqualValues(t, 3, run[0].Retries)
	require.Equal(t, int64(5*time.Second), run[0].Published)
	require.Equal(t, "key-two", run[1].Key)
	require.EqualValues(t, 1, run[2].Index)
	require.Equal(t, run[1].Entry, run[2].Entry)
	require.NotEqual(t, run[0].Entry, run[1].Entry)
	failed, err := c.Ack(run)
	require.NoError(t, err)
	require.Zero(t, failed)
	require.NoError(t, c.Close(r.within()))
	acked := map[uint64]bool{}
	for _, m := range commandsOf[*protocol.Ack](r.scriptedBroker) {
		for _, id := range m.IDs {
			acked[id.Entry] = true
		}
	}
	require.Len(t, acked, 7, "the marker as well")
	require.Eventually(t, func() bool { // the broker counts all messages of an encrypted batch
		permits := 0
		for _, m := range commandsOf[*protocol.Flow](r.scriptedBroker) {
			permits += int(m.Permits)
		}
		return permits >= 10+25
	}, soon, time.Millisecond)
}

func TestWhatCannotBeReadIsRefusedAndNotFatal(t *testing.T) {
	r := newRig(t, nil)
	spoilt := stored(t, nil, "spoilt")
	spoilt[len(spoilt)-1]++
	pushes(r.scriptedBroker, nil, nil,
		spoilt,
		stored(t, func(m *protocol.Metadata) { m.Compression, m.UncompressedSize = protocol.ZSTD, 10 }, "this is no zstd"),
		stored(t, func(m *protocol.Metadata) { m.Compression, m.UncompressedSize = protocol.LZ4, 1<<32-1 }, "a bomb"),
		stored(t, func(m *protocol.Metadata) { m.Batch, m.BatchSize = true, 1<<31-1 }, "a batch of two thousand millions"),
		stored(t, func(m *protocol.Metadata) { m.Batch, m.BatchSize = true, 2 }, "this is no batch"),
		[]byte("\x0e\x01"),
		stored(t, nil, "good"),
	)
	c := r.consumer(func(s *broker.ConsumerSpec) { s.Queue = 100 })
	require.Equal(t, []string{"good"}, bodies(r.receive(c, 1)))
	var why []int32
	require.Eventually(t, func() bool {
		why = nil
		for _, m := range commandsOf[*protocol.Ack](r.scriptedBroker) {
			why = append(why, m.Validation)
		}
		return len(why) == 6
	}, soon, time.Millisecond)
	require.ElementsMatch(t, []int32{
		protocol.ChecksumMismatch, protocol.DecompressionError, protocol.DecompressionError,
		protocol.BatchDeSerializeError, protocol.BatchDeSerializeError, protocol.ChecksumMismatch,
	}, why)
	require.NoError(t, c.Close(r.within()))
}

func TestOnlyWhatTheBrokerWantsDeliveredIs(t *testing.T) {
	r := newRig(t, nil)
	pushes(r.scriptedBroker, nil, func(m *protocol.Message) { m.AckSet, m.RedeliveryCount = []uint64{0b101}, 4 }, stored(t, nil, "a", "b", "c", "d"))
	c := r.consumer(func(s *broker.ConsumerSpec) { s.BatchIndex, s.Queue = true, 4 })
	run := r.receive(c, 2)
	require.Equal(t, []string{"a", "c"}, bodies(run))
	require.EqualValues(t, 4, run[0].Redelivery)
	_, err := c.Ack(run[:1])
	require.NoError(t, err)
	first := awaitCommands[*protocol.Ack](r.scriptedBroker, 1)[0]
	require.Equal(t, []uint64{0b100}, first.IDs[0].AckSet)
	_, err = c.Ack(run[1:])
	require.NoError(t, err)
	require.Empty(t, awaitCommands[*protocol.Ack](r.scriptedBroker, 2)[1].IDs[0].AckSet, "the entry as a whole")
	require.EqualValues(t, 2, awaitCommands[*protocol.Flow](r.scriptedBroker, 2)[1].Permits, "the broker has counted two")
	require.NoError(t, c.Close(r.within()))
}

func TestPermitsAreGivenOnceAndForWhatWasTaken(t *testing.T) {
	r := newRig(t, nil)
	entries := make([][]byte, 10)
	for i := range entries {
		entries[i] = stored(t, nil, "x")
	}
	pushes(r.scriptedBroker, nil, nil, entries...)
	c := r.consumer(nil)
	require.EqualValues(t, 10, awaitCommands[*protocol.Flow](r.scriptedBroker, 1)[0].Permits, "the queue")
	require.Eventually(t, func() bool { return c.Waiting() == 10 }, soon, time.Millisecond)
	r.receive(c, 4)
	require.Equal(t, 6, c.Waiting())
	require.Len(t, commandsOf[*protocol.Flow](r.scriptedBroker), 1)
	r.receive(c, 1)
	require.EqualValues(t, 5, awaitCommands[*protocol.Flow](r.scriptedBroker, 2)[1].Permits, "half of it is back")
	r.closeConnections()
	flows := awaitCommands[*protocol.Flow](r.scriptedBroker, 3)
	require.EqualValues(t, 10, flows[2].Permits, "anew, and once")
	require.Eventually(t, func() bool { return c.Waiting() == 0 }, soon, time.Millisecond, "what was not taken comes again")
	require.NoError(t, c.Close(r.within()))
	require.Len(t, commandsOf[*protocol.Flow](r.scriptedBroker), 3)
	require.Len(t, commandsOf[*protocol.Subscribe](r.scriptedBroker), 2)
}

func TestAClosedConsumerSubscribesAnewAndDropsWhatItHeld(t *testing.T) {
	r, other := newRig(t, nil), newScriptedBroker(t)
	pushes(r.scriptedBroker, nil, nil, stored(t, nil, "old"))
	c := r.consumer(nil)
	require.Eventually(t, func() bool { return c.Waiting() == 1 }, soon, time.Millisecond)
	pushes(other, nil, nil, stored(t, nil, "new"))
	r.scriptedBroker.mu.Lock()
	at := r.peers[0]
	r.scriptedBroker.mu.Unlock()
	id := commandsOf[*protocol.Subscribe](r.scriptedBroker)[0].ConsumerID
	at.send(&protocol.CloseConsumer{ConsumerID: id, Numbered: protocol.Numbered{RequestID: 1<<64 - 1}, URL: other.url()})
	awaitCommands[*protocol.Flow](other, 1)
	require.Equal(t, []string{"new"}, bodies(r.receive(c, 1)))
	require.Empty(t, commandsOf[*protocol.Lookup](other), "the broker said where to go")
	require.NoError(t, c.Close(r.within()))
}

func TestAConsumerThatCannotComeBackSaysWhy(t *testing.T) {
	r := newRig(t, nil)
	c := r.consumer(nil)
	r.on(protocol.TypeSubscribe, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.Error{Numbered: m.(*protocol.Subscribe).Numbered, Error: protocol.TopicNotFound, Message: "gone"})
		return true
	})
	r.closeConnections()
	ended, why := c.Ended()
	<-ended
	require.EqualError(t, why(), "there is no topic t")
	require.Equal(t, broker.Gone, broker.Classify(why()))
	require.Zero(t, c.Receive(nil, make([]broker.Delivery, 1)))
	require.NoError(t, c.Close(r.within()))
}

func TestAnswersToAcknowledgementsAreCounted(t *testing.T) {
	r := newRig(t, nil)
	pushes(r.scriptedBroker, nil, nil, stored(t, nil, "a"), stored(t, nil, "b"), stored(t, nil, "c"))
	c := r.consumer(func(s *broker.ConsumerSpec) { s.Respond = true })
	run := r.receive(c, 3)
	failed, err := c.Ack(run[:1])
	require.NoError(t, err)
	require.Zero(t, failed)
	r.on(protocol.TypeAck, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.AckResponse{Numbered: protocol.Numbered{RequestID: m.(*protocol.Ack).RequestID}, Error: protocol.NotAllowedError, Message: "no"})
		return true
	})
	failed, err = c.Ack(run[1:])
	require.Equal(t, 2, failed)
	require.EqualError(t, err, "the broker does not allow this on topic t: no")
	require.NoError(t, c.Close(r.within()))
}

func TestAcknowledgementsTravelInGroups(t *testing.T) {
	r := newRig(t, nil)
	entries := make([][]byte, 10)
	for i := range entries {
		entries[i] = stored(t, nil, "x")
	}
	pushes(r.scriptedBroker, nil, nil, entries...)
	c := r.consumer(func(s *broker.ConsumerSpec) { s.Grouping = broker.Grouping{Messages: 4, Delay: 50 * time.Millisecond} })
	run := r.receive(c, 10)
	_, err := c.Ack(run[:9])
	require.NoError(t, err)
	acks := awaitCommands[*protocol.Ack](r.scriptedBroker, 3)
	require.Len(t, acks[0].IDs, 4)
	require.Len(t, acks[1].IDs, 4)
	require.Len(t, acks[2].IDs, 1, "the delay is over")
	_, err = c.Ack(run[9:])
	require.NoError(t, err)
	require.NoError(t, c.Close(r.within()))
	require.Len(t, commandsOf[*protocol.Ack](r.scriptedBroker), 4, "a close leaves none behind")
	c.Nack(run) // and takes no harm
}
