package wire

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/broker/wire/window"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// processorTime is what this process has used: on a machine that does other
// things it says more than the clock.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// measure reports the rate and the processor time of n messages.
func measure(b *testing.B, n int, run func()) {
	b.ReportAllocs()
	before, began := processorTime(b), time.Now()
	b.ResetTimer()
	run()
	b.StopTimer()
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "msg/s")
	b.ReportMetric((processorTime(b)-before).Seconds()/float64(n)*1e6, "cpu-s/M")
}

// forms are the loads that are measured.
var forms = []struct {
	name    string
	size    string
	batch   int
	pending int
}{
	{"100B", "100", 1000, 20_000},
	{"1KiB", "1KiB", 120, 5000},
	{"alone", "100", 1, 1000},
}

// onABroker runs a benchmark for each form with each engine on a real server.
func onABroker(b *testing.B, run func(b *testing.B, at *bench, change func(*broker.ProducerSpec))) {
	for _, form := range forms {
		for _, engine := range engines {
			b.Run(form.name+"/"+engine, func(b *testing.B) {
				run(b, newBench(b, localtest.Start(b), engine, engine), func(s *broker.ProducerSpec) {
					s.Bodies.Size, _ = payload.ParseSize(form.size)
					s.Compression, s.Pending = "none", form.pending
					s.Batch = broker.Batch{Messages: form.batch, Bytes: 128 << 10, Delay: 5 * time.Millisecond}
				})
			})
		}
	}
}

// sendAll sends n messages, each due when its run is handed over, as a group
// without a rate does.
func (b *bench) sendAll(p broker.Producer, n int) {
	dues := make([]int64, 256)
	for sent := 0; sent < n; {
		now := b.clock()
		for i := range dues {
			dues[i] = now
		}
		sent += p.Send(dues[:min(len(dues), n-sent)])
	}
	require.NoError(b.t, p.Close(b.within()))
	require.Zero(b.t, p.InFlight())
}

// BenchmarkProduce sends b.N messages with all accounting until the last is
// acked.
func BenchmarkProduce(b *testing.B) {
	onABroker(b, func(b *testing.B, at *bench, change func(*broker.ProducerSpec)) {
		p := at.producer(change)
		measure(b, b.N, func() { at.sendAll(p, b.N) })
		require.EqualValues(b, b.N, at.counts().Acked)
	})
}

// BenchmarkConsume receives and acknowledges b.N messages.
func BenchmarkConsume(b *testing.B) {
	onABroker(b, func(b *testing.B, at *bench, change func(*broker.ProducerSpec)) {
		c := at.consumer(func(s *broker.ConsumerSpec) { s.Queue = 10_000; s.Type = broker.Exclusive })
		sender := *at
		sender.sending = open(b, "wire", at.server.URL(), at.clock)
		sender.sendAll(sender.producer(change), b.N)
		buf := make([]broker.Delivery, 64)
		measure(b, b.N, func() {
			for got := 0; got < b.N; {
				n := c.Receive(nil, buf)
				failed, err := c.Ack(buf[:n])
				if n == 0 || failed > 0 || err != nil {
					b.Fatal(n, failed, err)
				}
				got += n
			}
		})
		require.NoError(b, c.Close(at.within()))
	})
}

// BenchmarkAcked is what the receipt of a message costs in a batch of 1000 whose
// messages were handed over in runs, all at one due time or each at its own.
func BenchmarkAcked(b *testing.B) {
	for name, step := range map[string]int64{"alike": 0, "paced": 1000} {
		b.Run(name, func(b *testing.B) {
			p := &producer{window: window.New(1<<30, 1<<60), recorder: metrics.NewSendShards(time.Now).Attach()}
			now := int64(time.Hour)
			p.spec.Clock = func() int64 { now += 1000; return now }
			one := &batch{part: &partition{producer: p, sender: &sender{}}}
			for i := range int64(1000) {
				one.dues = append(one.dues, now-1e6+i*step)
				if i%250 == 0 {
					one.runs = append(one.runs, run{sent: now, count: 250})
				}
			}
			b.ReportAllocs()
			for range b.N {
				one.acked()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/message")
		})
	}
}
