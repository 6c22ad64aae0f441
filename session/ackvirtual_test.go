package session_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// behaving starts sub1 with settings as they are typed.
func (v *inVirtual) behaving(workers int, settings ...string) {
	spec := spec.DefaultConsumer("sub1")
	spec.Topic, spec.From, spec.Workers = "fast", broker.Earliest, workers
	v.apply(&spec, settings...)
	require.NoError(v.t, v.AddConsumer("sub1", spec))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

func (v *inVirtual) apply(into *spec.Consumer, settings ...string) {
	for i := 0; i < len(settings); i += 2 {
		s, ok := spec.FindSetting(spec.ConsumerSettings(), settings[i])
		require.True(v.t, ok, settings[i])
		require.NoError(v.t, s.Set(into, settings[i+1]))
	}
}

// change sets what is typed on the running group.
func (v *inVirtual) change(settings ...string) group.Rebuild {
	spec, _ := v.Consumer("sub1")
	v.apply(&spec, settings...)
	rebuilt, err := v.SetConsumer(v.t.Context(), "sub1", spec)
	require.NoError(v.t, err)
	return rebuilt
}

// pending is what the broker waits to see acknowledged.
func (v *inVirtual) pending() int64 {
	stats, err := v.Admin().Stats(v.t.Context(), "fast")
	require.NoError(v.t, err)
	return stats.Subscriptions["sub1"].BacklogEntries
}

// whole asserts that all of the stream has come, and nothing was stored twice.
func (v *inVirtual) whole() {
	v.t.Helper()
	books := v.sub1().Consumer.Delivery
	require.Zero(v.t, books.Missing())
	require.Zero(v.t, books.Duplicated)
	require.Zero(v.t, books.OutsideWindow)
}

// strategies are all ways to acknowledge, with the type that has them.
func strategies() [][]string {
	var list [][]string
	for _, ack := range []string{"batched", "batched(50,20ms)", "immediate", "delayed(300ms)", "manual"} {
		for _, response := range []string{"off", "on"} {
			list = append(list, []string{"ack", ack, "response", response})
		}
	}
	return append(list, []string{"ack", "batched", "batchindex", "on"},
		[]string{"type", "exclusive", "ack", "cumulative"}, []string{"type", "failover", "ack", "cumulative", "response", "on"})
}

func TestEachStrategyThroughPauseStopAndSeek(t *testing.T) {
	for _, how := range strategies() {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.behaving(3, how...)
				v.produce(1000, nil)
				time.Sleep(2 * time.Second)
				require.NoError(t, v.Pause("sub1"))
				received := v.sub1().Consumer.Received
				time.Sleep(time.Second)
				require.Equal(t, received, v.sub1().Consumer.Received, "a pause stops delivery")
				require.Positive(t, v.sub1().Consumer.Waiting, "while messages wait in the client's queue")
				require.NoError(t, v.Resume("sub1"))
				time.Sleep(time.Second)
				require.NoError(t, v.consumerGroup("sub1").SeekTime(v.t.Context(), time.Now().Add(-2*time.Second)))
				time.Sleep(2 * time.Second)
				v.whole()
				require.NoError(t, v.Stop(v.t.Context(), "sub1"))
				c := v.sub1().Consumer
				require.Zero(t, c.InFlight, "what was in flight was acknowledged or given up")
				require.Zero(t, c.Kept)
				require.Positive(t, c.Outcomes[metrics.RedeliveredSeek])
				require.Zero(t, c.Outcomes[metrics.RedeliveredUnknown])
				require.NoError(t, v.Start(v.t.Context(), "sub1"))
				time.Sleep(time.Second)
				require.NoError(t, v.Stop(v.t.Context(), "fast"))
				time.Sleep(time.Second)
				v.whole()
				if how[1] != "manual" {
					require.Zero(t, v.pending())
					require.Zero(t, v.sub1().Consumer.InFlight)
				}
			})
		})
	}
}

func TestADelayedAcknowledgementComesSoLongAfterTheReceipt(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(2, "ack", "delayed(500ms)")
		v.produce(1000, nil)
		time.Sleep(3 * time.Second)
		c := v.sub1().Consumer
		require.InDelta(t, 500, c.Kept, 20)
		require.InDelta(t, 500, c.InFlight, 20)
		require.InDelta(t, 0.5, c.Processing.Total.P50.Seconds(), 0.01)
		require.False(t, v.change("ack", "delayed(2s)").Done)
		time.Sleep(4 * time.Second)
		require.InDelta(t, 2000, v.sub1().Consumer.Kept, 40)
		require.False(t, v.change("ack", "batched").Done, "what is held back leaves at once")
		require.Zero(t, v.sub1().Consumer.Kept)
	})
}

