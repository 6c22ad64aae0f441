package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func TestTopicsAreRead(t *testing.T) {
	for _, test := range []struct{ text, want, refusal string }{
		{"fast", "fast", ""},
		{"a, b,a,persistent://public/default/b", "a,b", ""},
		{"ns/a,b", "persistent://public/ns/a,b", ""},
		{"/orders-.*/", "/orders-.*/", ""},
		{"/tenant/ns/orders-[a-z]{1,3}/", "/tenant/ns/orders-[a-z]{1,3}/", ""},
		{"", "", "a topic needs a name"},
		{"a,,b", "", "a topic needs a name"},
		{"/orders-.*", "", `"/orders-.*" is not a pattern: it must end with a slash, like /orders-.*/`},
		{"//", "", `"//" is not a pattern: it must end with a slash, like /orders-.*/`},
		{"/ns//", "", `"/ns//" is not a pattern: it is empty`},
		{"/(/", "", `"/(/" is not a pattern: missing closing ): ` + "`(`"},
		{"/persistent://public/default/x/", "", `"/persistent://public/default/x/" is not a pattern: leave out the domain, only persistent topics match`},
	} {
		topics, err := spec.ParseTopics(test.text)
		if test.refusal != "" {
			require.EqualError(t, err, test.refusal, test.text)
			continue
		}
		require.NoError(t, err, test.text)
		require.Equal(t, test.want, topics.String())
		again, err := spec.ParseTopics(topics.String())
		require.NoError(t, err)
		require.Equal(t, topics, again, "what is written is read")
	}
}

func TestPatternsMatchWholeNamesOfOneNamespace(t *testing.T) {
	topics, err := spec.ParseTopics("/orders-.|x/")
	require.NoError(t, err)
	for name, want := range map[string]bool{
		"orders-a": true, "x": true, "orders-": false, "orders-ab": false, "my-orders-a": false, "xx": false,
		"ns/orders-a": false, "persistent://public/default/orders-b": true,
		"non-persistent://public/default/orders-b": false, "x-partition-1": false,
	} {
		require.Equal(t, want, topics.Match(name), name)
	}
}

func FuzzTopics(f *testing.F) {
	for _, seed := range []string{"a", "a,b", "/a.*/", "/ns/a/", "persistent://t/n/a,b", "/[/", ",", "/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		topics, err := spec.ParseTopics(text)
		if err != nil {
			return
		}
		again, err := spec.ParseTopics(topics.String())
		require.NoError(t, err)
		require.Equal(t, topics.String(), again.String())
		for _, name := range topics.Names() {
			require.True(t, topics.Match(name))
		}
	})
}

func TestHashesAreDividedEvenlyAndWhole(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 1000, broker.HashSlots} {
		ranges := broker.DivideHashes(n)
		require.Len(t, ranges, n)
		next := 0
		for _, r := range ranges {
			require.Equal(t, next, r.First)
			require.InDelta(t, float64(broker.HashSlots)/float64(n), r.Width(), 1)
			next = r.Last + 1
		}
		require.Equal(t, broker.HashSlots, next)
	}
}

// consumeAs starts a consumer group of two workers with changed settings.
func (v *inVirtual) consumeAs(change func(*spec.Consumer)) {
	spec := spec.DefaultConsumer("sub1")
	spec.Topic, spec.From, spec.Workers = "fast", broker.Earliest, 2
	change(&spec)
	require.NoError(v.t, v.AddConsumer("sub1", spec))
	require.NoError(v.t, v.Start(v.t.Context(), "sub1"))
}

// send starts a producer group named like its topic.
func (v *inVirtual) send(topic string, rate pacing.Rate) {
	spec := spec.DefaultProducer(topic)
	spec.Rate = pacing.Hold(rate)
	require.NoError(v.t, v.AddProducer(topic, spec))
	require.NoError(v.t, v.Start(v.t.Context(), topic))
}

// heard is all that has been said so far.
func (v *inVirtual) heard() string {
	var all []string
	for {
		select {
		case n := <-v.Notes():
			all = append(all, n.Text)
			continue
		default:
		}
		return strings.Join(all, "\n")
	}
}

