package session_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/consume"
	"pulsh/session/dial"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// parallel is the number of tests that run beside each other unless -parallel is given.
// Tests on a real Pulsar wait for it most of the time, whatever the number of cores.
const parallel = 3

func TestMain(m *testing.M) {
	// Before flags are parsed: a flag on the command line has precedence.
	if err := flag.Set("test.parallel", strconv.Itoa(parallel)); err != nil {
		panic(err)
	}
	os.Exit(localtest.Main(m))
}

// soon bounds every wait on the real server, which on a busy machine takes
// seconds for its first topic.
const soon = time.Minute

// load is a session on a real Pulsar with a topic of its own.
type load struct {
	*session.Session
	t     *testing.T
	admin *admin.Admin
	topic string
}

// newLoad connects a session to the shared server. The test runs beside others:
// it waits for the server most of the time.
func newLoad(t *testing.T) *load {
	t.Parallel()
	return connect(t)
}

// connect connects a session to the shared server.
func connect(t *testing.T) *load {
	server := localtest.Start(t)
	l := &load{Session: session.New(dial.Cluster), t: t, topic: fmt.Sprintf("session-%d", time.Now().UnixNano())}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		l.Close(ctx)
	})
	require.NoError(t, l.Connect(l.soon(), broker.Target{URL: server.URL(), AdminURL: server.AdminURL()}))
	l.admin = l.Admin().(*admin.Admin)
	return l
}

// onEachEngine runs a test with the Go client and with the wire engine, so that
// both are held to the same behaviour. It runs beside others that do.
func onEachEngine(t *testing.T, test func(t *testing.T, l *load)) {
	t.Parallel()
	aloneOnEachEngine(t, test)
}

// aloneOnEachEngine is onEachEngine for a test that depends on the batches that the load
// makes: on a machine that is too busy they vary too much. It runs beside no other.
func aloneOnEachEngine(t *testing.T, test func(t *testing.T, l *load)) {
	for _, engine := range bothEngines {
		t.Run(string(engine), func(t *testing.T) {
			l := newLoad(t)
			preferences := l.Preferences()
			preferences.Engine = engine
			require.NoError(t, l.SetPreferences(preferences))
			test(t, l)
		})
	}
}

func (l *load) soon() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	l.t.Cleanup(cancel)
	return ctx
}

func (l *load) consumerGroup(name string) *consume.Group {
	g, err := l.ConsumerGroup(name)
	require.NoError(l.t, err)
	return g
}

func (l *load) produce(change func(*spec.Producer)) {
	spec := spec.DefaultProducer("fast")
	spec.Topic, spec.Rate = l.topic, pacing.Hold(2000)
	if change != nil {
		change(&spec)
	}
	require.NoError(l.t, l.AddProducer("fast", spec))
	require.NoError(l.t, l.Start(l.soon(), "fast"))
}

func (l *load) consume(change func(*spec.Consumer)) {
	spec := spec.DefaultConsumer("sub1")
	spec.Topic, spec.From = l.topic, broker.Earliest
	if change != nil {
		change(&spec)
	}
	require.NoError(l.t, l.AddConsumer("sub1", spec))
	require.NoError(l.t, l.Start(l.soon(), "sub1"))
}

func (l *load) fast() *snapshot.Producer {
	return l.group("fast").Producer
}

func (l *load) sub1() *snapshot.Consumer {
	return l.group("sub1").Consumer
}

// group waits for the sample that knows the group.
func (l *load) group(name string) (g snapshot.Group) {
	l.until(name, func() (ok bool) { g, ok = l.Snapshot().Group(name); return ok })
	return g
}

func (l *load) until(what string, holds func() bool) {
	l.t.Helper()
	require.Eventually(l.t, holds, soon, 20*time.Millisecond, "%s", what)
}

func (l *load) acked(n int64) {
	l.t.Helper()
	from := l.fast().Acked
	l.until("acked", func() bool { return l.fast().Acked >= from+n })
}

