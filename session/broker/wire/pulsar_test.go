package wire

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/client"
	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// soon bounds every wait of these tests; on a busy machine a cold server takes
// seconds for its first topic.
const soon = time.Minute

// engines are what these tests run on: what holds for one holds for the other.
var engines = []string{"wire", "client"}

// bench is a server with an engine for each side, and what producers and
// consumers need.
type bench struct {
	t                  testing.TB
	server             *local.Server
	sending, receiving broker.Broker
	base               time.Time
	topic              string
	shards             *metrics.SendShards
	random             *rand.Rand
}

// open makes an engine by name.
func open(t testing.TB, name, url string, clock broker.Clock) (e broker.Broker) {
	var err error
	if name == "wire" {
		e, err = New(connect.Options{URL: url, Clock: clock})
	} else {
		e, err = client.New(client.Options{URL: url, Clock: clock})
	}
	require.NoError(t, err)
	t.Cleanup(e.Close)
	return e
}

func newBench(t testing.TB, server *local.Server, sending, taking string) *bench {
	b := &bench{t: t, server: server, base: time.Now(), shards: metrics.NewSendShards(time.Now), random: rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))}
	b.topic = fmt.Sprintf("wire-%d", b.random.Uint64())
	b.sending = open(t, sending, server.URL(), b.clock)
	b.receiving = b.sending
	if taking != sending {
		b.receiving = open(t, taking, server.URL(), b.clock)
	}
	return b
}

// onBoth runs a test with each engine on both sides.
func onBoth(t *testing.T, server func(testing.TB) *local.Server, test func(t *testing.T, b *bench)) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) { test(t, newBench(t, server(t), engine, engine)) })
	}
}

func (b *bench) clock() int64 { return int64(time.Since(b.base)) }

func (b *bench) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	b.t.Cleanup(cancel)
	return ctx
}

func (b *bench) admin() *admin.Admin {
	a, err := admin.New(b.server.AdminURL(), admin.Options{})
	require.NoError(b.t, err)
	b.t.Cleanup(a.Close)
	return a
}

func (b *bench) producer(change func(*broker.ProducerSpec)) broker.Producer {
	size, err := payload.FixedSize(100)
	require.NoError(b.t, err)
	spec := broker.ProducerSpec{
		Topic: b.topic, Name: fmt.Sprintf("producer-%d", b.random.Uint64()), ID: payload.ProducerID(b.random.Uint64(), false),
		Compression: "lz4", Batch: broker.Batch{Messages: 100, Bytes: 128 << 10, Delay: 5 * time.Millisecond},
		Pending: 1000, Timeout: 30 * time.Second, Bodies: payload.Spec{Size: size, Kind: payload.SequentialKind},
		Clock: b.clock, Base: b.base, Recorder: b.shards.Attach(),
	}
	if change != nil {
		change(&spec)
	}
	p, err := b.sending.OpenProducer(b.within(), spec)
	require.NoError(b.t, err)
	return p
}

func (b *bench) consumer(change func(*broker.ConsumerSpec)) broker.Consumer {
	spec := b.spec()
	if change != nil {
		change(&spec)
	}
	c, err := b.receiving.Subscribe(b.within(), spec)
	require.NoError(b.t, err)
	return c
}

func (b *bench) spec() broker.ConsumerSpec {
	return broker.ConsumerSpec{
		Topics: []string{b.topic}, Subscription: "s", Type: broker.Shared, Name: fmt.Sprintf("c%d", b.random.Uint64()),
		Queue: 1000, Position: broker.Earliest, Grouping: broker.StandardGrouping(), NackDelay: 100 * time.Millisecond,
	}
}

// dues are n due times of this moment.
func (b *bench) dues(n int) []int64 {
	due := make([]int64, n)
	for i := range due {
		due[i] = b.clock()
	}
	return due
}

// receive takes n messages at least, without acknowledging them. The slices that
// it returns are its own.
func (b *bench) receive(c broker.Consumer, n int) (got []broker.Delivery) {
	stop := make(chan struct{})
	deadline := time.AfterFunc(soon, func() { close(stop) })
	defer deadline.Stop()
	for len(got) < n {
		var buf [64]broker.Delivery
		taken := c.Receive(stop, buf[:min(n-len(got), len(buf))])
		require.NotZero(b.t, taken, "received %d of %d", len(got), n)
		got = append(got, buf[:taken]...)
	}
	return got
}

// nothing waits a moment in which nothing may come.
func (b *bench) nothing(c broker.Consumer, d time.Duration) {
	stop := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(stop) })
	defer timer.Stop()
	var buf [64]broker.Delivery
	if n := c.Receive(stop, buf[:]); n > 0 {
		stamp, _ := payload.ReadStamp(buf[0].Body)
		require.Zero(b.t, n, "%d again, delivered %d times before", stamp.Sequence, buf[0].Redelivery)
	}
}

