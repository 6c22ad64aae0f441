package session_test

import (
	"context"
	"testing"
	"time"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// perReceive is how many messages the Go client puts ahead.
const perReceive = 10

// spring is a subscriber that has a number of messages at once, so that what
// is timed is all pulsh's own.
type spring struct {
	broker.Consumer // nothing else is asked
	clock           broker.Clock
	left            int
	next            uint64
	bodies          [perReceive][payload.StampSize]byte
	dry             chan struct{}
}

func (s *spring) Receive(stop <-chan struct{}, buf []broker.Delivery) int {
	if s.left == 0 {
		close(s.dry)
		s.left--
	}
	if s.left < 0 {
		<-stop
		return 0
	}
	n, now := min(perReceive, s.left), s.clock()
	for i := range buf[:n] {
		payload.PutStamp(s.bodies[i][:], payload.Stamp{Producer: 1, Sequence: s.next, Due: now})
		buf[i] = broker.Delivery{Body: s.bodies[i][:], Entry: uint32(s.next / 100), Received: now}
		s.next++
	}
	s.left -= n
	return n
}

func (s *spring) Ack([]broker.Delivery) (int, error) { return 0, nil }
func (s *spring) Nack([]broker.Delivery)             {}
func (s *spring) Close(context.Context) error        { return nil }
func (s *spring) Ended() (<-chan struct{}, func() error) {
	return nil, func() error { return nil }
}

// springs is a broker whose one subscriber is a spring.
type springs struct {
	broker.Broker // nothing else is asked
	spring        *spring
}

func (s springs) Subscribe(context.Context, broker.ConsumerSpec) (broker.Consumer, error) {
	return s.spring, nil
}
func (s springs) Close() {}

// BenchmarkReceive is one message received, entered in the books and
// acknowledged by a group with its default settings.
func BenchmarkReceive(b *testing.B) {
	b.ReportAllocs()
	s := &spring{left: b.N, dry: make(chan struct{})}
	l := session.New(func(_ context.Context, _ broker.Target, clock broker.Clock) (session.Link, error) {
		s.clock = clock
		return session.Link{Broker: springs{spring: s}, Probe: func(context.Context) (session.Answer, error) { return session.Answer{}, nil }}, nil
	})
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		l.Close(ctx)
	}()
	if err := l.Connect(b.Context(), broker.Target{URL: "pulsar://memory:6650"}); err != nil {
		b.Fatal(err)
	}
	if err := l.AddConsumer("sub1", spec.DefaultConsumer("sub1")); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := l.Start(b.Context(), "sub1"); err != nil {
		b.Fatal(err)
	}
	<-s.dry
}
