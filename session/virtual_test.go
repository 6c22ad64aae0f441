package session_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/broker/protocol"
	"pulsh/session/consume"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/produce"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// inVirtual is a session on an embedded broker, in virtual time: a second of load
// takes no time, and counts are exact.
type inVirtual struct {
	*session.Session
	t       *testing.T
	cluster *virtual.Cluster
}

func inVirtualTime(t *testing.T, test func(v *inVirtual)) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		defer cluster.Close()
		v := &inVirtual{t: t, cluster: cluster}
		v.Session = session.New(v.dial)
		defer v.close(5 * time.Second)
		require.NoError(t, v.Connect(v.t.Context(), broker.Target{URL: "pulsar://memory:6650"}))
		test(v)
	})
}

func (v *inVirtual) dial(_ context.Context, _ broker.Target, clock broker.Clock) (session.Link, error) {
	return linked(v.cluster, clock)
}

// linked is a link to a broker in virtual time.
func linked(cluster *virtual.Cluster, clock broker.Clock) (session.Link, error) {
	c, err := cluster.Connect(clock)
	return session.Link{Broker: c.Engine, Wire: c.Engine, Admin: c.Admin, Probe: func(ctx context.Context) (session.Answer, error) {
		answer, err := c.Probe(ctx)
		return session.Answer{Version: answer.Version, SizeMax: answer.MessageSizeMax}, err
	}}, err
}

func (v *inVirtual) close(within time.Duration) time.Duration {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	v.Close(ctx)
	return time.Since(begin)
}

func (v *inVirtual) producerGroup(name string) *produce.Group {
	g, err := v.ProducerGroup(name)
	require.NoError(v.t, err)
	return g
}

func (v *inVirtual) consumerGroup(name string) *consume.Group {
	g, err := v.ConsumerGroup(name)
	require.NoError(v.t, err)
	return g
}

func (v *inVirtual) produce(rate pacing.Rate, change func(*spec.Producer)) {
	spec := spec.DefaultProducer("fast")
	spec.Rate = pacing.Hold(rate)
	if change != nil {
		change(&spec)
	}
	require.NoError(v.t, v.AddProducer("fast", spec))
	require.NoError(v.t, v.Start(v.t.Context(), "fast"))
}

func (v *inVirtual) consume() {
	spec := spec.DefaultConsumer("sub1")
	spec.Topic, spec.From = "fast", broker.Earliest
	require.NoError(v.t, v.AddConsumer("sub1", spec))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

// fast and sub1 wait for a sample of this moment.
func (v *inVirtual) fast() snapshot.Group {
	time.Sleep(2 * metrics.SampleEvery)
	g, _ := v.Snapshot().Group("fast")
	return g
}

func (v *inVirtual) sub1() snapshot.Group {
	time.Sleep(2 * metrics.SampleEvery)
	g, _ := v.Snapshot().Group("sub1")
	return g
}

func TestCountsFollowTheScheduleThroughLiveChanges(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		want := 0.0
		for _, stretch := range []struct {
			rate    pacing.Rate
			workers int
			seconds float64
		}{{1000, 4, 10}, {50, 1000, 20}, {20_000, 7, 3}, {3, 1, 30}, {5000, 100, 5}} {
			began := time.Now()
			v.producerGroup("fast").SetRate(pacing.Hold(stretch.rate))
			require.NoError(t, v.Scale(v.t.Context(), "fast", stretch.workers)) // new producers take a moment to open
			time.Sleep(time.Duration(stretch.seconds * float64(time.Second)))
			want += float64(stretch.rate) * time.Since(began).Seconds()
		}
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		p := v.fast().Producer
		require.InEpsilon(t, want, float64(p.Sent), 0.0001, "the count error is at most 0.01 %%")
		require.Equal(t, p.Due, p.Sent)
		require.Equal(t, p.Sent, p.Acked)
		require.Zero(t, p.Missed)
		require.Zero(t, p.Failed)
	})
}