func TestManualAcknowledgementsWaitForTheUser(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(3, "ack", "manual")
		v.produce(1000, nil)
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		c := v.sub1().Consumer
		require.Zero(t, c.Acked)
		n, err := v.consumerGroup("sub1").AckOldest(v.t.Context(), 100)
		require.NoError(t, err)
		require.Equal(t, 100, n)
		after := v.sub1().Consumer
		require.EqualValues(t, 100, after.Acked)
		require.Equal(t, c.Kept-100, after.Kept)
		n, err = v.consumerGroup("sub1").AckOldest(v.t.Context(), math.MaxInt)
		require.NoError(t, err)
		require.Equal(t, after.Kept, n)
		time.Sleep(time.Second) // acknowledgements are sent together
		require.Zero(t, v.pending())
		v.whole()
	})
}

func TestRefusedAcknowledgementsAreCounted(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(1, "ack", "delayed(100ms)", "response", "on")
		v.cluster.FailAcks(3)
		v.produce(1000, nil)
		time.Sleep(time.Second)
		g := v.sub1()
		require.GreaterOrEqual(t, g.Consumer.AckFailed, int64(3))
		require.Less(t, g.Consumer.AckFailed, int64(200))
		require.Equal(t, broker.Other, g.Failures[0].Category)
	})
}

func TestAMixLosesNothingAndTellsWhyMessagesComeAgain(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(4, "nack", "10%", "nackdelay", "500ms")
		v.produce(1000, nil)
		time.Sleep(5 * time.Second)
		require.False(t, v.change("nack", "0%", "drop", "5%").Done)
		time.Sleep(5 * time.Second)
		v.change("drop", "0%")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		c := v.sub1().Consumer
		require.InDelta(t, 550, c.Nacked, 150, "a tenth of five thousand, and of what came again")
		require.Equal(t, c.Nacked, c.Outcomes[metrics.RedeliveredNack], "each came again")
		require.InDelta(t, 250, c.Outcomes[metrics.Dropped], 150)
		require.Zero(t, c.Outcomes[metrics.RedeliveredDrop])
		require.EqualValues(t, c.Outcomes[metrics.Dropped], c.InFlight, "what was dropped is in flight for ever")
		require.NoError(t, v.Scale(v.t.Context(), "sub1", 1))
		time.Sleep(time.Second)
		c = v.sub1().Consumer
		require.Positive(t, c.Outcomes[metrics.RedeliveredDrop])
		require.NoError(t, v.Stop(v.t.Context(), "sub1"))
		require.NoError(t, v.Start(v.t.Context(), "sub1"))
		time.Sleep(time.Second)
		c = v.sub1().Consumer
		require.Equal(t, c.Outcomes[metrics.Dropped], c.Outcomes[metrics.RedeliveredDrop])
		require.Zero(t, c.Outcomes[metrics.RedeliveredUnknown])
		require.Zero(t, c.InFlight)
		require.Zero(t, v.pending())
		require.EqualValues(t, v.fast().Producer.Acked+c.Outcomes[metrics.RedeliveredNack]+c.Outcomes[metrics.RedeliveredDrop]+c.Outcomes[metrics.RedeliveredDisconnect], c.Received)
		v.whole()
	})
}

func TestWorkTakesItsTimeAndStopsPromptly(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(2, "work", "5ms")
		v.produce(1000, nil)
		time.Sleep(10 * time.Second)
		c := v.sub1().Consumer
		require.InDelta(t, 400, c.AckRate, 30, "two workers of 200 a second")
		require.Greater(t, c.Processing.Total.P50, 5*time.Millisecond)
		require.False(t, v.change("work", "1h").Done)
		time.Sleep(time.Second)
		begin := time.Now()
		require.NoError(t, v.Pause("sub1"))
		require.NoError(t, v.Resume("sub1"))
		require.Less(t, time.Since(begin), 100*time.Millisecond)
		require.NoError(t, v.Stop(v.t.Context(), "sub1"))
		require.Less(t, time.Since(begin), 100*time.Millisecond)
		require.Zero(t, v.sub1().Consumer.InFlight)
		v.change("work", "none")
		require.NoError(t, v.Start(v.t.Context(), "sub1"))
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		require.Zero(t, v.pending())
		v.whole()
	})
}

func TestSmallWorkIsRightOnAverage(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(1, "work", "200us")
		v.produce(20_000, nil)
		time.Sleep(10 * time.Second)
		require.InDelta(t, 5000, v.sub1().Consumer.AckRate, 250)
	})
}

