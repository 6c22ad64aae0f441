package fake

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

func TestSharedConsumersTakeTurns(t *testing.T) {
	in(t, Options{}, func(w *world) {
		a, b, l := w.consumer("fast", broker.Shared), w.consumer("fast", broker.Shared), w.producer("fast")
		w.send(l, 20)
		one, two := w.numbers(w.drain(a)), w.numbers(w.drain(b))
		require.Len(w, one, 10)
		require.ElementsMatch(w, upTo(20), append(one, two...))
	})
}

func TestQueueBoundsWhatIsFetchedAhead(t *testing.T) {
	in(t, Options{}, func(w *world) {
		a := w.consumer("fast", broker.Shared, func(s *broker.ConsumerSpec) { s.Queue = 5 })
		b := w.consumer("fast", broker.Shared)
		w.send(w.producer("fast"), 100)
		require.Len(w, w.drain(b), 95)
		require.Len(w, w.drain(a), 5)
	})
}

func TestExclusiveAdmitsOne(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u := w.consumer("fast", broker.Exclusive)
		spec := u.spec
		_, err := w.broker.Subscribe(w.Context(), spec)
		require.EqualError(w, err, "another consumer already holds this subscription of topic fast")
		spec.Type = broker.Shared
		_, err = w.broker.Subscribe(w.Context(), spec)
		require.EqualError(w, err, "subscription s is exclusive, not shared")
		require.NoError(w, u.Close(w.Context()))
		w.consumer("fast", broker.Shared)
	})
}

func TestFailoverHandsOver(t *testing.T) {
	in(t, Options{}, func(w *world) {
		named := func(name string) func(*broker.ConsumerSpec) {
			return func(s *broker.ConsumerSpec) { s.Name = name }
		}
		b, a := w.consumer("fast", broker.Failover, named("b")), w.consumer("fast", broker.Failover, named("a"))
		l := w.producer("fast")
		w.send(l, 10)
		run := w.drain(a)
		require.Len(w, run, 10)
		require.Empty(w, w.drain(b))
		w.ack(a, run[:7])
		require.NoError(w, a.Close(w.Context()))
		again := w.drain(b)
		require.Equal(w, []int{7, 8, 9}, w.numbers(again))
		require.Zero(w, again[0].Redelivery, "Pulsar does not count for this type")
	})
}

func TestKeySharedKeepsKeysTogether(t *testing.T) {
	in(t, Options{}, func(w *world) {
		keys, err := payload.ParseKeys("20")
		require.NoError(w, err)
		consumers := []*consumer{w.consumer("fast", broker.KeyShared), w.consumer("fast", broker.KeyShared), w.consumer("fast", broker.KeyShared)}
		w.send(w.producer("fast", func(s *broker.ProducerSpec) { s.Keys = payload.NewKeyTable(keys) }), 300)
		total := 0
		seen := map[string]int{}
		for i, u := range consumers {
			for _, d := range w.drain(u) {
				it := d.Message.(item)
				key := it.cursor.partition.at(it.index).key
				if before, known := seen[key]; known {
					require.Equal(w, before, i)
				}
				seen[key] = i
				total++
			}
		}
		require.Equal(w, 300, total)
	})
}

func TestNackDeliversAgainLater(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u := w.consumer("fast", broker.Shared)
		w.send(w.producer("fast"), 5)
		run := w.drain(u)
		u.Nack(run[1:3])
		w.ack(u, slices.Concat(run[:1], run[3:]))
		require.Empty(w, w.drain(u))
		time.Sleep(time.Second)
		again := w.drain(u)
		require.Equal(w, []int{1, 2}, w.numbers(again))
		require.EqualValues(w, 1, again[0].Redelivery)
		require.Equal(w, run[1].Entry, again[0].Entry)
		u.Nack(again)
		time.Sleep(2 * time.Second)
		again = w.drain(u)
		require.EqualValues(w, 2, again[0].Redelivery)
		w.ack(u, again)
		require.Zero(w, w.backlog("fast"))
	})
}

func TestCloseGivesBackWhatWasHeld(t *testing.T) {
	in(t, Options{}, func(w *world) {
		a := w.consumer("fast", broker.Shared)
		w.send(w.producer("fast"), 10)
		run := w.drain(a)
		w.ack(a, run[:5])
		b := w.consumer("fast", broker.Shared)
		require.Empty(w, w.drain(b))
		require.NoError(w, a.Close(w.Context()))
		again := w.drain(b)
		require.Equal(w, []int{5, 6, 7, 8, 9}, w.numbers(again))
		require.EqualValues(w, 1, again[0].Redelivery)
	})
}

func TestPositions(t *testing.T) {
	in(t, Options{}, func(w *world) {
		l := w.producer("fast")
		w.send(l, 10)
		early := w.consumer("fast", broker.Shared, func(s *broker.ConsumerSpec) { s.Subscription, s.Position = "early", broker.Earliest })
		late := w.consumer("fast", broker.Shared)
		w.send(l, 5)
		require.Len(w, w.drain(early), 15)
		require.Len(w, w.drain(late), 5)
	})
}