// complete asserts that a group has got each message that producers were promised
// once, after they have stopped.
func (v *inVirtual) complete(producers ...string) {
	v.t.Helper()
	var acked int64
	for _, name := range producers {
		require.NoError(v.t, v.Stop(v.t.Context(), name))
		time.Sleep(2 * metrics.SampleEvery)
		p, _ := v.Snapshot().Group(name)
		acked += p.Producer.Acked
	}
	time.Sleep(2 * time.Second)
	books := v.sub1().Consumer.Delivery
	require.EqualValues(v.t, acked, books.Unique())
	require.Zero(v.t, books.Missing())
	require.Zero(v.t, books.Duplicated)
}

func TestSeveralTopicsChangeLiveAndNothingIsLost(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.send("a", 1000)
		v.send("b", 500)
		v.consumeAs(func(s *spec.Consumer) { s.Topic = "a" })
		time.Sleep(2 * time.Second)
		spec, _ := v.Consumer("sub1")
		spec.Topic = "a,b"
		rebuilt, err := v.SetConsumer(v.t.Context(), "sub1", spec)
		require.NoError(v.t, err)
		require.True(v.t, rebuilt.Done)
		time.Sleep(3 * time.Second)
		g := v.sub1()
		require.Equal(v.t, []string{"a", "b"}, g.Topics)
		require.Equal(v.t, 1, g.Consumer.Period, "one more topic begins nothing anew")
		require.InDelta(v.t, 1500, g.Consumer.Broker.OutPerSecond, 50, "the broker's count is of both topics")
		v.complete("a", "b")
		spec.Topic = "a"
		_, err = v.SetConsumer(v.t.Context(), "sub1", spec)
		require.NoError(v.t, err)
		require.Equal(v.t, 2, v.sub1().Consumer.Period, "what b still had is not held against the group")
	})
}

func TestAPatternFollowsTheTopicsThatThereAre(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeAs(func(s *spec.Consumer) { s.Topic, s.From = "/orders-.*/", broker.Latest })
		require.Empty(v.t, v.sub1().Topics)
		v.send("orders-a", 1000)
		v.send("other", 1000)
		time.Sleep(3 * time.Second)
		v.send("orders-b", 500)
		time.Sleep(5 * time.Second)
		require.Equal(v.t, []string{"orders-a", "orders-b"}, v.sub1().Topics)
		require.Contains(v.t, v.heard(), "sub1: also receiving from orders-b now, from its first message")
		v.complete("orders-a", "orders-b")
		v.cluster.Delete("orders-b")
		time.Sleep(5 * time.Second)
		require.Equal(v.t, []string{"orders-a", "orders-b"}, v.sub1().Topics, "its clients made it again, as Pulsar allows by default")
		require.Equal(v.t, snapshot.Running, v.sub1().State)
	})
}

func TestSeeksOfSeveralTopics(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.send("a", 1000)
		v.send("b", 1000)
		v.consumeAs(func(s *spec.Consumer) { s.Topic = "a,b" })
		time.Sleep(3 * time.Second)
		received := v.sub1().Consumer.Received
		require.NoError(v.t, v.consumerGroup("sub1").SeekTime(v.t.Context(), time.Unix(0, 0)))
		time.Sleep(2 * time.Second)
		require.Greater(v.t, v.sub1().Consumer.Received, 2*received)
		err := v.consumerGroup("sub1").SeekID(v.t.Context(), broker.MessageID{Ledger: 1, Partition: -1})
		require.EqualError(v.t, err, "sub1 receives from 2 topics, and message 1:0 is in one of them at most")
		books := v.sub1().Consumer.Delivery
		require.Zero(v.t, books.Lost)
		require.Zero(v.t, books.Duplicated)
	})
}