func TestWorkersOfAnExclusiveGroupLeaveTheirMessagesToTheOthers(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(4, "type", "exclusive", "ack", "cumulative", "work", "20ms")
		v.produce(100, nil)
		time.Sleep(3 * time.Second)
		require.NoError(t, v.Scale(v.t.Context(), "sub1", 1))
		v.change("work", "1ms")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(5 * time.Second)
		require.Zero(t, v.pending())
		c := v.sub1().Consumer
		require.Zero(t, c.InFlight)
		require.Zero(t, c.Delivery.Redelivered)
		require.EqualValues(t, v.fast().Producer.Acked, c.Acked)
	})
}

func TestARateMakesASlowConsumer(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(3)
		v.produce(5000, nil)
		time.Sleep(2 * time.Second)
		require.True(t, v.sub1().Consumer.Target.IsMax())
		require.False(t, v.change("rate", "1k").Done)
		time.Sleep(5 * time.Second)
		c := v.sub1().Consumer
		require.InDelta(t, 1000, c.Rate, 30)
		require.Equal(t, pacing.Rate(1000), c.Target)
		require.Greater(t, c.Backlog.Messages, int64(15_000))
		require.NoError(t, v.Pause("sub1"))
		time.Sleep(10 * time.Second)
		require.NoError(t, v.Resume("sub1"))
		time.Sleep(3 * time.Second)
		require.InDelta(t, 1000, v.sub1().Consumer.Rate, 30, "nothing is made up for")
		v.change("rate", "max")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		require.Zero(t, v.pending())
		v.whole()
	})
}

func TestDeadLettersAndRetriesLoseNothing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(2, "nack", "100%", "nackdelay", "200ms", "maxredeliver", "2", "dlq", "dead")
		v.produce(500, nil)
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		sent := v.fast().Producer.Acked
		c := v.sub1().Consumer
		require.EqualValues(t, sent, c.Outcomes[metrics.DeadLettered])
		require.EqualValues(t, 3*sent, c.Received, "once, and two redeliveries")
		require.EqualValues(t, 2*sent, c.Outcomes[metrics.RedeliveredNack])
		require.Zero(t, v.pending())
		require.EqualValues(t, sent, v.stored("dead"))
		v.whole()
	})
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(2, "type", "exclusive", "nack", "100%", "retry", "again", "retrydelay", "1s", "maxredeliver", "3")
		v.produce(200, nil)
		time.Sleep(2 * time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(10 * time.Second)
		sent := v.fast().Producer.Acked
		c := v.sub1().Consumer
		require.EqualValues(t, 3*sent, c.Outcomes[metrics.Retried])
		require.EqualValues(t, sent, c.Outcomes[metrics.DeadLettered])
		require.EqualValues(t, sent, v.stored("fast-sub1-DLQ"))
		require.EqualValues(t, 3*sent, v.stored("again"))
		require.Zero(t, v.pending())
		v.whole()
	})
}

// stored is how many messages have been published to a topic.
func (v *inVirtual) stored(topic string) int64 {
	stats, err := v.Admin().Stats(v.t.Context(), topic)
	require.NoError(v.t, err)
	return stats.MessagesIn
}

func TestADeadLetterTopicThatRefusesLosesNothing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(1, "nack", "100%", "nackdelay", "200ms", "maxredeliver", "1")
		v.produce(100, nil)
		time.Sleep(time.Second)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		v.cluster.FailSends(7, protocol.NotAllowedError, "too many messages")
		time.Sleep(3 * time.Second)
		c := v.sub1().Consumer
		require.EqualValues(t, 7, c.Outcomes[metrics.ForwardFailed])
		require.EqualValues(t, v.fast().Producer.Acked, c.Outcomes[metrics.DeadLettered])
		require.Zero(t, v.pending())
	})
}

func TestChurnExchangesConsumersAndLosesNothing(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(10, "churn", "20%/2s")
		v.produce(2000, nil)
		time.Sleep(21 * time.Second)
		c := v.sub1().Consumer
		require.EqualValues(t, 20, c.Churned)
		require.Equal(t, 10, c.Consumers)
		require.NoError(t, v.Pause("sub1"))
		time.Sleep(10 * time.Second)
		require.NoError(t, v.Resume("sub1"))
		v.change("churn", "off")
		before := v.sub1().Consumer.Churned
		time.Sleep(10 * time.Second)
		require.Equal(t, before, v.sub1().Consumer.Churned)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(time.Second)
		require.Zero(t, v.pending())
		v.whole()
	})
}

func TestChurnOutlivesADeadBroker(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.behaving(3, "churn", "100%/5s")
		v.produce(500, nil)
		time.Sleep(4 * time.Second)
		v.cluster.Kill()
		time.Sleep(8 * time.Second)
		v.cluster.Restore()
		time.Sleep(30 * time.Second)
		v.change("churn", "off")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		require.Equal(t, 3, v.sub1().Consumer.Consumers)
		require.Zero(t, v.sub1().Consumer.Delivery.Missing())
		require.Zero(t, v.pending())
	})
}
