package embedded_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/protocol"
)

// TestManyTopicsAndConnections opens what a large test of an application has.
func TestManyTopicsAndConnections(t *testing.T) {
	topics, connections := 2000, 500
	if os.Getenv("PULSH_TEST_SCALE") != "" {
		topics, connections = 10_000, 5000
	}
	r := newRig(t, embedded.Config{}, "wire")
	require.NoError(t, r.Create("many", topics))
	began := time.Now()
	var sockets []net.Conn
	t.Cleanup(func() {
		for _, s := range sockets {
			s.Close()
		}
	})
	for i := range connections {
		s, err := net.Dial("tcp", strings.TrimPrefix(r.URL(), "pulsar://"))
		require.NoError(t, err)
		sockets = append(sockets, s)
		frames := protocol.Append(nil, &protocol.Connect{ClientVersion: "many", ProtocolVersion: protocol.Version})
		frames = protocol.Append(frames, &protocol.Subscribe{Topic: protocol.PartitionName("persistent://public/default/many", i%topics), Subscription: fmt.Sprint("s", i), ConsumerID: 1, Epoch: protocol.NoEpoch})
		_, err = s.Write(frames)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return r.Connections() >= connections }, soon, time.Millisecond)
	t.Logf("%d connections with a consumer each in %v", connections, time.Since(began))
	began = time.Now()
	p := r.producer("many", func(s *broker.ProducerSpec) { s.Batch.Messages, s.Pending = 1, 20_000 })
	t.Logf("a producer on %d topics in %v", topics, time.Since(began))
	r.send(p, 2*topics)
	require.NoError(t, p.Close(r.within()))
	a, err := admin.New(r.AdminURL(), admin.Options{})
	require.NoError(t, err)
	defer a.Close()
	began = time.Now()
	stats, err := a.Stats(r.within(), "many")
	require.NoError(t, err)
	t.Logf("statistics in %v", time.Since(began))
	require.EqualValues(t, 2*topics, stats.MessagesIn)
	require.Len(t, stats.Partitions, topics)
}

// TestManySubscriptionsGetEveryMessage has a topic with a thousand subscriptions.
func TestManySubscriptionsGetEveryMessage(t *testing.T) {
	r := newRig(t, embedded.Config{}, "wire")
	const many, each = 1000, 20
	var consumers []broker.Consumer
	for i := range many {
		consumers = append(consumers, r.consumer("t", func(s *broker.ConsumerSpec) {
			s.Subscription, s.Type = fmt.Sprint("s", i), broker.Exclusive
		}))
	}
	p := r.producer("t", nil)
	r.send(p, each)
	for _, c := range consumers {
		require.Len(t, r.receive(c, each), each)
	}
	require.NoError(t, p.Close(r.within()))
	for _, c := range consumers {
		require.NoError(t, c.Close(r.within()))
	}
}
