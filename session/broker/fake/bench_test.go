package fake

import (
	"testing"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// BenchmarkMessage is one message sent, stored, received and acked, in real
// time. The tests of a session need 100,000 a second and more.
func BenchmarkMessage(b *testing.B) {
	b.ReportAllocs()
	base := time.Now()
	clock := func() int64 { return int64(time.Since(base)) }
	cluster := New(Options{Latency: time.Microsecond})
	defer cluster.Close()
	door, _, err := cluster.Connect(b.Context(), clock)
	if err != nil {
		b.Fatal(err)
	}
	size, err := payload.ParseSize("100")
	if err != nil {
		b.Fatal(err)
	}
	u, err := door.Subscribe(b.Context(), broker.ConsumerSpec{Topics: []string{"t"}, Subscription: "s", Type: broker.Shared, Queue: 1000})
	if err != nil {
		b.Fatal(err)
	}
	l, err := door.OpenProducer(b.Context(), broker.ProducerSpec{Topic: "t", Pending: 1000, Batch: broker.Batch{Messages: 100},
		Bodies: payload.Spec{Size: size}, Clock: clock, Base: base, Recorder: metrics.NewSendShards(time.Now).Attach()})
	if err != nil {
		b.Fatal(err)
	}
	received := make(chan struct{})
	go func() { // ends when all of them have come
		defer close(received)
		buf := make([]broker.Delivery, 256)
		for n := 0; n < b.N; {
			got := u.Receive(nil, buf)
			u.Ack(buf[:got])
			n += got
		}
	}()
	dues := make([]int64, 64)
	for n := 0; n < b.N; n += len(dues) {
		l.Send(dues[:min(len(dues), b.N-n)])
	}
	<-received
}
