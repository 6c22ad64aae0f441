package wire

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/payload"
)

// send sends n messages and waits until they are stored.
func (b *bench) send(n int, change func(*broker.ProducerSpec)) {
	p := b.producer(change)
	require.Equal(b.t, n, p.Send(b.dues(n)))
	require.NoError(b.t, p.Close(b.within()))
}

func upTo(n int) (all []uint64) {
	for i := range uint64(n) {
		all = append(all, i)
	}
	return all
}

func TestWhatIsGivenBackComesAgainAfterTheDelay(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		const delay = 300 * time.Millisecond
		c := b.consumer(func(s *broker.ConsumerSpec) { s.NackDelay = delay })
		b.send(10, func(s *broker.ProducerSpec) { s.Batch.Messages = 1 })
		run := b.receive(c, 10)
		require.Equal(t, upTo(10), sequences(run))
		_, err := c.Ack(run[:7])
		require.NoError(t, err)
		before := b.clock()
		c.Nack(run[7:])
		again := b.receive(c, 3)
		require.Equal(t, []uint64{7, 8, 9}, sequences(again))
		require.GreaterOrEqual(t, b.clock()-before, int64(delay)*7/8, "an eighth may be missing")
		for _, d := range again {
			require.EqualValues(t, 1, d.Redelivery)
		}
		_, err = c.Ack(again)
		require.NoError(t, err)
		require.NoError(t, c.Close(b.within()))
		c = b.consumer(nil)
		b.nothing(c, 500*time.Millisecond)
		require.NoError(t, c.Close(b.within()))
	})
}

func TestABatchIsGivenBackAsAWhole(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		c := b.consumer(nil)
		b.send(10, func(s *broker.ProducerSpec) { s.Batch.Messages, s.Batch.Delay = 10, time.Minute })
		run := b.receive(c, 10)
		for i, d := range run {
			require.EqualValues(t, i, d.Index)
			require.Equal(t, run[0].Entry, d.Entry, "it is one entry")
		}
		_, err := c.Ack(run[:9])
		require.NoError(t, err)
		c.Nack(run[9:])
		again := b.receive(c, 10)
		require.Equal(t, upTo(10), sequences(again))
		_, err = c.Ack(again)
		require.NoError(t, err)
		require.NoError(t, c.Close(b.within()))
		b.drained("s")
	})
}

// drained waits until nothing waits for a subscription.
func (b *bench) drained(subscription string) {
	b.t.Helper()
	a := b.admin()
	require.Eventually(b.t, func() bool {
		stats, err := a.Stats(b.within(), b.topic)
		return err == nil && stats.Subscriptions[subscription].BacklogEntries == 0
	}, soon, 20*time.Millisecond)
}

func TestEveryWayToAcknowledge(t *testing.T) {
	for name, change := range map[string]func(*broker.ConsumerSpec){
		"grouped":               nil,
		"alone":                 func(s *broker.ConsumerSpec) { s.Grouping = broker.Grouping{} },
		"answered":              func(s *broker.ConsumerSpec) { s.Respond = true },
		"by index":              func(s *broker.ConsumerSpec) { s.BatchIndex = true },
		"by index and answered": func(s *broker.ConsumerSpec) { s.BatchIndex, s.Respond = true, true },
		"key_shared":            func(s *broker.ConsumerSpec) { s.Type = broker.KeyShared },
		"sticky ranges": func(s *broker.ConsumerSpec) {
			s.Type, s.Ranges = broker.KeyShared, broker.DivideHashes(1)
		},
		"a small queue": func(s *broker.ConsumerSpec) { s.Queue = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
				const want = 1000
				c := b.consumer(change)
				b.send(want, nil)
				books := b.collect(c, want)
				require.EqualValues(t, want, books.Received)
				b.drained("s")
				require.NoError(t, c.Close(b.within()))
			})
		})
	}
}