func TestAStallShowsInFull(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(2000, nil)
		time.Sleep(4 * time.Second)
		v.cluster.Stall(2 * time.Second)
		time.Sleep(6 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		q := v.fast().Producer.Latency.Total
		// of ten seconds two are stalled: whoever is due in them waits for the rest
		require.InDelta(t, 1.9, q.P99.Seconds(), 0.03)
		require.InDelta(t, 1.5, q.P95.Seconds(), 0.03)
		require.InDelta(t, 2.0, q.Max.Seconds(), 0.03)
	})
}

func TestQuitWithADeadBrokerTakesItsDeadlineAndNoMore(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(50_000, func(s *spec.Producer) { s.Pending = 100 })
		v.consume()
		time.Sleep(time.Second)
		v.cluster.Kill()
		time.Sleep(3 * time.Second)
		require.Equal(t, "connection: reconnecting", v.fast().Producer.Limit)
		require.LessOrEqual(t, v.close(2*time.Second), 2500*time.Millisecond)
		p, _ := v.Snapshot().Group("fast")
		require.Equal(t, p.Producer.Sent, p.Producer.Acked+p.Producer.Failed+p.Producer.Unknown, "every message is accounted for")
		v.cluster.Restore()
	})
}

func TestWorkersOfAnExclusiveGroupKeepItsOrder(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		settings := spec.DefaultConsumer("sub1")
		settings.Topic, settings.Type, settings.Workers, settings.From = "fast", broker.Exclusive, 8, broker.Earliest
		require.NoError(t, v.AddConsumer("sub1", settings))
		require.NoError(t, v.Start(v.t.Context(), "sub1"))
		v.produce(5000, func(s *spec.Producer) { s.Workers = 8 })
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		c := v.sub1().Consumer
		require.Equal(t, 1, c.Consumers)
		require.EqualValues(t, v.fast().Producer.Acked, c.Delivery.Unique())
		require.Zero(t, c.Delivery.OutOfOrder)
	})
}

func TestTheLimitIsNamed(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		time.Sleep(2 * time.Second)
		require.Empty(t, v.fast().Producer.Limit, "the schedule")
		v.producerGroup("fast").SetRate(pacing.Hold(500_000))
		spec, _ := v.Producer("fast")
		spec.Pending, spec.Delay = 100, 10*time.Millisecond
		_, err := v.SetProducer(v.t.Context(), "fast", spec)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		require.Equal(t, "queue full: 100 pending ÷ 10ms delay is 10k", v.fast().Producer.Limit)
		v.cluster.Stall(time.Minute)
		time.Sleep(3 * time.Second)
		require.Equal(t, "broker: nothing is acked", v.fast().Producer.Limit)
		time.Sleep(25 * time.Second)
		require.Equal(t, "connection: reconnecting", v.fast().Producer.Limit, "a silent broker is gone")
	})
}

func TestAReconnectLosesNothing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(5000, nil)
		v.consume()
		time.Sleep(2 * time.Second)
		v.cluster.Kill()
		time.Sleep(3 * time.Second)
		v.cluster.Restore()
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(5 * time.Second)
		books := v.sub1().Consumer.Delivery
		require.Zero(t, books.Missing())
		require.EqualValues(t, v.fast().Producer.Acked, books.Unique())
	})
}

func TestInjectedFaultsAreCountedExactly(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		v.consume()
		time.Sleep(time.Second)
		v.cluster.Tamper(1, virtual.Lose)
		time.Sleep(time.Second)
		v.cluster.Tamper(1, virtual.Double)
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		books := v.sub1().Consumer.Delivery
		require.EqualValues(t, 1, books.Missing())
		require.EqualValues(t, 1, books.Duplicated)
		require.EqualValues(t, v.fast().Producer.Acked-1, books.Unique())
	})
}

func TestFailuresHaveACategoryAndATimedOutSendIsNoLoss(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		v.consume()
		time.Sleep(time.Second)
		v.cluster.FailSends(7, protocol.NotAllowedError, "too many messages")
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		g := v.fast()
		require.EqualValues(t, 7, g.Producer.Failed)
		require.Equal(t, broker.Other, g.Failures[0].Category)
		require.Equal(t, "the broker does not allow this on topic fast: too many messages", g.Failures[0].First.Text)
		require.Zero(t, v.sub1().Consumer.Delivery.Missing())
	})
}