func TestUnsuitableCoverageIsRefused(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		for _, test := range []struct {
			change       func(*spec.Consumer)
			refusal, try string
		}{
			{func(s *spec.Consumer) { s.Compacted = true }, "compacted=on needs type=exclusive or type=failover, not shared", "set sub1 type=failover compacted=on"},
			{func(s *spec.Consumer) { s.Sticky = true }, "sticky=on needs type=key_shared, not shared", "set sub1 type=key_shared sticky=on"},
			{func(s *spec.Consumer) {
				s.Type, s.Compacted, s.Topic = broker.Failover, true, "a,non-persistent://public/default/b"
			}, "compacted=on needs persistent topics; non-persistent://public/default/b is not persistent", "set sub1 compacted=off"},
		} {
			spec := spec.DefaultConsumer("sub1")
			test.change(&spec)
			var refused *broker.Error
			require.ErrorAs(v.t, v.AddConsumer("sub1", spec), &refused)
			require.Equal(v.t, test.refusal, refused.Message)
			require.Equal(v.t, test.try, refused.Try)
		}
		v.consumeAs(func(s *spec.Consumer) { s.Durable = false })
		require.EqualError(v.t, v.consumerGroup("sub1").SeekTime(v.t.Context(), time.Now()), "sub1 has durable=off: its subscription has no cursor to move")
	})
}

func TestConsumersThatAreLostOrSilentAreReplaced(t *testing.T) {
	for _, test := range []struct {
		name     string
		upset    func(v *inVirtual)
		category broker.Category
		note     string
		lossless bool
	}{
		{"evicted", func(v *inVirtual) {
			v.cluster.Evict(1000, protocol.ConsumerBusy, "Exclusive consumer is already connected")
			time.AfterFunc(15*time.Second, func() { v.cluster.Faults.Clear() })
		}, broker.Busy, "sub1: cannot subscribe: another consumer already holds this subscription of topic fast; trying again; try: ", false},
		{"numb", func(v *inVirtual) { v.cluster.Stick(4 * time.Second) }, broker.Silent, "no deliveries for 8 s with", true},
		{"unloaded", func(v *inVirtual) { v.cluster.Unload("fast") }, broker.Moved, "topic fast was reloaded by the broker", true},
		{"subscription deleted", func(v *inVirtual) { v.cluster.DeleteSubscription("fast", "sub1") }, broker.Gone, "the subscription sub1 of fast was deleted and re-created", false},
		{"topic deleted and made again", func(v *inVirtual) { v.cluster.Delete("fast") }, broker.Moved, "topic fast was reloaded by the broker", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, func(v *inVirtual) {
				v.send("fast", 1000)
				v.consumeAs(func(s *spec.Consumer) {
					if test.category == broker.Gone {
						s.From = broker.Latest // else all of it comes again
					}
				})
				time.Sleep(5 * time.Second)
				v.heard()
				test.upset(v)
				time.Sleep(time.Minute)
				g, said := v.sub1(), v.heard()
				require.Equal(v.t, 1, strings.Count(said, test.note), "said once: %s", said)
				require.Positive(v.t, failed(g, test.category))
				require.InDelta(v.t, 1000, g.Consumer.Rate, 100, "it receives again")
				if test.lossless {
					v.complete("fast")
				}
			})
		})
	}
}

func TestALostProducerIsReplacedWhereItCanBe(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.send("fast", 1000)
		time.Sleep(2 * time.Second)
		v.cluster.Delete("fast")
		time.Sleep(3 * time.Second)
		g, _ := v.Snapshot().Group("fast")
		require.InDelta(v.t, 1000, g.Producer.Rate, 100, "the topic was made again, and it sends again")
		v.cluster.Terminate("fast")
		time.Sleep(20 * time.Second)
		require.Equal(v.t, 1, strings.Count(v.heard(), "fast: topic fast is terminated and accepts no more messages; trying again; try: set fast topic=fast-2"))
		g, _ = v.Snapshot().Group("fast")
		require.Positive(v.t, failed(g, broker.TopicTerminated))
		spec, _ := v.Producer("fast")
		spec.Topic = "fast-2"
		_, err := v.SetProducer(v.t.Context(), "fast", spec)
		require.NoError(v.t, err)
		time.Sleep(3 * time.Second)
		g, _ = v.Snapshot().Group("fast")
		require.Positive(v.t, g.Producer.Rate, "another topic takes its messages")
		require.Equal(v.t, g.Producer.Sent, g.Producer.Acked+g.Producer.Failed+g.Producer.Unknown+int64(g.Producer.InFlight), "every message is accounted for")
	})
}