func TestSeekByTime(t *testing.T) {
	for _, partitions := range []int{0, 3} {
		in(t, Options{}, func(w *world) {
			require.NoError(w, w.CreateTopic("fast", partitions))
			u, l := w.consumer("fast", broker.Shared), w.producer("fast")
			for range 6 {
				w.send(l, 10)
			}
			time.Sleep(time.Minute)
			between := time.Now()
			for range 3 {
				w.send(l, 10)
			}
			w.ack(u, w.drain(u))
			require.Zero(w, w.backlog("fast"))

			require.NoError(w, w.admin.SeekTime(w.Context(), "fast", "s", between))
			require.EqualValues(w, 3, w.backlog("fast"))
			run := w.drain(u)
			require.Len(w, run, 30)
			require.Zero(w, run[0].Redelivery)
			require.NoError(w, w.admin.SeekTime(w.Context(), "fast", "s", time.Time{}))
			require.Len(w, w.drain(u), 90)
			require.NoError(w, w.admin.SeekTime(w.Context(), "fast", "s", time.Now().Add(time.Hour)))
			require.Empty(w, w.drain(u))
			require.ErrorContains(w, w.admin.SeekTime(w.Context(), "fast", "nobody", time.Now()), "has no subscription nobody")
		})
	}
}

func TestSeekByID(t *testing.T) {
	in(t, Options{}, func(w *world) {
		require.NoError(w, w.CreateTopic("wide", 2))
		u, l := w.consumer("wide", broker.Shared), w.producer("wide")
		for range 8 {
			w.send(l, 10)
		}
		w.ack(u, w.drain(u))
		ids, err := w.MessageIDs("wide")
		require.NoError(w, err)
		require.Len(w, ids, 8)
		require.NoError(w, w.admin.SeekID(w.Context(), "wide", "s", ids[6]))
		require.Equal(w, 1, ids[6].Partition)
		require.Len(w, w.drain(u), 20, "the other partition stays")
	})
}

func TestReceiveEnds(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u := w.consumer("fast", broker.Shared)
		stop := make(chan struct{})
		var wait sync.WaitGroup
		for range 3 { // workers that share one consumer
			wait.Go(func() { require.Zero(w, u.Receive(stop, make([]broker.Delivery, 1))) })
		}
		synctest.Wait()
		close(stop)
		wait.Wait()
		wait.Go(func() { require.Zero(w, u.Receive(nil, make([]broker.Delivery, 1))) })
		synctest.Wait()
		require.NoError(w, u.Close(w.Context()))
		wait.Wait()
		ended, why := u.Ended()
		<-ended
		require.NoError(w, why())
	})
}

func TestForeignMessages(t *testing.T) {
	in(t, Options{}, func(w *world) {
		u := w.consumer("fast", broker.Shared)
		require.NoError(w, w.Publish("fast", "", []byte("hello")))
		require.Equal(w, "hello", string(w.drain(u)[0].Body))
	})
}

func TestOldMessagesAreForgotten(t *testing.T) {
	in(t, Options{Keep: 100}, func(w *world) {
		u, l := w.consumer("fast", broker.Shared), w.producer("fast")
		for range 10 {
			w.send(l, 100)
		}
		require.Len(w, w.drain(u), 1000, "what is not acked stays")
		p := w.topics["persistent://public/default/fast"].partitions[0]
		require.Len(w, p.messages, 1000)
		require.NoError(w, w.admin.SeekTime(w.Context(), "fast", "s", time.Now()))
		w.send(l, 100)
		require.LessOrEqual(w, len(p.messages), 200)
		require.NoError(w, w.admin.SeekTime(w.Context(), "fast", "s", time.Time{}))
		require.Equal(w, 1099, slices.Max(w.numbers(w.drain(u))))
	})
}

// TestNothingIsLostWhateverHappens sends and receives through random faults,
// and holds that all that was promised arrives, from the first to the last.
func TestNothingIsLostWhateverHappens(t *testing.T) {
	for seed := range uint64(20) {
		in(t, Options{Latency: 3 * time.Millisecond}, func(w *world) {
			random := rand.New(rand.NewPCG(seed, 0))
			partitions := random.IntN(3)
			require.NoError(w, w.CreateTopic("fast", partitions))
			kind := []broker.SubscriptionType{broker.Shared, broker.KeyShared, broker.Failover}[random.IntN(3)]
			l := w.producer("fast", func(s *broker.ProducerSpec) { s.Pending = 50 })
			got := map[int]bool{}
			consumers := []*consumer{w.consumer("fast", kind), w.consumer("fast", kind)}
			receive := func() {
				for _, u := range consumers {
					run := w.drain(u)
					for i, d := range run {
						if random.IntN(20) == 0 {
							u.Nack(run[i : i+1])
							continue
						}
						w.ack(u, run[i:i+1])
						stamp, _ := payload.ReadStamp(d.Body)
						got[int(stamp.Sequence)] = true
					}
				}
			}
			for range 40 {
				switch random.IntN(8) {
				case 0:
					w.Kill()
					time.AfterFunc(time.Duration(random.IntN(2000))*time.Millisecond, w.Restore)
				case 1:
					w.Stall(time.Duration(random.IntN(2000)) * time.Millisecond)
				case 2:
					require.NoError(w, consumers[0].Close(w.Context()))
					time.Sleep(3 * time.Second)
					consumers[0] = w.consumer("fast", kind)
				}
				l.Send(w.dues(1 + random.IntN(100)))
				receive()
			}
			w.closeWithin(l, time.Minute)
			for range 10 {
				time.Sleep(3 * time.Second)
				receive()
			}
			require.Equal(w, int(l.sequence), len(got), "seed %d: %s, %d partitions", seed, kind, partitions)
			require.EqualValues(w, l.sequence, w.counts().Acked)
			require.Zero(w, w.backlog("fast"))
		})
	}
}
