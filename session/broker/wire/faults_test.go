package wire

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/delivery"
	"pulsh/session/payload"
)

// all receives and acknowledges until every one of want messages has come at
// least once.
func (b *bench) all(c broker.Consumer, want int) delivery.Totals {
	audit := delivery.NewAudit(delivery.DefaultWindow)
	reader := audit.Reader()
	for int(audit.Totals().Unique()) < want {
		run := b.receive(c, 1)
		for _, d := range run {
			stamp, ok := payload.ReadStamp(d.Body)
			require.True(b.t, ok)
			reader.Take(&delivery.Arrival{Stamp: stamp, Entry: d.Entry, Redelivery: d.Redelivery})
		}
		_, _ = c.Ack(run) // what is not acknowledged comes again
	}
	return audit.Totals()
}

func TestADeadBrokerHoldsNobody(t *testing.T) {
	b := newBench(t, localtest.Own(t), "wire", "wire")
	p := b.producer(func(s *broker.ProducerSpec) { s.Pending = 100 })
	require.Equal(t, 10, p.Send(b.dues(10)))
	require.NoError(t, b.server.Kill(b.within()))
	sending := make(chan int)
	go func() { sending <- p.Send(b.dues(1000)) }() // ends below, by Release
	require.Eventually(t, func() bool { return p.InFlight() >= 100 }, soon, time.Millisecond)
	p.Release()
	require.Less(t, <-sending, 1000)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.Error(t, p.Close(ctx), "what is in flight cannot be flushed")
}

func TestNothingIsLostThroughAKill(t *testing.T) {
	b := newBench(t, localtest.Own(t), "wire", "wire")
	shared, exclusive := b.consumer(nil), b.consumer(func(s *broker.ConsumerSpec) { s.Type, s.Subscription = broker.Exclusive, "exclusive" })
	p := b.producer(func(s *broker.ProducerSpec) { s.Pending, s.Timeout = 50_000, 5*time.Minute }) // a start on a busy machine may take longer than the usual timeout
	const runs = 300
	var sending sync.WaitGroup
	killed := make(chan struct{})
	sending.Go(func() {
		for i := range runs {
			require.Equal(t, 64, p.Send(b.dues(64)))
			if i == runs/3 {
				require.NoError(t, b.server.Kill(b.within()))
				close(killed)
			}
		}
	})
	<-killed
	require.NoError(t, b.server.Restart(b.within()))
	sending.Wait()
	require.NoError(t, p.Close(b.within()))
	require.Zero(t, p.InFlight())
	counts := b.counts()
	require.EqualValues(t, runs*64, counts.Acked)
	require.Zero(t, counts.Failed)
	for _, c := range []broker.Consumer{shared, exclusive} {
		require.Zero(t, b.all(c, runs*64).Missing())
		require.NoError(t, c.Close(b.within()))
	}
}

// TestAStoppedBrokerLosesAndDoublesNothing stops the broker's process twice under
// load, for less than the engine's and for less than the broker's keep-alive.
func TestAStoppedBrokerLosesAndDoublesNothing(t *testing.T) {
	b := newBench(t, localtest.Own(t), "wire", "wire")
	c := b.consumer(func(s *broker.ConsumerSpec) { s.Type = broker.Exclusive })
	p := b.producer(func(s *broker.ProducerSpec) { s.Pending, s.Timeout = 20_000, 5*time.Minute })
	pid := b.server.Status().PID
	const runs = 600
	var sending sync.WaitGroup
	half := make(chan struct{})
	sending.Go(func() {
		for i := range runs {
			require.Equal(t, 64, p.Send(b.dues(64)))
			if i == runs/2 {
				close(half)
			}
		}
	})
	for _, length := range []time.Duration{2 * time.Second, 8 * time.Second} {
		require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
		time.Sleep(length)
		require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
		<-half
	}
	audit := b.all(c, runs*64)
	sending.Wait()
	require.NoError(t, p.Close(b.within()))
	counts := b.counts()
	require.EqualValues(t, runs*64, counts.Acked)
	require.Zero(t, counts.Failed)
	require.EqualValues(t, runs*64, audit.Received, "nothing came twice")
	require.Zero(t, audit.Missing())
	require.GreaterOrEqual(t, b.shards.Latency.Total().Max, 2*time.Second, "and the wait shows")
	require.NoError(t, c.Close(b.within()))
}

func TestNothingIsLostThroughUnloading(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		a := b.admin()
		require.NoError(t, a.CreateTopic(b.within(), b.topic, 2))
		c := b.consumer(nil)
		p := b.producer(func(s *broker.ProducerSpec) { s.Pending = 5000 })
		const runs = 600
		var sending sync.WaitGroup
		sending.Go(func() {
			for i := range runs {
				require.Equal(t, 64, p.Send(b.dues(64)))
				if i%200 == 100 {
					require.NoError(t, a.Unload(b.within(), b.topic))
				}
			}
		})
		books := b.all(c, runs*64)
		sending.Wait()
		require.NoError(t, p.Close(b.within()))
		require.Zero(t, books.Missing())
		require.EqualValues(t, runs*64, b.counts().Acked)
		require.NoError(t, c.Close(b.within()))
	})
}

func TestATerminatedTopicEndsItsProducers(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		ended, released := make(chan error, 1), make(chan error, 1)
		c := b.consumer(nil)
		p := b.producer(func(s *broker.ProducerSpec) { s.Ended = func(cause error) { ended <- cause } })
		go func() { // as a group does: a sender may wait for room that never comes
			cause := <-ended
			p.Release()
			released <- cause
		}()
		require.Equal(t, 100, p.Send(b.dues(100)))
		require.Eventually(t, func() bool { return p.InFlight() == 0 }, soon, time.Millisecond)
		require.NoError(t, b.admin().Terminate(b.within(), b.topic))
		var cause error
		for cause == nil {
			p.Send(b.dues(1))
			select {
			case cause = <-released:
			case <-time.After(10 * time.Millisecond): // the broker tells it with the next message at the latest
			}
			if p.InFlight() >= 1000 {
				cause = <-released
			}
		}
		if _, ours := p.(*producer); ours { // the client may have lost the connection by then
			require.Equal(t, broker.TopicTerminated, broker.Classify(cause))
		}
		require.Zero(t, b.all(c, 100).Missing())
		b.nothing(c, 200*time.Millisecond)
		require.NoError(t, c.Close(b.within()))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_ = p.Close(ctx) // nothing can be flushed
	})
}

func TestASeekSendsEverythingAgain(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		for _, kind := range broker.SubscriptionTypes() {
			a := b.admin()
			c := b.consumer(func(s *broker.ConsumerSpec) { s.Type, s.Subscription, s.Respond = kind, string(kind), true }) // no acknowledgement may come after a seek
			if kind == broker.SubscriptionTypes()[0] {
				b.send(1000, nil)
			}
			require.Zero(t, b.collect(c, 1000).Missing())
			for range 5 {
				require.NoError(t, a.SeekTime(b.within(), b.topic, string(kind), time.Now().Add(-time.Hour)))
				require.Zero(t, b.all(c, 1000).Missing())
			}
			require.NoError(t, c.Close(b.within()))
		}
	})
}