func TestOneAcknowledgementCoversWhatCameBefore(t *testing.T) {
	for _, kind := range []broker.SubscriptionType{broker.Exclusive, broker.Failover} {
		t.Run(string(kind), func(t *testing.T) {
			onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
				exclusive := func(s *broker.ConsumerSpec) { s.Type = kind }
				c := b.consumer(exclusive)
				b.send(30, func(s *broker.ProducerSpec) { s.Batch.Messages, s.Batch.Delay = 10, time.Minute })
				run := b.receive(c, 30)
				require.NoError(t, c.AckUpTo(run[:25]), "in the middle of a batch")
				require.NoError(t, c.Close(b.within()))
				c = b.consumer(exclusive)
				again := b.receive(c, 10)
				require.EqualValues(t, 20, sequences(again)[0], "the batch that was not complete comes again")
				require.NoError(t, c.AckUpTo(again))
				b.drained("s")
				require.NoError(t, c.Close(b.within()))
			})
		})
	}
}

func TestQueuesAreCountedAndBounded(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		c := b.consumer(func(s *broker.ConsumerSpec) { s.Queue = 100 })
		b.send(1000, func(s *broker.ProducerSpec) { s.Batch.Messages = 1 })
		require.Eventually(t, func() bool { return c.Waiting() >= 90 }, soon, time.Millisecond)
		require.Less(t, c.Waiting(), 150)
		b.collect(c, 1000)
		require.Zero(t, c.Waiting())
		require.NoError(t, c.Close(b.within()))
	})
}

func TestASubscriptionThatIsNotDurableBeginsWhereItIsTold(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		b.send(100, nil)
		fleeting := func(from broker.Position) func(*broker.ConsumerSpec) {
			return func(s *broker.ConsumerSpec) {
				s.Type, s.NonDurable, s.Position, s.Subscription = broker.Exclusive, true, from, "fleeting-"+string(from)
			}
		}
		all, late := b.consumer(fleeting(broker.Earliest)), b.consumer(fleeting(broker.Latest))
		require.Equal(t, upTo(100), sequences(b.receive(all, 100)))
		b.nothing(late, 200*time.Millisecond)
		b.send(3, nil)
		require.Equal(t, upTo(3), sequences(b.receive(late, 3)))
		require.NoError(t, all.Close(b.within()))
		require.NoError(t, late.Close(b.within()))
		stats, err := b.admin().Stats(b.within(), b.topic)
		require.NoError(t, err)
		require.Empty(t, stats.Subscriptions, "they have ended with their consumers")
	})
}

func TestTopicsComeAndGo(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		first, second := b.topic+"-1", b.topic+"-2"
		c := b.consumer(func(s *broker.ConsumerSpec) { s.Topics, s.TopicsChange = nil, true })
		b.topic = first
		b.send(5, nil)
		require.NoError(t, c.Add(b.within(), first))
		run := b.receive(c, 5)
		require.Equal(t, upTo(5), sequences(run))
		b.topic = second
		require.NoError(t, c.Add(b.within(), second))
		b.send(7, nil)
		require.Equal(t, upTo(7), sequences(b.receive(c, 7)))
		require.NoError(t, c.Drop(b.within(), first))
		failed, err := c.Ack(run)
		require.Equal(t, 5, failed)
		require.Equal(t, broker.Gone, broker.Classify(err))
		b.topic = first
		b.send(3, nil)
		b.nothing(c, 300*time.Millisecond)
		require.NoError(t, c.Close(b.within()))
	})
}

