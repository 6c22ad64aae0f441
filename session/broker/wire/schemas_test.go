package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
)

var orderSchema = &broker.Schema{Kind: broker.SchemaAvro, Data: []byte(`"string"`), Properties: map[string]string{"by": "test"}}

// isOrder asserts that a schema arrived as it was given.
func isOrder(t *testing.T, s *protocol.Schema) {
	t.Helper()
	require.Equal(t, &protocol.Schema{Name: "pulsh", Kind: protocol.SchemaAvro, Data: orderSchema.Data, Properties: []protocol.KeyValue{{Key: "by", Value: "test"}}}, s)
}

// connected reports whether the broker has accepted the producer.
func (s *sender) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connection != nil && s.connection.Alive()
}

// TestEntriesCarryTheVersionOfTheirSchema loses the connection, after which the broker
// tells another version.
func TestEntriesCarryTheVersionOfTheirSchema(t *testing.T) {
	for name, change := range map[string]func(*broker.ProducerSpec){
		"batches":            func(*broker.ProducerSpec) {},
		"alone":              func(s *broker.ProducerSpec) { s.Batch.Messages = 1 },
		"compressed":         func(s *broker.ProducerSpec) { s.Compression = "lz4" },
		"batches by key":     func(s *broker.ProducerSpec) { s.Batch.ByKey = true },
		"beside a long name": func(s *broker.ProducerSpec) { s.Name = fmt.Sprintf("%0200d", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			versions := [][]byte{{0, 0, 0, 0, 0, 0, 0, 3}, {0, 0, 0, 0, 0, 0, 0, 4}}
			var connections int
			r.on(protocol.TypeProducer, func(p *peer, m protocol.Body, _ []byte) bool {
				q := m.(*protocol.Producer)
				p.send(&protocol.ProducerSuccess{Numbered: q.Numbered, Name: q.Name, LastSequence: -1, TopicEpoch: protocol.NoEpoch, SchemaVersion: versions[connections]})
				connections++
				return true
			})
			sent := make(chan protocol.Metadata, 100)
			r.on(protocol.TypeSend, func(_ *peer, _ protocol.Body, rest []byte) bool {
				entry, err := protocol.ParseEntry(append([]byte(nil), rest...))
				require.NoError(t, err)
				require.True(t, entry.Verify())
				var meta protocol.Metadata
				require.NoError(t, meta.Decode(entry.Metadata))
				sent <- meta
				return false
			})
			p := r.producer(func(s *broker.ProducerSpec) {
				s.Schema = orderSchema
				s.Bodies.Extras = &payload.Extras{Content: payload.NewContent([][]byte{[]byte("body")})}
				change(s)
			})
			for i := range versions {
				require.Equal(t, 10, p.Send(r.dues(10)))
				r.answered(p)
				for n := 0; n < 10; {
					meta := <-sent
					require.Equal(t, versions[i], meta.SchemaVersion)
					n += max(int(meta.BatchSize), 1)
				}
				if i == 0 {
					r.closeConnections()
					awaitCommands[*protocol.Producer](r.scriptedBroker, 2)
					require.Eventually(t, (*p.parts.Load())[0].connected, soon, time.Millisecond) // else entries have the version that is known
				}
			}
			for _, q := range commandsOf[*protocol.Producer](r.scriptedBroker) {
				isOrder(t, q.Schema)
			}
			require.NoError(t, p.Close(r.within()))
		})
	}
}

func TestConsumersSubscribeWithTheirSchema(t *testing.T) {
	r := newRig(t, nil)
	version := func(n byte) func(*protocol.Metadata) {
		return func(m *protocol.Metadata) { m.SchemaVersion = []byte{0, 0, 0, 0, 0, 0, 0, n} }
	}
	pushes(r.scriptedBroker, nil, nil, stored(t, version(1), "a", "b"), stored(t, nil, "c"), stored(t, version(2), "d"))
	c := r.consumer(func(s *broker.ConsumerSpec) { s.Schema = orderSchema })
	run := r.receive(c, 4)
	require.Equal(t, []string{"a", "b", "c", "d"}, bodies(run))
	for i, want := range []byte{1, 1, 0, 2} {
		require.Equal(t, "persistent://public/default/t", run[i].Topic)
		if want == 0 {
			require.Empty(t, run[i].Version)
		} else {
			require.Equal(t, []byte{0, 0, 0, 0, 0, 0, 0, want}, run[i].Version)
		}
	}
	r.closeConnections()
	for _, q := range awaitCommands[*protocol.Subscribe](r.scriptedBroker, 2) {
		isOrder(t, q.Schema)
	}
	require.NoError(t, c.Close(r.within()))
}

// TestDeliveriesOfAnotherEngineLeaveNothing receives into a buffer that another engine
// has used, as a group does whose engine changes.
func TestDeliveriesOfAnotherEngineLeaveNothing(t *testing.T) {
	r := newRig(t, nil)
	pushes(r.scriptedBroker, nil, nil, stored(t, nil, "a"))
	c := r.consumer(nil)
	stop := make(chan struct{})
	defer time.AfterFunc(soon, func() { close(stop) }).Stop()
	buf := []broker.Delivery{{Chunked: true, Version: []byte{1}, Topic: "another", Whole: "of another engine"}}
	require.Equal(t, 1, c.Receive(stop, buf))
	require.False(t, buf[0].Chunked)
	require.Empty(t, buf[0].Version)
	require.Equal(t, "persistent://public/default/t", buf[0].Topic)
	require.NoError(t, c.Close(r.within()))
}
