package embedded_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/client"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/broker/wire"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// TestMain looks for goroutines that outlive the tests; some of the official client
// do.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == local.SuperviseWord { // the supervisor of a real Pulsar
		os.Exit(localtest.Main(m))
	}
	var ignored []goleak.Option
	for _, name := range []string{
		"newAckGroupingTracker.func1", "(*partitionConsumer).dispatcher", "(*partitionConsumer).runEventsLoop",
		"(*chunkedMsgCtxMap).discardChunkIfExpire", "(*partitionProducer).failTimeoutMessages",
	} {
		ignored = append(ignored, goleak.IgnoreAnyFunction("github.com/apache/pulsar-client-go/pulsar."+name))
	}
	goleak.VerifyTestMain(m, ignored...)
}

// soon bounds every wait.
const soon = 20 * time.Second

// rig is a broker with an engine that is connected to it.
type rig struct {
	*embedded.Broker
	t      testing.TB
	engine broker.Broker
	base   time.Time
	shards *metrics.SendShards
	names  atomic.Int64
}

func newRig(t testing.TB, c embedded.Config, engine string) *rig {
	b, err := embedded.Start(c)
	require.NoError(t, err)
	t.Cleanup(b.Close)
	r := &rig{Broker: b, t: t, base: time.Now(), shards: metrics.NewSendShards(time.Now)}
	r.engine = r.open(engine, b.URL())
	return r
}

// open connects another engine.
func (r *rig) open(engine, url string) (e broker.Broker) {
	var err error
	if engine == "wire" {
		e, err = wire.New(connect.Options{URL: url, Clock: r.clock})
	} else {
		e, err = client.New(client.Options{URL: url, Clock: r.clock})
	}
	require.NoError(r.t, err)
	r.t.Cleanup(e.Close)
	return e
}

func (r *rig) clock() int64 { return int64(time.Since(r.base)) }

func (r *rig) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) admin() *admin.Admin {
	a, err := admin.New(r.AdminURL(), admin.Options{})
	require.NoError(r.t, err)
	r.t.Cleanup(a.Close)
	return a
}

func (r *rig) producer(topic string, change func(*broker.ProducerSpec)) broker.Producer {
	size, err := payload.FixedSize(100)
	require.NoError(r.t, err)
	spec := broker.ProducerSpec{
		Topic: topic, Name: fmt.Sprintf("p%d", r.names.Add(1)), ID: payload.ProducerID(uint64(r.names.Add(1)), false),
		Compression: "lz4", Batch: broker.Batch{Messages: 10, Bytes: 128 << 10, Delay: 5 * time.Millisecond},
		Pending: 1000, Timeout: soon, Bodies: payload.Spec{Size: size}, Clock: r.clock, Base: r.base, Recorder: r.shards.Attach(),
	}
	if change != nil {
		change(&spec)
	}
	p, err := r.engine.OpenProducer(r.within(), spec)
	require.NoError(r.t, err)
	return p
}

func (r *rig) consumer(topic string, change func(*broker.ConsumerSpec)) broker.Consumer {
	spec := broker.ConsumerSpec{
		Topics: []string{topic}, Subscription: "s", Type: broker.Shared, Name: fmt.Sprintf("c%d", r.names.Add(1)),
		Queue: 1000, Position: broker.Earliest, Grouping: broker.StandardGrouping(), NackDelay: 100 * time.Millisecond,
	}
	if change != nil {
		change(&spec)
	}
	c, err := r.engine.Subscribe(r.within(), spec)
	require.NoError(r.t, err)
	return c
}

// send sends n messages.
func (r *rig) send(p broker.Producer, n int) {
	dues := make([]int64, n)
	for i := range dues {
		dues[i] = r.clock()
	}
	require.Equal(r.t, n, p.Send(dues))
}

// receive takes n messages without acknowledging them.
func (r *rig) receive(c broker.Consumer, n int) (got []broker.Delivery) {
	r.t.Helper()
	stop := make(chan struct{})
	deadline := time.AfterFunc(soon, func() { close(stop) })
	defer deadline.Stop()
	for len(got) < n {
		var buf [64]broker.Delivery
		taken := c.Receive(stop, buf[:min(n-len(got), len(buf))])
		require.NotZero(r.t, taken, "received %d of %d", len(got), n)
		got = append(got, buf[:taken]...)
	}
	return got
}
