package session_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/broker/protocol"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// receive starts a consumer group from the beginning of fast.
func (v *inVirtual) receive(change func(*spec.Consumer)) {
	spec := spec.DefaultConsumer("sub1")
	spec.Topic, spec.From = "fast", broker.Earliest
	change(&spec)
	require.NoError(v.t, v.AddConsumer("sub1", spec))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

// settle stops the producer and waits until all has come that will.
func (v *inVirtual) settle() (snapshot.Group, delivery.Totals) {
	require.NoError(v.t, v.Stop(v.t.Context(), "fast"))
	time.Sleep(3 * time.Second)
	g := v.sub1()
	return g, g.Consumer.Delivery
}

func TestEveryKindOfFaultIsCountedExactly(t *testing.T) {
	for _, kind := range []broker.SubscriptionType{broker.Exclusive, broker.Shared, broker.Failover, broker.KeyShared} {
		inVirtualTime(t, func(v *inVirtual) {
			v.receive(func(s *spec.Consumer) { s.Type = kind })
			v.produce(1000, func(s *spec.Producer) { s.Workers, s.Producers, s.Batch = 1, 1, 1 })
			time.Sleep(time.Second)
			for n, how := range []virtual.Tampering{virtual.Lose, virtual.Double, virtual.Swap, virtual.Lose, virtual.Swap, virtual.Double, virtual.Swap} {
				v.cluster.Tamper(5+10*n, how)
			}
			time.Sleep(time.Second)
			v.cluster.FailSends(7, protocol.NotAllowedError, "too many messages")
			time.Sleep(time.Second)
			_, books := v.settle()
			acked := uint64(v.fast().Producer.Acked)
			require.Equal(v.t, delivery.Totals{
				Received: acked, Gaps: 2, Unknown: 7, Duplicated: 2, OutOfOrder: 3, Period: 1, Producers: 1, Announced: 1,
			}, books, "%s", kind)
		})
	}
}

func TestTheLossOfTheLastMessagesIsSeen(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(s *spec.Consumer) { s.Type = broker.Exclusive })
		v.produce(1000, func(s *spec.Producer) { s.Workers, s.Producers, s.Batch = 1, 1, 1 })
		time.Sleep(time.Second)
		for n := range 10_000 { // all from here on
			v.cluster.Tamper(n+1, virtual.Lose)
		}
		time.Sleep(time.Second)
		received := v.sub1().Consumer.Received
		_, books := v.settle()
		require.EqualValues(v.t, received, books.Received)
		require.EqualValues(v.t, v.fast().Producer.Acked-received, books.NotYetReceived)
		require.Zero(v.t, books.Lost)
		require.Zero(v.t, books.Gaps)
	})
}

func TestTimedOutSendsThatAreStoredAreReceivedOnce(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(s *spec.Consumer) { s.Type = broker.Exclusive })
		v.produce(1000, func(s *spec.Producer) { s.Workers, s.Producers, s.Timeout = 1, 1, time.Second })
		time.Sleep(time.Second)
		v.cluster.Stall(1500 * time.Millisecond)
		time.Sleep(3 * time.Second)
		_, books := v.settle()
		p := v.fast().Producer
		require.Positive(v.t, p.Failed)
		require.EqualValues(v.t, p.Sent, books.Unique(), "what timed out was stored all the same")
		require.Zero(v.t, books.Missing())
		require.Zero(v.t, books.Unknown)
		require.Zero(v.t, books.Duplicated)
	})
}

func TestEvictedConsumersGetMessagesAgain(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(s *spec.Consumer) { s.Workers, s.Response = 2, true })
		v.produce(1000, nil)
		time.Sleep(time.Second)
		v.cluster.FailAcks(1) // what it is of is delivered again when its consumer goes
		time.Sleep(time.Second)
		v.cluster.Evict(2, protocol.ConsumerBusy, "evicted")
		time.Sleep(3 * time.Second)
		g, books := v.settle()
		require.Positive(v.t, g.Consumer.AckFailed)
		require.GreaterOrEqual(v.t, books.Redelivered, uint64(g.Consumer.AckFailed))
		require.Zero(v.t, books.RedeliveredByBroker, "brokers count what is given back, not what a lost consumer had")
		require.EqualValues(v.t, v.fast().Producer.Acked, books.Unique())
		require.Zero(v.t, books.Missing())
		require.LessOrEqual(v.t, books.Duplicated, uint64(50), "what was in flight is sent again")
	})
}

