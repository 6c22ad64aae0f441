package session_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// spread makes topics of a kind, with a producer group on each, and returns
// what a consumer group is to receive from.
func (l *load) spread(kind string, rate float64) (topics string, producers []string) {
	names := map[string][]string{
		"single": {""}, "partitioned": {""}, "multi": {"-a", "-b", "-c"}, "pattern": {"-a", "-b", "-c"},
	}[kind]
	for i, suffix := range names {
		spec := spec.DefaultProducer("x")
		spec.Topic, spec.Rate, spec.Workers = l.topic+suffix, pacing.Hold(pacing.Rate(rate/float64(len(names)))), 2
		if kind == "partitioned" {
			spec.Partitions = 4
		}
		name := fmt.Sprintf("p%d", i)
		require.NoError(l.t, l.AddProducer(name, spec))
		require.NoError(l.t, l.Start(l.soon(), name))
		producers = append(producers, name)
		names[i] = spec.Topic
	}
	if kind == "pattern" {
		return "/" + l.topic + "-./", producers
	}
	return strings.Join(names, ","), producers
}

// settleAll stops producers and waits until a group has got all they were
// promised, in this epoch or in all.
func (l *load) settleAll(group string, producers []string) (acked int64) {
	l.t.Helper()
	for _, name := range producers {
		require.NoError(l.t, l.Stop(l.soon(), name))
	}
	l.until("the last samples", func() bool {
		acked = 0
		for _, name := range producers {
			p := l.group(name).Producer
			if p.InFlight > 0 || p.Sent != p.Acked {
				return false
			}
			acked += p.Acked
		}
		return true
	})
	l.until(group+" has all", func() bool {
		c := l.group(group).Consumer
		return c.Delivery.Gaps == 0 && c.Delivery.NotYetReceived == 0
	})
	return acked
}

func TestAHundredSeeksUnderLoad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind  string
		seeks int
	}{{"single", 100}, {"partitioned", 20}, {"multi", 10}, {"pattern", 10}} {
		t.Run(test.kind, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				topics, producers := l.spread(test.kind, 5000) // of each of eight groups at once
				l.consume(func(s *spec.Consumer) { s.Topic, s.Workers = topics, 2 })
				worst, resumed := time.Duration(0), 0
				for range test.seeks {
					received := l.sub1().Received
					begin := time.Now()
					require.NoError(t, l.consumerGroup("sub1").SeekTime(l.soon(), time.Now().Add(-500*time.Millisecond)))
					l.until("it receives again", func() bool { return l.sub1().Received > received })
					worst = max(worst, time.Since(begin))
					resumed++
				}
				l.settleAll("sub1", producers)
				t.Logf("%d of %d seeks, delivery resumed after each, at most %s", resumed, test.seeks, worst)
				require.Zero(t, l.sub1().Delivery.Duplicated)
				require.Zero(t, l.sub1().Delivery.Lost)
				require.Equal(t, test.seeks+1, l.sub1().Period)
			})
		})
	}
}

func TestKeysKeepTheirOrderThroughScaling(t *testing.T) {
	t.Parallel()
	for i, sticky := range []bool{false, true} {
		t.Run(fmt.Sprintf("sticky=%t", sticky), func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.consume(func(s *spec.Consumer) { s.Type, s.Sticky = broker.KeyShared, sticky })
				l.produce(func(s *spec.Producer) {
					require.NoError(t, s.Keys.UnmarshalText([]byte("1000,hot=20%/3")))
					// A batch of several keys goes where its first key goes.
					s.Batch, s.BatchBy = [...]int{1, 1000}[i], spec.ByKey
				})
				for _, workers := range []int{8, 3} {
					l.acked(4000)
					require.NoError(t, l.Scale(l.soon(), "sub1", workers))
					l.until("the consumers", func() bool { return l.sub1().Consumers == workers })
				}
				l.acked(4000)
				shares := l.consumerGroup("sub1").KeyShares(l.soon())
				l.clean()
				books := l.sub1().Delivery
				t.Logf("%d keyed, %d out of order by key, %d unknown, %d redelivered", books.Keyed, books.OutOfOrderKey, books.KeyUnknown, books.Redelivered)
				require.Zero(t, books.OutOfOrderKey)
				require.Len(t, shares, 3)
				hashes := 0
				for _, s := range shares {
					hashes += s.Hashes
					require.Positive(t, s.Keys)
				}
				require.InDelta(t, broker.HashSlots, hashes, 1, "the workers serve all hash values")
			})
		})
	}
}

// failed is how often a group has failed for a cause.
func failed(g snapshot.Group, c broker.Category) (n int64) {
	for _, f := range g.Failures {
		if f.Category == c {
			n += f.Count
		}
	}
	return n
}

// troubled reports whether a category is listed, also if nothing has failed with it.
func troubled(g snapshot.Group, c broker.Category) bool {
	return slices.ContainsFunc(g.Failures, func(f metrics.Failure) bool { return f.Category == c })
}

// told waits for a note.
func (l *load) told(text string) {
	l.t.Helper()
	var heard []string
	l.until("a note: "+text, func() bool {
		select {
		case n := <-l.Notes():
			heard = append(heard, n.Text)
			return strings.Contains(n.Text, text)
		default:
			return false
		}
	})
	l.t.Logf("%s", heard[len(heard)-1])
}

