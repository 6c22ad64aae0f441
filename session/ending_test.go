package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// consumeUntil starts the group sub1 with ends.
func (v *inVirtual) consumeUntil(ends spec.Ends, change func(*spec.Consumer)) {
	settings := spec.DefaultConsumer("sub1")
	settings.Topic, settings.From, settings.Ends = "fast", broker.Earliest, ends
	if change != nil {
		change(&settings)
	}
	require.NoError(v.t, v.AddConsumer("sub1", settings))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

func TestAGroupSendsItsCountAndNoMore(t *testing.T) {
	for _, rate := range []pacing.Rate{pacing.Max(), 20_000, 900} {
		t.Run(rate.String(), func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.consume()
				v.produce(rate, func(p *spec.Producer) { p.Count, p.Workers = 1234, 7 })
				time.Sleep(3 * time.Second)
				g := v.fast()
				require.Equal(t, snapshot.Done, g.State)
				require.Equal(t, "1234 messages sent", g.Ending.Why)
				require.EqualValues(t, 1234, g.Producer.Sent)
				require.EqualValues(t, 1234, g.Producer.Acked)
				require.EqualValues(t, 1234, g.Producer.Due)
				require.Zero(t, g.Producer.Missed)
				require.EqualValues(t, 1234, v.sub1().Consumer.Received)
				require.Zero(t, v.sub1().Consumer.Delivery.Lost)
				require.NoError(t, v.Start(v.t.Context(), "fast"), "a group that is done can be started again")
				time.Sleep(3 * time.Second)
				again := v.fast().Producer
				require.EqualValues(t, 2468, again.Sent, "figures go on")
				require.EqualValues(t, 2468, again.Due)
				require.Zero(t, again.Missed)
				require.EqualValues(t, 2468, v.sub1().Consumer.Received)
			})
		})
	}
}

func TestTheCountStaysExactThroughChanges(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(5000, func(p *spec.Producer) { p.Count = 40_000 })
		for i := range 12 {
			time.Sleep(300 * time.Millisecond)
			settings, _ := v.Producer("fast")
			switch i % 4 {
			case 0:
				require.NoError(t, v.Scale(v.t.Context(), "fast", 1+(7*i)%23))
			case 1:
				v.producerGroup("fast").SetRate(pacing.Hold(pacing.Rate(4000 + 500*i)))
			case 2:
				settings.Batch = 100 + i
				_, err := v.SetProducer(v.t.Context(), "fast", settings)
				require.NoError(t, err)
			case 3:
				settings.Count += 1000
				_, err := v.SetProducer(v.t.Context(), "fast", settings)
				require.NoError(t, err)
			}
		}
		time.Sleep(20 * time.Second)
		g := v.fast()
		require.Equal(t, snapshot.Done, g.State)
		require.EqualValues(t, 43_000, g.Producer.Sent)
		require.EqualValues(t, 43_000, v.sub1().Consumer.Received)
		require.EqualValues(t, 43_000, v.sub1().Consumer.Delivery.Received)
	})
}

func TestACountBelowWhatWasSentIsRefused(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(p *spec.Producer) { p.Count = 100_000 })
		time.Sleep(5 * time.Second)
		settings, _ := v.Producer("fast")
		settings.Count = 1000
		_, err := v.SetProducer(v.t.Context(), "fast", settings)
		require.ErrorContains(t, err, "has counted 50")
		settings.Count = 0
		_, err = v.SetProducer(v.t.Context(), "fast", settings)
		require.NoError(t, err)
		settings.Count = 6000
		_, err = v.SetProducer(v.t.Context(), "fast", settings)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		require.EqualValues(t, 6000, v.fast().Producer.Sent)
	})
}