func TestResetCountsFromZeroAndKeepsTheRate(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Reset("fast"))
		p := v.fast().Producer
		require.Less(t, p.Acked, int64(300))
		require.InDelta(t, 1000, p.Rate, 20)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		require.Equal(t, v.fast().Producer.Due, v.fast().Producer.Sent)
	})
}

func TestTheFiguresGoOnWithTheNextStart(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(2000, nil)
		time.Sleep(5 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(10 * time.Second)
		v.producerGroup("fast").SetRate(pacing.Hold(1000))
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(5 * time.Second)
		g := v.fast()
		require.InDelta(t, 1000, g.Producer.Rate, 20, "of this run alone")
		require.InDelta(t, 5, g.Ending.Ran.Seconds(), 0.5, "a for would count from this start on")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		g = v.fast()
		p := g.Producer
		require.InDelta(t, 15_000, float64(p.Sent), 500)
		require.Equal(t, p.Due, p.Sent)
		require.Equal(t, p.Sent, p.Acked)
		require.Zero(t, p.Missed)
		require.InDelta(t, 10, g.Running.Seconds(), 0.5, "the time between the runs is none of it")
		require.InDelta(t, 1500, p.Average, 50)
		require.InDelta(t, 2000, p.Peak, 100)
		require.NoError(t, v.Reset("fast"))
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		p = v.fast().Producer
		require.InDelta(t, 1000, float64(p.Sent), 1)
		require.Equal(t, p.Due, p.Sent)
	})
}

func TestWhatWasMissedInAnEarlierRunStaysMissed(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(p *spec.Producer) { p.Pending, p.Batch, p.Timeout = 10, 1, 0 })
		time.Sleep(time.Second)
		v.cluster.Stall(20 * time.Second)
		time.Sleep(15 * time.Second)
		ctx, cancel := context.WithTimeout(v.t.Context(), time.Second)
		defer cancel()
		_ = v.Stop(ctx, "fast")
		time.Sleep(20 * time.Second)
		before := v.fast().Producer
		require.Positive(t, before.Missed)
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		p := v.fast().Producer
		require.Equal(t, before.Missed, p.Missed)
		require.InDelta(t, 1000, float64(p.Due-before.Due), 1)
		require.Equal(t, p.Due-before.Due, p.Sent-before.Sent)
	})
}

func TestAFailedStartLeavesNothingAndCanBeTriedAgain(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		spec := spec.DefaultProducer("fast")
		require.NoError(t, v.AddProducer("fast", spec))
		v.cluster.Refuse(true)
		ctx, cancel := context.WithTimeout(v.t.Context(), 5*time.Second)
		defer cancel()
		require.Error(t, v.Start(ctx, "fast"))
		g := v.fast()
		require.Equal(t, snapshot.Failed, g.State)
		require.NotEmpty(t, g.LastError)
		v.cluster.Refuse(false)
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		require.Positive(t, v.fast().Producer.Acked)
	})
}

func TestASizeBeyondTheBrokersIsRefusedBeforeAnythingIsSent(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		spec, _ := v.Producer("fast")
		require.NoError(t, spec.Size.UnmarshalText([]byte("6MiB")))
		_, err := v.SetProducer(v.t.Context(), "fast", spec)
		require.ErrorContains(t, err, "the broker takes messages up to 5MiB with their headers, and size=6MiB is more")
		time.Sleep(time.Second)
		g := v.fast()
		require.Equal(t, snapshot.Running, g.State)
		require.Zero(t, g.Producer.Failed)
	})
}

func TestHistoryKnowsThePast(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, nil)
		time.Sleep(10 * time.Second)
		s := v.Snapshot()
		rate := v.History(snapshot.Metric{Group: "fast", Figure: "rate"}, s.At, 5*time.Second, 5)
		for _, r := range rate {
			require.InDelta(t, 1000, r, 20)
		}
		none := v.History(snapshot.Metric{Group: "fast", Figure: "rate"}, s.At, time.Hour, 10)
		require.True(t, math.IsNaN(none[0]))
	})
}