func TestKeysAreShared(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consumeAs(func(s *spec.Consumer) { s.Type, s.Sticky, s.Workers = broker.KeyShared, true, 4 })
		v.produce(1000, func(s *spec.Producer) {
			s.Batch = 1 // a batch goes to the consumer of its first key
			require.NoError(v.t, s.Keys.UnmarshalText([]byte("500")))
		})
		time.Sleep(5 * time.Second)
		shares := v.consumerGroup("sub1").KeyShares(v.t.Context())
		require.Len(v.t, shares, 4)
		keys := 0
		for _, s := range shares {
			require.Equal(v.t, broker.HashSlots/4, s.Hashes)
			require.Positive(v.t, s.Received)
			keys += s.Keys
		}
		require.InDelta(v.t, 500, keys, 10)
		require.NoError(v.t, v.Scale(v.t.Context(), "sub1", 2))
		shares = v.consumerGroup("sub1").KeyShares(v.t.Context())
		require.Equal(v.t, broker.HashRange{First: broker.HashSlots / 2, Last: broker.HashSlots - 1}, shares[1].Range)
		settings, _ := v.Consumer("sub1")
		settings.Workers = 4
		_, err := v.SetConsumer(v.t.Context(), "sub1", settings)
		require.NoError(v.t, err)
		again := v.consumerGroup("sub1").KeyShares(v.t.Context())
		require.Len(v.t, again, 4)
		require.NotEqual(v.t, shares[0].Consumer, again[0].Consumer, "set gives all workers other keys, as scale does")
		v.complete("fast")
	})
}

func TestATroubleOfTwoPartsIsSaidOnce(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.send("fast", 1000)
		v.consumeAs(func(*spec.Consumer) {})
		time.Sleep(2 * time.Second)
		v.heard()
		v.cluster.Evict(10_000, protocol.AuthorizationError, "the broker gave it up")
		time.Sleep(time.Minute)
		said := v.heard()
		require.Equal(v.t, 1, strings.Count(said, "not authorised"), said)
		v.cluster.Faults.Clear()
		time.Sleep(time.Minute)
		require.Contains(v.t, v.heard(), "sub1: receiving again after ")
		require.NoError(v.t, v.Stop(v.t.Context(), "fast"))
		time.Sleep(3 * time.Second)
		require.Zero(v.t, v.sub1().Consumer.Delivery.Missing())
	})
}

// A group sends to ten thousand topics, each message to the next. The Go client would need a
// timer for each of them, which is refused with its default delay.
func TestTenThousandTopics(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		settings := spec.DefaultProducer("fast")
		settings.Spread.Count, settings.Rate, settings.Pending = spec.ProducerTopicsMax, pacing.Hold(10_000), spec.PendingMax
		require.NoError(t, v.AddProducer("fast", settings))
		err := v.Start(v.t.Context(), "fast")
		var refused *broker.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "10000 producers of the Go client with delay=5ms wake 2000000 times a second, and the limit is 400000", refused.Message)
		require.Equal(t, "set fast engine=wire", refused.Try)
		settings.Delay = time.Second
		_, err = v.SetProducer(v.t.Context(), "fast", settings)
		require.NoError(t, err)
		require.NoError(t, v.Start(v.t.Context(), "fast"))
		time.Sleep(8 * time.Second)
		g := v.fast()
		require.Len(t, g.Topics, spec.ProducerTopicsMax)
		require.InDelta(t, 10_000, g.Producer.Rate, 1000)
		require.Zero(t, g.Producer.Failed)
		require.NoError(t, v.Stop(v.t.Context(), "fast"))
	})
}

// With a Zipf distribution the first topic gets most messages, and so most of the pending
// ones too: an equal part would hold it up.
func TestUnevenTopicsHaveUnevenQueues(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.produce(20_000, func(s *spec.Producer) {
			s.Spread, _ = spec.ParseSpread("1000,zipf=1.1")
			s.Workers = 8
		})
		time.Sleep(5 * time.Second)
		p := v.fast().Producer
		require.Zero(t, p.Missed)
		require.InDelta(t, 20_000, p.Rate, 2000)
	})
}