func TestDeadLettersCarryWhatClientsLookFor(t *testing.T) {
	server := localtest.Start(t)
	for _, way := range [][2]string{{"wire", "client"}, {"client", "wire"}, {"wire", "wire"}} {
		t.Run(way[0]+" read by "+way[1], func(t *testing.T) {
			b, reader := newBench(t, server, way[0], way[0]), newBench(t, server, way[1], way[1])
			c := b.consumer(nil)
			keys, err := payload.ParseKeys("3")
			require.NoError(t, err)
			b.send(20, func(s *broker.ProducerSpec) { s.Keys = payload.NewKeyTable(keys) })
			for _, retry := range []bool{false, true} {
				reader.topic = fmt.Sprintf("%s-%v", b.topic, retry)
				f, err := b.receiving.OpenForwarder(b.within(), broker.ForwarderSpec{Topic: reader.topic, Name: "f-" + reader.topic, Retry: retry})
				require.NoError(t, err)
				source := reader.consumer(nil)
				run := b.receive(c, 20)
				before := reader.clock()
				delay := time.Duration(0)
				if retry {
					delay = 2 * time.Second
				}
				for _, err := range f.Forward(b.within(), run, delay) {
					require.NoError(t, err)
				}
				got := reader.receive(source, 20)
				require.ElementsMatch(t, sequences(run), sequences(got))
				for i, d := range got {
					j := slices.Index(sequences(run), sequences(got[i : i+1])[0])
					require.Equal(t, run[j].Key, d.Key)
					require.Equal(t, run[j].Body, d.Body)
					if retry {
						require.EqualValues(t, 1, d.Retries)
					} else {
						require.Zero(t, d.Retries)
					}
				}
				if retry {
					require.Greater(t, reader.clock()-before, int64(delay)/2, "a tick of the broker may be missing")
				}
				if !retry {
					c.Nack(run) // they come again for the retry topic
				}
				require.NoError(t, f.Close(b.within()))
				require.NoError(t, source.Close(b.within()))
			}
			require.NoError(t, c.Close(b.within()))
		})
	}
}

func TestASecondExclusiveConsumerIsRefusedWithASentence(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		exclusive := func(s *broker.ConsumerSpec) { s.Type = broker.Exclusive }
		first := b.consumer(exclusive)
		spec := b.spec()
		exclusive(&spec)
		_, err := b.receiving.Subscribe(b.within(), spec)
		require.EqualError(t, err, "another consumer already holds this subscription of topic "+b.topic)
		require.Equal(t, broker.Busy, broker.Classify(err))
		require.NoError(t, first.Close(b.within()))
	})
}

func TestConsumersShareASubscription(t *testing.T) {
	onBoth(t, localtest.Start, func(t *testing.T, b *bench) {
		for _, kind := range []broker.SubscriptionType{broker.Shared, broker.KeyShared} {
			change := func(s *broker.ConsumerSpec) {
				s.Type, s.Subscription, s.Queue, s.Position = kind, string(kind), 10, broker.Latest
			}
			one, two := b.consumer(change), b.consumer(change)
			keys, err := payload.ParseKeys("100")
			require.NoError(t, err)
			b.send(1000, func(s *broker.ProducerSpec) { s.Keys, s.Batch.Messages = payload.NewKeyTable(keys), 1 })
			seen := map[uint64]int{}
			share := map[broker.Consumer]int{}
			var owner = map[string]broker.Consumer{}
			for len(seen) < 1000 {
				for _, c := range []broker.Consumer{one, two} {
					if c.Waiting() == 0 {
						time.Sleep(time.Millisecond) // the other may have all that is left
						continue
					}
					run := b.receive(c, 1)
					for i, d := range run {
						seen[sequences(run[i : i+1])[0]]++
						share[c]++
						if kind == broker.KeyShared {
							if owner[d.Key] == nil {
								owner[d.Key] = c
							}
							require.Equal(t, owner[d.Key], c, "a key has one consumer")
						}
					}
					_, err := c.Ack(run)
					require.NoError(t, err)
				}
			}
			require.Greater(t, share[one], 100)
			require.Greater(t, share[two], 100)
			require.NoError(t, one.Close(b.within()))
			require.NoError(t, two.Close(b.within()))
		}
	})
}
