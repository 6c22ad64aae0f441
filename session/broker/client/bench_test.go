package client

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// swallower is a producer that costs nearly nothing: another goroutine reads
// each message, as the client's does, and answers in batches.
type swallower struct {
	pulsar.Producer
	batches chan []sending
	batch   []sending
	sink    [1024]byte
}

type sending struct {
	message  *pulsar.ProducerMessage
	callback callback
}

const swallowed = 500 // messages of a batch

func (s *swallower) SendAsync(_ context.Context, m *pulsar.ProducerMessage, answer func(pulsar.MessageID, *pulsar.ProducerMessage, error)) {
	if s.batch = append(s.batch, sending{m, answer}); len(s.batch) == swallowed {
		s.batches <- s.batch
		s.batch = make([]sending, 0, swallowed)
	}
}

// answered is the message id of one message in a batch.
type answered struct {
	pulsar.MessageID
	index int32
}

func (a *answered) BatchIdx() int32  { return a.index }
func (a *answered) BatchSize() int32 { return swallowed }

func (s *swallower) run() {
	ids := make([]answered, swallowed)
	for i := range ids {
		ids[i].index = int32(i)
	}
	for batch := range s.batches {
		for _, one := range batch {
			copy(s.sink[:], one.message.Payload)
		}
		for i, one := range batch {
			one.callback(&ids[i], one.message, nil)
		}
	}
}

// BenchmarkLane is what a message costs us from the claimed slot to the
// recorded receipt, the client's own work left out but for one reading of the
// body on another core.
func BenchmarkLane(b *testing.B) {
	size, _ := payload.FixedSize(100)
	bodies, err := payload.NewBodies(payload.Spec{Size: size}, 20_000, 1)
	if err != nil {
		b.Fatal(err)
	}
	s := &swallower{batches: make(chan []sending, 8), batch: make([]sending, 0, swallowed)}
	go s.run() // ends with the channel
	defer close(s.batches)
	begin := time.Now()
	l := &producer{producer: s, clock: func() int64 { return int64(time.Since(begin)) }, bodies: bodies,
		recorder: metrics.NewSendShards(time.Now).Attach(), keys: (*payload.KeyTable)(nil).Chooser(rand.NewPCG(1, 2))}
	l.makeSlots()
	var _ broker.Producer = l
	dues := make([]int64, runMax)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for sent := 0; sent < b.N; sent += runMax {
		l.Send(dues)
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used: on a machine that does other
// things it says more than the clock.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkBare is the same without us: messages made once and sent in turn,
// receipts counted.
func BenchmarkBare(b *testing.B) {
	s := &swallower{batches: make(chan []sending, 8), batch: make([]sending, 0, swallowed)}
	go s.run() // ends with the channel
	defer close(s.batches)
	messages := make([]pulsar.ProducerMessage, 20_000)
	for i := range messages {
		messages[i].Payload = make([]byte, 100)
	}
	var acked atomic.Int64
	answer := func(pulsar.MessageID, *pulsar.ProducerMessage, error) { acked.Add(1) }
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for i := range b.N {
		s.SendAsync(context.Background(), &messages[i%len(messages)], answer)
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}