func TestAGroupReceivesItsCountAndNoMore(t *testing.T) {
	for _, kind := range broker.SubscriptionTypes() {
		for _, ack := range []string{"batched", "immediate", "delayed(50ms)"} {
			t.Run(fmt.Sprint(kind, " ", ack), func(t *testing.T) {
				inVirtualTime(t, func(v *inVirtual) {
					v.produce(20_000, func(p *spec.Producer) {
						p.Count = 10_000
						require.NoError(t, p.Keys.UnmarshalText([]byte("100")))
					})
					v.consumeUntil(spec.Ends{Count: 3333}, func(c *spec.Consumer) {
						c.Type, c.Workers = kind, 5
						c.Ack, _ = spec.ParseAck(ack)
					})
					time.Sleep(2 * time.Second)
					g := v.sub1()
					require.Equal(t, snapshot.Done, g.State)
					require.EqualValues(t, 3333, g.Consumer.Received)
					require.EqualValues(t, 3333, g.Consumer.Delivery.Received)
					settings, _ := v.Consumer("sub1")
					settings.Count = 0
					_, err := v.SetConsumer(v.t.Context(), "sub1", settings)
					require.NoError(t, err)
					require.NoError(t, v.Start(v.t.Context(), "sub1"))
					time.Sleep(2 * time.Second)
					d := v.sub1().Consumer.Delivery
					require.EqualValues(t, 10_000, d.Received-d.Redelivered-d.Duplicated, "what was above the count comes with the next run: %+v", d)
					require.Zero(t, d.Lost)
					require.Zero(t, d.Duplicated)
				})
			})
		}
	}
}

func TestAGroupStopsAfterItsTime(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(p *spec.Producer) { p.For = 2 * time.Second })
		time.Sleep(time.Second)
		require.NoError(t, v.Pause("fast"))
		time.Sleep(time.Minute)
		require.NoError(t, v.Resume("fast"))
		time.Sleep(2 * time.Second)
		g := v.fast()
		require.Equal(t, snapshot.Done, g.State)
		require.InDelta(t, 2000, g.Producer.Sent, 3)
		require.Equal(t, g.Producer.Due, g.Producer.Sent)
	})
}

func TestAGroupStopsWhenNothingIsLeft(t *testing.T) {
	for until, why := range map[spec.Until]string{{Empty: true}: "the backlog is empty", {Idle: 3 * time.Second}: "nothing received for 3s"} {
		t.Run(until.String(), func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.produce(2000, func(p *spec.Producer) { p.For = 5 * time.Second })
				v.consumeUntil(spec.Ends{Until: until}, nil)
				time.Sleep(5*time.Second + 100*time.Millisecond)
				require.Equal(t, snapshot.Running, v.sub1().State)
				time.Sleep(6 * time.Second)
				g := v.sub1()
				require.Equal(t, snapshot.Done, g.State)
				require.Equal(t, why, g.Ending.Why)
				require.Equal(t, v.fast().Producer.Acked, g.Consumer.Received)
			})
		})
	}
}

func TestUntilEmptyNeedsTheAdminAPI(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.cluster.HideAdmin(true)
		settings := spec.DefaultConsumer("sub1")
		settings.Topic, settings.Until = "fast", spec.Until{Empty: true}
		require.NoError(t, v.AddConsumer("sub1", settings))
		_ = v.Start(v.t.Context(), "sub1") // it has an admin API, which does not answer: the group waits
		time.Sleep(10 * time.Second)
		require.Equal(t, snapshot.Running, v.sub1().State)
	})
}

func TestAStopByHandWinsAgainstTheEnd(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(1000, func(p *spec.Producer) { p.Count = 2000 })
		time.Sleep(1990 * time.Millisecond)
		v.cluster.Stall(5 * time.Second)
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, snapshot.Stopping, v.fast().State, "it waits for receipts")
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
		g := v.fast()
		require.Equal(t, snapshot.Done, g.State)
		require.EqualValues(t, 2000, g.Producer.Acked)
	})
}

// All messages come to one consumer of a failover subscription. The workers of the others
// take nothing of the count, and of the rate no more than a message each.
func TestIdleWorkersHoldNothingOfTheCount(t *testing.T) {
	for _, rate := range []pacing.Rate{pacing.Max(), 500, 20} {
		for _, workers := range []int{8, 100} {
			t.Run(fmt.Sprint(rate, " ", workers), func(t *testing.T) {
				inVirtualTime(t, func(v *inVirtual) {
					v.produce(1000, func(p *spec.Producer) { p.Count = 2000 })
					v.consumeUntil(spec.Ends{Count: 100}, func(c *spec.Consumer) {
						c.Type, c.Workers, c.Rate = broker.Failover, workers, pacing.Hold(rate)
					})
					wait := time.Second
					if !rate.IsMax() {
						wait += time.Duration(float64(100+workers) / float64(rate) * float64(time.Second))
					}
					time.Sleep(wait)
					g := v.sub1()
					require.Equal(v.t, snapshot.Done, g.State)
					require.EqualValues(v.t, 100, g.Consumer.Received)
				})
			})
		}
	}
}