// settle stops the producers and waits until all that was acked has arrived.
func (l *load) settle() {
	l.t.Helper()
	require.NoError(l.t, l.Stop(l.soon(), "fast"))
	l.until("the last sample", func() bool { p := l.fast(); return p.Sent == p.Acked && p.InFlight == 0 })
	l.until("all received", func() bool { return int64(l.sub1().Delivery.Unique()) >= l.fast().Acked })
}

// clean asserts that every acked message was received, and once.
func (l *load) clean() {
	l.t.Helper()
	l.settle()
	books := l.sub1().Delivery
	require.EqualValues(l.t, l.fast().Acked, books.Unique())
	require.Zero(l.t, books.Missing())
	require.Zero(l.t, books.Duplicated)
	require.Zero(l.t, books.OutsideWindow)
	require.Zero(l.t, l.fast().Failed)
}

func TestLoadIsAccountedForToTheMessage(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		l.produce(nil)
		l.acked(4000)
		l.clean()
		require.Positive(t, l.fast().MessagesPerBatch)
		require.Equal(t, l.fast().Due, l.fast().Sent+l.fast().Missed, "a paused schedule has handed out all that was due")
	})
}

func TestALiveRebuildLosesAndDoublesNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(s *spec.Consumer) { s.Type = broker.Exclusive })
		l.produce(func(s *spec.Producer) { s.Workers = 8 })
		for i, change := range []func(*spec.Producer){
			func(s *spec.Producer) { s.Batch, s.Delay = 10, time.Millisecond },
			func(s *spec.Producer) { s.Compression = "zstd" },
			func(s *spec.Producer) { s.Batch, s.Pending = 1, 100 },
			func(s *spec.Producer) { s.Producers = 2 },
		} {
			l.acked(1000)
			spec, _ := l.Producer("fast")
			change(&spec)
			rebuilt, err := l.SetProducer(l.soon(), "fast", spec)
			require.NoError(t, err)
			require.True(t, rebuilt.Done)
			require.Less(t, rebuilt.Gap, time.Second)
			l.until("the next generation", func() bool { return l.fast().Generation == i+2 })
		}
		l.acked(1000)
		l.clean()
		require.Zero(t, l.sub1().Delivery.OutOfOrder)
	})
}

func TestScalingToAThousandAndBack(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(func(s *spec.Producer) { s.Workers = 1 })
		l.acked(1000)
		before := runtime.NumGoroutine()
		require.NoError(t, l.Scale(l.soon(), "fast", 1000))
		require.Greater(t, runtime.NumGoroutine(), before+900)
		l.until("a thousand workers", func() bool { return len(l.fast().PerWorker) == 1000 })
		l.acked(4000)
		require.NoError(t, l.Scale(l.soon(), "fast", 1))
		l.acked(1000)
		l.until("as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before+2 })
		require.NoError(t, l.Stop(l.soon(), "fast"))
		l.until("all sent", func() bool { return l.fast().Sent == l.fast().Acked })
		require.Equal(t, l.fast().Due, l.fast().Sent+l.fast().Missed)
	})
}

func TestConsumersScaleUnderLoad(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		l.produce(nil)
		for _, workers := range []int{8, 2, 5} {
			l.acked(1000)
			require.NoError(t, l.Scale(l.soon(), "sub1", workers))
			l.until("the consumers", func() bool { return l.sub1().Consumers == workers })
		}
		l.settle()
		require.Zero(t, l.sub1().Delivery.Missing())
		require.Zero(t, l.sub1().Delivery.Duplicated)
	})
}

func TestPauseStopsBothSides(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		l.produce(nil)
		l.acked(1000)
		require.NoError(t, l.Pause("fast"))
		require.NoError(t, l.Pause("sub1"))
		l.until("nothing in flight, and no more rate", func() bool { return l.fast().InFlight == 0 && l.fast().Rate == 0 && l.sub1().Rate == 0 })
		sent, received := l.fast().Sent, l.sub1().Received
		time.Sleep(time.Second)
		require.Equal(t, sent, l.fast().Sent)
		require.Equal(t, received, l.sub1().Received)
		require.NoError(t, l.Resume("fast"))
		require.NoError(t, l.Resume("sub1"))
		l.acked(1000)
		l.clean()
	})
}