func TestPeriodsKeepReplaysApart(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(s *spec.Consumer) { s.Type = broker.Exclusive })
		v.produce(1000, func(s *spec.Producer) { s.Workers, s.Producers, s.Batch = 1, 1, 1 })
		time.Sleep(time.Second)
		v.cluster.Tamper(1, virtual.Lose)
		v.cluster.Tamper(9, virtual.Double)
		time.Sleep(time.Second)
		v.settle()
		acked := uint64(v.fast().Producer.Acked)
		for epoch := uint64(2); epoch <= 4; epoch++ {
			require.NoError(v.t, v.consumerGroup("sub1").SeekTime(v.t.Context(), time.Now().Add(-time.Hour)))
			time.Sleep(3 * time.Second)
			l, err := v.Delivery("sub1", 10)
			require.NoError(v.t, err)
			require.Equal(v.t, delivery.Totals{Received: acked, Gaps: 1, Duplicated: 1, Period: epoch, Producers: 1, Announced: 1}, l.Present)
			require.Equal(v.t, (epoch-1)*acked, l.Previous.Received)
			require.Equal(v.t, epoch-1, l.Previous.Gaps)
			require.Equal(v.t, epoch-1, l.Previous.Duplicated)
			require.Len(v.t, l.Producers, 1)
		}
		require.NoError(v.t, v.Reset("sub1"))
		v.sub1()
		l, err := v.Delivery("sub1", 10)
		require.NoError(v.t, err)
		require.Zero(v.t, l.Present.Received+l.Present.Duplicated+l.Previous.Received+l.Previous.Duplicated)
		require.EqualValues(v.t, 1, l.Present.Gaps, "what is open is open")
	})
}

func TestOrderWithinKeys(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(s *spec.Consumer) { s.Type, s.Workers = broker.KeyShared, 4 })
		v.produce(1000, func(s *spec.Producer) {
			s.Workers, s.Producers = 1, 1
			require.NoError(v.t, s.Keys.UnmarshalText([]byte("100")))
		})
		time.Sleep(2 * time.Second)
		g, books := v.settle()
		require.Equal(v.t, snapshot.KeyOrder, g.Order())
		require.Equal(v.t, books.Received, books.Keyed)
		require.Zero(v.t, books.OutOfOrderKey, "each key has one consumer")
	})
	inVirtualTime(t, func(v *inVirtual) { // with one key a swap shows in it
		v.receive(func(s *spec.Consumer) { s.Type, s.Workers = broker.KeyShared, 4 })
		v.produce(1000, func(s *spec.Producer) {
			s.Workers, s.Producers, s.Batch = 1, 1, 1
			require.NoError(v.t, s.Keys.UnmarshalText([]byte("1")))
		})
		for n := range 5 {
			v.cluster.Tamper(10+10*n, virtual.Swap)
		}
		time.Sleep(2 * time.Second)
		g, books := v.settle()
		require.EqualValues(v.t, 5, books.OutOfOrderKey)
		disorder, promised := g.Disorder()
		require.EqualValues(v.t, 5, disorder)
		require.Equal(v.t, snapshot.KeyOrder, promised)
	})
}

// elsewhere is a broker whose producers stamp by a clock that is ahead.
type elsewhere struct {
	broker.Broker
	ahead time.Duration
}

func (e elsewhere) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	spec.Base = spec.Base.Add(e.ahead)
	return e.Broker.OpenProducer(ctx, spec)
}

