package embedded_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/payload"
)

// BenchmarkThrough sends b.N messages with the wire engine and receives them at the
// same time, all in this process.
func BenchmarkThrough(b *testing.B) {
	for _, form := range []struct {
		name    string
		batch   int
		pending int
	}{{"batches", 1000, 50_000}, {"alone", 1, 5000}} {
		b.Run(form.name, func(b *testing.B) { through(b, form.batch, form.pending) })
	}
}

func through(b *testing.B, batch, pending int) {
	r := newRig(b, embedded.Config{}, "wire")
	size, err := payload.FixedSize(100)
	require.NoError(b, err)
	p := r.producer("t", func(s *broker.ProducerSpec) {
		s.Bodies.Size, s.Compression, s.Pending = size, "none", pending
		s.Batch = broker.Batch{Messages: batch, Bytes: 1 << 20, Delay: 5 * time.Millisecond}
	})
	c := r.consumer("t", func(s *broker.ConsumerSpec) { s.Type, s.Queue = broker.Exclusive, 20_000 })
	done := make(chan struct{})
	var before syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &before))
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		defer close(done)
		buf := make([]broker.Delivery, 256)
		for got := 0; got < b.N; {
			n := c.Receive(nil, buf)
			if n == 0 {
				return
			}
			if _, err := c.Ack(buf[:n]); err != nil {
				return
			}
			got += n
		}
	}()
	dues := make([]int64, 256)
	for sent := 0; sent < b.N; {
		now := r.clock()
		for i := range dues {
			dues[i] = now
		}
		sent += p.Send(dues[:min(len(dues), b.N-sent)])
	}
	<-done
	b.StopTimer()
	var after syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &after))
	used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(used.Seconds()/float64(b.N)*1e6, "cpu-s/M")
	require.NoError(b, p.Close(r.within()))
	require.NoError(b, c.Close(r.within()))
}