func TestSeekUnderLoad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		partitions int
		kind       broker.SubscriptionType
		workers    int
	}{
		{"shared", 0, broker.Shared, 4},
		{"exclusive", 0, broker.Exclusive, 3},
		{"partitioned", 4, broker.Shared, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.produce(func(s *spec.Producer) { s.Partitions = test.partitions })
				l.consume(func(s *spec.Consumer) { s.Type, s.Workers = test.kind, test.workers })
				l.acked(2000)
				received := l.sub1().Received
				require.NoError(t, l.consumerGroup("sub1").SeekTime(l.soon(), time.Now().Add(-time.Hour)))
				l.until("a new epoch", func() bool { return l.sub1().Period == 2 })
				l.acked(1000)
				require.NoError(t, l.Stop(l.soon(), "fast"))
				l.until("everything once more", func() bool { return l.sub1().Received >= received+l.fast().Acked })
				books := l.sub1().Delivery
				require.Zero(t, books.Lost)
				require.Zero(t, books.Duplicated, "what comes again after a seek is no duplicate")
			})
		})
	}
}

func TestManySeeks(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(nil)
		l.consume(func(s *spec.Consumer) { s.Workers = 2 })
		for range 20 {
			received := l.sub1().Received
			require.NoError(t, l.consumerGroup("sub1").SeekTime(l.soon(), time.Now().Add(-time.Second)))
			l.until("it receives again", func() bool { return l.sub1().Received > received })
		}
		require.Zero(t, l.sub1().Delivery.Duplicated)
	})
}

func TestABrokersThrottleIsNamed(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		namespace := fmt.Sprintf("public/throttled-%d", time.Now().UnixNano())
		put := func(method, path, body string) {
			request, err := http.NewRequestWithContext(l.soon(), method, l.admin.URL()+"/admin/v2/namespaces/"+namespace+path, strings.NewReader(body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Less(t, answer.StatusCode, 300)
		}
		put(http.MethodPut, "", "")
		put(http.MethodPost, "/publishRate", `{"publishThrottlingRateInMsg":100,"publishThrottlingRateInByte":-1}`)
		l.topic = namespace + "/slow"
		l.produce(func(p *spec.Producer) { p.Pending = 200 }) // or the stop waits for 10,000 receipts
		l.until("the throttle is named", func() bool {
			return l.fast().Limit == "broker throttle: the namespace's publish rate of 100 msg/s"
		})
	})
}

func TestTheBrokersCountStandsBesideOurs(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		l.produce(nil)
		l.until("the broker counts", func() bool {
			return l.fast().Broker.InPerSecond > 1500 && l.sub1().Broker.OutPerSecond > 1000
		})
		require.Equal(t, l.fast().Producers, l.fast().Broker.Producers)
		require.Empty(t, l.fast().Broker.Apart)
		l.clean()
	})
}

func TestRefusals(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.produce(func(s *spec.Producer) { s.Partitions = 2 })
		spec := spec.DefaultProducer("other")
		spec.Topic, spec.Partitions = l.topic, 3
		require.NoError(t, l.AddProducer("other", spec))
		require.ErrorContains(t, l.Start(l.soon(), "other"), "has 2 partitions, not 3")
		l.until("nothing that runs is disturbed", func() bool { return l.group("fast").State == snapshot.Running })
		require.ErrorContains(t, l.Start(l.soon(), "fast"), "fast is already running")
		require.ErrorContains(t, l.Start(l.soon(), "none"), `no group "none"`)
		require.ErrorContains(t, l.Scale(l.soon(), "fast", 1001), "1001 workers exceed the limit of 1000")
		_, err := l.ConsumerGroup("fast")
		require.ErrorContains(t, err, "fast is not a consumer group")
	})
}