// apart runs a sender on another host, whose clock is ahead, and a receiver
// here. It returns what the receiver knows.
func apart(t *testing.T, ahead time.Duration, withAdmin bool) (g snapshot.Group, notes []string) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		defer cluster.Close()
		host := func(ahead time.Duration) *session.Session {
			s := session.New(func(_ context.Context, _ broker.Target, clock broker.Clock) (session.Link, error) {
				link, err := linked(cluster, clock)
				link.Broker, link.Wire = elsewhere{link.Broker, ahead}, nil
				if !withAdmin {
					link.Admin = nil
				}
				return link, err
			})
			require.NoError(t, s.Connect(t.Context(), broker.Target{URL: "pulsar://memory:6650"}))
			return s
		}
		here, there := host(0), host(ahead)
		defer here.Close(context.WithoutCancel(t.Context()))
		defer there.Close(context.WithoutCancel(t.Context()))
		received := spec.DefaultConsumer("sub1")
		received.Topic = "fast"
		require.NoError(t, here.AddConsumer("sub1", received))
		require.NoError(t, here.Start(t.Context(), "sub1"))
		require.NoError(t, there.AddProducer("fast", spec.DefaultProducer("fast")))
		require.NoError(t, there.Start(t.Context(), "fast"))
		time.Sleep(15 * time.Second)
		g, _ = here.Snapshot().Group("sub1")
		for len(here.Notes()) > 0 {
			notes = append(notes, (<-here.Notes()).Text)
		}
	})
	return g, notes
}

// TestClocksThatDiffer: the truth lies in the band whatever it is; a clock that
// is ahead by more than a message takes is always found, one that is behind
// when it is so by more than the band is wide.
func TestClocksThatDiffer(t *testing.T) {
	const takes = 10 * time.Millisecond
	band := 120 * time.Millisecond // acknowledgements are grouped for 100 ms, and the backlog is as long
	for _, size := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second} {
		for _, ahead := range []time.Duration{size, -size} {
			t.Run(fmt.Sprint(ahead), func(t *testing.T) {
				g, notes := apart(t, ahead, true)
				c := g.Consumer.Clock
				require.Positive(t, c.Producers)
				require.True(t, c.Bounded)
				require.LessOrEqual(t, c.Low, ahead)
				require.GreaterOrEqual(t, c.High, ahead)
				require.LessOrEqual(t, c.High-c.Low, band)
				require.Equal(t, ahead > takes || ahead < -band || c.Low > 0, c.Differs)
				q := g.Consumer.E2E.Total
				require.Equal(t, ahead >= takes, q.Negative > 0)
				if ahead >= 100*time.Millisecond {
					require.Equal(t, q.Count, q.Negative, "no value is dropped because it is negative")
					require.InDelta(t, -ahead.Seconds(), q.MostNegative.Seconds(), takes.Seconds())
				}
				if !c.Differs {
					require.Empty(t, c.String())
					require.Empty(t, notes)
					return
				}
				require.Len(t, notes, 1, "it is said once")
				require.Contains(t, notes[0], "sub1: a sender's clock is ")
				if ahead < 0 {
					require.Contains(t, c.String(), "behind this one by ")
				}
			})
		}
	}
}

func TestWithoutABacklogOnlyALowerBoundIsKnown(t *testing.T) {
	g, notes := apart(t, 3*time.Second, false)
	c := g.Consumer.Clock
	require.True(t, c.Differs)
	require.False(t, c.Bounded)
	require.InDelta(t, 3, c.Low.Seconds(), 0.01)
	require.Regexp(t, `^sub1: a sender's clock is ahead of this one by (3.00 s|2.99 s) at least: e2e is that much too short$`, notes[0])
	g, notes = apart(t, -3*time.Second, false)
	require.False(t, g.Consumer.Clock.Differs, "the messages may have waited")
	require.Empty(t, notes)
}

// TestAReplayIsNoClockThatIsBehind: what waited for an hour is old by any clock.
func TestAReplayIsNoClockThatIsBehind(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		time.Sleep(10 * time.Second)
		require.NoError(v.t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Hour)
		v.consume() // its audit does not know these streams
		for range 300 {
			time.Sleep(metrics.SampleEvery)
			g, _ := v.Snapshot().Group("sub1")
			require.False(v.t, g.Consumer.Clock.Differs, "%+v", g.Consumer.Clock)
		}
		require.NoError(v.t, v.consumerGroup("sub1").SeekTime(v.t.Context(), time.Now().Add(-2*time.Hour)))
		for range 300 {
			time.Sleep(metrics.SampleEvery)
			g, _ := v.Snapshot().Group("sub1")
			require.False(v.t, g.Consumer.Clock.Differs, "%+v", g.Consumer.Clock)
		}
	})
}

func TestASessionsOwnClockTellsNothing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.receive(func(*spec.Consumer) {})
		v.produce(1000, nil)
		time.Sleep(3 * time.Second)
		require.Equal(t, snapshot.SenderClock{}, v.sub1().Consumer.Clock)
	})
}