func TestUpheavalsAreNoticedAndSurvived(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		do       func(l *load) error
		note     string
		category broker.Category
	}{
		{"unload", func(l *load) error { return l.admin.Unload(l.soon(), l.topic) }, "was reloaded by the broker", broker.Moved},
		{"delete the subscription", func(l *load) error { return l.admin.DeleteSubscription(l.soon(), l.topic, "sub1", true) },
			"was deleted and re-created", broker.Gone},
		{"delete the topic", func(l *load) error { return l.admin.DeleteTopic(l.soon(), l.topic, true) }, "was reloaded by the broker", broker.Moved},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				l.produce(nil)
				l.consume(func(s *spec.Consumer) { s.Workers, s.From = 2, broker.Latest }) // from earliest the counter would be back at once
				l.acked(4000)
				l.until("the broker counts", func() bool { return l.sub1().Broker.Messages > 2000 && l.fast().Broker.Messages > 2000 })
				require.NoError(t, test.do(l))
				l.told(test.note)
				received := l.sub1().Received
				l.acked(4000)
				l.until("it receives again", func() bool { return l.sub1().Received > received+2000 })
				require.Positive(t, failed(l.group("sub1"), test.category))
			})
		})
	}
}

func TestASecondExclusiveConsumerIsRefusedWithANextStep(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(s *spec.Consumer) { s.Type = broker.Exclusive })
		spec, _ := l.Consumer("sub1")
		require.NoError(t, l.AddConsumer("sub2", spec))
		err := l.Start(l.soon(), "sub2")
		var refused *broker.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, broker.Busy, refused.Category)
		require.Equal(t, "set sub2 subscription=sub1-2", refused.Try)
	})
}

func TestTopicsChangeLive(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		topics, producers := l.spread("multi", 3000)
		each := strings.Split(topics, ",")
		l.consume(func(s *spec.Consumer) { s.Topic, s.Workers = each[0], 2 })
		set := func(topic string) {
			spec, _ := l.Consumer("sub1")
			spec.Topic = topic
			_, err := l.SetConsumer(l.soon(), "sub1", spec)
			require.NoError(t, err)
			received := l.sub1().Received
			l.until("it receives", func() bool { return l.sub1().Received > received+1000 })
		}
		set(topics)
		require.Len(t, l.group("sub1").Topics, 3)
		set("/" + l.topic + "-./")
		require.Equal(t, 1, l.sub1().Period, "the same topics and more: nothing begins anew")
		late := spec.DefaultProducer("late")
		late.Topic, late.Rate = l.topic+"-d", pacing.Hold(1000)
		require.NoError(t, l.AddProducer("late", late))
		require.NoError(t, l.Start(l.soon(), "late"))
		l.told("also receiving from " + l.topic + "-d now")
		acked := l.settleAll("sub1", append(producers, "late"))
		l.until("all received", func() bool { return int64(l.sub1().Delivery.Unique()) == acked })
		books := l.sub1().Delivery
		require.Zero(t, books.Lost)
		require.Zero(t, books.Duplicated)
	})
}

// combinationTime is how long each combination is driven; the variable
// PULSH_COMBINATION_TIME, as 10s, changes it.
func combinationTime(t *testing.T) time.Duration {
	text := os.Getenv("PULSH_COMBINATION_TIME")
	if text == "" {
		return 3 * time.Second
	}
	d, err := time.ParseDuration(text)
	require.NoError(t, err)
	return d
}

func TestEveryTypeWithEveryAckOnEveryKindOfTopic(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"single", "partitioned", "multi", "pattern"} {
		t.Run(kind, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				topics, producers := l.spread(kind, 1000)
				var groups []string
				for _, of := range broker.SubscriptionTypes() {
					for _, ack := range []string{"immediate", "batched", "cumulative"} {
						settings := spec.DefaultConsumer(fmt.Sprintf("%s-%s", of, ack))
						settings.Topic, settings.Type, settings.Workers, settings.From = topics, of, 2, broker.Earliest
						var err error
						settings.Ack, err = spec.ParseAck(ack)
						require.NoError(t, err)
						if ack == "cumulative" && (of == broker.Shared || of == broker.KeyShared) {
							require.Error(t, l.AddConsumer(settings.Subscription, settings))
							continue
						}
						require.NoError(t, l.AddConsumer(settings.Subscription, settings))
						require.NoError(t, l.Start(l.soon(), settings.Subscription))
						groups = append(groups, settings.Subscription)
					}
				}
				time.Sleep(combinationTime(t)) // the load itself: nothing is compared with this time
				for _, group := range groups {
					acked := l.settleAll(group, producers)
					l.until(group, func() bool { return int64(l.group(group).Consumer.Delivery.Unique()) == acked })
					books := l.group(group).Consumer.Delivery
					require.Zero(t, books.Missing(), group)
					require.Zero(t, books.Duplicated, group)
					require.Zero(t, books.OutsideWindow, group)
				}
				t.Logf("%d combinations on %s, no losses or duplicates", len(groups), topics)
			})
		})
	}
}
