package session_test

import (
	"context"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/dial"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// The stall of TestAStalledBrokerShowsInFull: two of ten seconds.
const (
	stallRate   = 2000 // messages a second, of pulsh and of the witness
	stallWindow = 10 * time.Second
	stallBegin  = 4 * time.Second
	stallLength = 2 * time.Second
)

// witness is a second sender on the same broker that shares nothing with pulsh
// but the client: it keeps every latency and sorts them.
type witness struct {
	mu     sync.Mutex
	taken  []time.Duration // due to acked
	failed int
}

// send sends at stallRate for stallWindow and waits for all answers.
func (w *witness) send(t *testing.T, url, topic string) {
	client, err := pulsar.NewClient(pulsar.ClientOptions{URL: url, Logger: log.DefaultNopLogger()})
	require.NoError(t, err)
	defer client.Close()
	producer, err := client.CreateProducer(pulsar.ProducerOptions{
		Topic: topic, MaxPendingMessages: 10_000, BatchingMaxPublishDelay: 5 * time.Millisecond})
	require.NoError(t, err)
	defer producer.Close()
	begin := time.Now()
	for i := range int(stallWindow.Seconds() * stallRate) {
		due := begin.Add(time.Duration(i) * time.Second / stallRate)
		time.Sleep(time.Until(due))
		producer.SendAsync(context.Background(), &pulsar.ProducerMessage{Payload: make([]byte, 1024)},
			func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { w.answered(time.Since(due), err) })
	}
	require.NoError(t, producer.FlushWithCtx(t.Context()))
}

func (w *witness) answered(after time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failed++
	}
	w.taken = append(w.taken, after)
}

// quantile is exact: the value that the share q of all latencies does not pass.
func (w *witness) quantile(q float64) time.Duration {
	slices.Sort(w.taken)
	return w.taken[int(q*float64(len(w.taken)-1))]
}

// TestAStalledBrokerShowsInFull stops the broker's process for two of ten
// seconds. The p99 that pulsh tells must lie where arithmetic puts it: the
// latest hundredth of all messages fell due as the stall began, and waited for
// the rest of it, and for what the broker then took to catch up. The witness's
// is logged beside it; on a quiet machine the two are within a hundredth.
func TestAStalledBrokerShowsInFull(t *testing.T) {
	server := localtest.Own(t)
	l := &load{Session: session.New(dial.Cluster), t: t, topic: "stalled"}
	t.Cleanup(func() { l.Close(l.soon()) })
	require.NoError(t, l.Connect(l.soon(), broker.Target{URL: server.URL(), AdminURL: server.AdminURL()}))
	l.produce(func(s *spec.Producer) { s.Rate = pacing.Hold(stallRate) })
	l.acked(2 * stallRate) // the broker is warm
	require.NoError(t, l.Stop(l.soon(), "fast"))

	var w witness
	var sending sync.WaitGroup
	sending.Go(func() { w.send(t, server.URL(), "witnessed") })
	require.NoError(t, l.Start(l.soon(), "fast"))
	time.Sleep(stallBegin)
	pid := server.Status().PID
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	stopped := time.Now()
	time.Sleep(stallLength)
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	stall := time.Since(stopped)
	l.until("the rest has gone out", func() bool { p := l.fast(); return p.Rate > 0 && p.Due-p.Acked < stallRate/10 })
	longest := time.Since(stopped)
	sending.Wait()
	require.NoError(t, l.Stop(l.soon(), "fast"))
	l.until("the last sample", func() bool { p := l.fast(); return p.Sent == p.Acked && p.InFlight == 0 })

	p := l.fast()
	require.Zero(t, w.failed)
	require.Zero(t, p.Failed)
	told, witnessed := p.Latency.Total.P99, w.quantile(0.99)
	least := stall - time.Duration(float64(p.Acked)/100/stallRate*float64(time.Second))
	t.Logf("p99: pulsh %v, a witness %v (%+.2f %%), from %v to %v by arithmetic; service %v, lag %v, max %v", told, witnessed,
		100*(told-witnessed).Seconds()/witnessed.Seconds(), least, longest, p.Service.Total.P99, p.Lag.Total.P99, p.Latency.Total.Max)
	require.GreaterOrEqual(t, told, least-least/100)
	require.LessOrEqual(t, told, longest)
	require.GreaterOrEqual(t, p.Latency.Total.Max, stall-stall/100)
}