// collect receives and acknowledges until every message has come, and checks the
// bytes of each.
func (b *bench) collect(c broker.Consumer, want int) delivery.Totals {
	audit := delivery.NewAudit(delivery.DefaultWindow)
	reader := audit.Reader()
	for int(audit.Totals().Unique()) < want {
		run := b.receive(c, 1)
		for _, d := range run {
			stamp, ok := payload.ReadStamp(d.Body)
			require.True(b.t, ok)
			for i, one := range d.Body[payload.StampSize:] {
				if one != byte(i+payload.StampSize) {
					require.Equal(b.t, byte(i+payload.StampSize), one, "byte %d of %d", i, len(d.Body))
				}
			}
			reader.Take(&delivery.Arrival{Stamp: stamp, Entry: d.Entry, Redelivery: d.Redelivery, Partition: d.Partition})
		}
		failed, err := c.Ack(run)
		require.NoError(b.t, err)
		require.Zero(b.t, failed)
	}
	return audit.Totals()
}

func sequences(run []broker.Delivery) (all []uint64) {
	for _, d := range run {
		stamp, _ := payload.ReadStamp(d.Body)
		all = append(all, stamp.Sequence)
	}
	return all
}

func (b *bench) counts() metrics.SendCounts {
	b.shards.Collect()
	return b.shards.Counts()
}

func TestEveryMessageArrivesOnceAndInOrder(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		consumer := b.consumer(func(s *broker.ConsumerSpec) { s.Type = broker.Exclusive })
		producers := []broker.Producer{b.producer(nil), b.producer(nil)}
		const runs, workers = 40, 8
		var all sync.WaitGroup
		for w := range workers {
			all.Go(func() {
				for range runs {
					producers[w%2].Send(b.dues(64))
				}
			})
		}
		all.Wait()
		const want = runs * workers * 64
		books := b.collect(consumer, want)
		for _, p := range producers {
			require.NoError(t, p.Close(b.within()))
			require.Zero(t, p.InFlight())
			require.EqualValues(t, want/2, p.Answered())
		}
		require.EqualValues(t, want, books.Received)
		require.Zero(t, books.Missing())
		require.Zero(t, books.Duplicated)
		require.Zero(t, books.OutOfOrder, "workers that share a producer keep its order")
		counts := b.counts()
		require.EqualValues(t, want, counts.Sent)
		require.EqualValues(t, want, counts.Acked)
		require.EqualValues(t, want*100, counts.Bytes)
		require.EqualValues(t, want, b.shards.Latency.Total().Count)
		require.EqualValues(t, want, b.shards.Service.Total().Count)
		require.EqualValues(t, want, b.shards.Lag.Total().Count)
		require.NoError(t, consumer.Close(b.within()))
		stats, err := b.admin().Stats(b.within(), b.topic)
		require.NoError(t, err)
		require.EqualValues(t, want, stats.MessagesIn, "the broker counts the same")
	})
}

// TestEachEngineReadsTheOther sends with one engine and receives with the other,
// whatever the form of the messages.
func TestEachEngineReadsTheOther(t *testing.T) {
	server := localtest.Start(t)
	for _, way := range [][2]string{{"wire", "client"}, {"client", "wire"}, {"wire", "wire"}} {
		t.Run(way[0]+" to "+way[1], func(t *testing.T) {
			b := newBench(t, server, way[0], way[1])
			a := b.admin()
			for i, compression := range broker.Compressions() {
				for form := range 8 {
					batched, keyed, partitioned := form&1 > 0, form&2 > 0, form&4 > 0
					name := fmt.Sprintf("%s batched=%v keyed=%v partitioned=%v", compression, batched, keyed, partitioned)
					t.Run(name, func(t *testing.T) {
						c := *b
						c.t = t
						c.topic = fmt.Sprintf("%s-%d-%d", b.topic, i, form)
						if partitioned {
							require.NoError(t, a.CreateTopic(c.within(), c.topic, 3))
						}
						crossRead(&c, compression, batched, keyed)
					})
				}
			}
		})
	}
}

func crossRead(b *bench, compression broker.Compression, batched, keyed bool) {
	const want = 500
	consumer := b.consumer(nil)
	p := b.producer(func(s *broker.ProducerSpec) {
		s.Compression = compression
		if !batched {
			s.Batch.Messages = 1
		}
		if keyed {
			keys, err := payload.ParseKeys("10")
			require.NoError(b.t, err)
			s.Keys = payload.NewKeyTable(keys)
		}
		s.Bodies.Size, _ = payload.ParseSize("40..3000")
	})
	require.Equal(b.t, want, p.Send(b.dues(want)))
	books := b.collect(consumer, want)
	require.EqualValues(b.t, want, books.Received)
	require.Zero(b.t, books.Duplicated)
	require.NoError(b.t, p.Close(b.within()))
	require.NoError(b.t, consumer.Close(b.within()))
}
