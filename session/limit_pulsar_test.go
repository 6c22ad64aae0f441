package session_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// policy sets a policy of the test's topic, or of a namespace of its own.
func (l *load) policy(method, path string, value any) {
	l.t.Helper()
	target, _ := l.Target()
	body, err := json.Marshal(value)
	require.NoError(l.t, err)
	request, err := http.NewRequestWithContext(l.soon(), method, target.AdminURL+"/admin/v2/"+path, bytes.NewReader(body))
	require.NoError(l.t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(l.t, err)
	defer answer.Body.Close()
	require.Less(l.t, answer.StatusCode, 300, "%s %s", method, path)
}

// ownNamespace moves the test's topic to a namespace of its own.
func (l *load) ownNamespace() (namespace string) {
	namespace = "public/" + l.topic
	l.policy(http.MethodPut, "namespaces/"+namespace, struct{}{})
	l.topic = namespace + "/x"
	return namespace
}

// limited waits until a group's limit contains a text.
func (l *load) limited(group, text string) {
	l.t.Helper()
	last := ""
	defer func() {
		if l.t.Failed() {
			l.t.Logf("the last limit of %s was %q", group, last)
		}
	}()
	l.until(group+" is limited by "+text, func() bool {
		g, _ := l.Snapshot().Group(group)
		if g.Producer != nil {
			last = g.Producer.Limit
		} else if g.Consumer != nil {
			last = g.Consumer.Limit
		}
		return strings.Contains(last, text)
	})
}

// What limits a group has its name, the policy's value, and whose it is.
func TestPulsarLimitsOfTheBroker(t *testing.T) {
	aloneOnEachEngine(t, func(t *testing.T, l *load) {
		t.Run("publish rate", func(t *testing.T) {
			ns := l.ownNamespace()
			l.policy(http.MethodPost, "namespaces/"+ns+"/publishRate", map[string]any{"publishThrottlingRateInMsg": 200, "publishThrottlingRateInByte": -1})
			l.produce(func(p *spec.Producer) { p.Rate, p.Timeout, p.Pending = pacing.Hold(2000), 5*time.Second, 1000 })
			l.limited("fast", "the namespace's publish rate of 200 msg/s")
			bystander := spec.DefaultProducer("free")
			bystander.Topic, bystander.Rate = "public/default/"+strings.ReplaceAll(ns, "/", "-"), pacing.Hold(500)
			require.NoError(t, l.AddProducer("free", bystander))
			require.NoError(t, l.Start(l.soon(), "free"))
			time.Sleep(5 * time.Second)
			free := l.group("free").Producer
			require.Greater(t, free.Rate, 0.9*500, "it has a connection of its own")
			require.Empty(t, free.Limit)
			require.NoError(t, l.Stop(l.soon(), "free"))
			_ = l.Stop(l.soon(), "fast") // what is in flight fails
			for _, name := range []string{"free", "fast"} {
				require.NoError(t, l.Remove(l.soon(), name))
			}
		})
		t.Run("backlog quota", func(t *testing.T) {
			l.topic = strings.Split(l.topic, "/")[1]
			l.topic += "-quota"
			ns := l.ownNamespace()
			l.policy(http.MethodPost, "namespaces/"+ns+"/backlogQuota", map[string]any{"limitSize": 1 << 20, "policy": "producer_request_hold"})
			l.consume(func(s *spec.Consumer) { s.Rate = pacing.Hold(10) })
			l.produce(func(p *spec.Producer) { p.Rate, p.Timeout = pacing.Hold(1000), 5*time.Second })
			l.limited("fast", "the backlog is full")
			require.NoError(t, l.Stop(l.soon(), "sub1"))
			require.NoError(t, l.Remove(l.soon(), "sub1"))
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			_ = l.Stop(ctx, "fast") // what is in flight fails, and the Go client waits for it until the context ends
			cancel()
			require.NoError(t, l.Remove(l.soon(), "fast"))
		})
		t.Run("dispatch rate", func(t *testing.T) {
			l.topic = strings.Split(l.topic, "/")[1] + "-dispatch"
			ns := l.ownNamespace()
			l.policy(http.MethodPost, "namespaces/"+ns+"/dispatchRate", map[string]any{"dispatchThrottlingRateInMsg": 50, "dispatchThrottlingRateInByte": -1, "ratePeriodInSecond": 1})
			l.consume(func(s *spec.Consumer) { s.Type = broker.Shared })
			l.produce(func(p *spec.Producer) { p.Rate, p.Delay, p.Producers = pacing.Hold(1000), 500*time.Millisecond, 1 })
			l.limited("sub1", "the namespace's dispatch rate of 50 msg/s")
			time.Sleep(12 * time.Second)
			for _, f := range l.group("sub1").Failures {
				require.NotEqual(t, broker.Silent, f.Category, "a throttled consumer is not silent")
			}
			require.Equal(t, snapshot.Running, l.group("sub1").State)
			for _, name := range []string{"fast", "sub1"} {
				require.NoError(t, l.Stop(l.soon(), name))
				require.NoError(t, l.Remove(l.soon(), name))
			}
		})
		t.Run("message size", func(t *testing.T) {
			l.topic = strings.ReplaceAll(l.topic, "/", "-") + "-size"
			require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, 0))
			l.policy(http.MethodPost, "persistent/public/default/"+l.topic+"/maxMessageSize", 2048)
			l.until("the policy is in force", func() bool {
				p, err := l.admin.Policies(l.soon(), l.topic)
				return err == nil && p.SizeMax == 2048
			})
			settings := spec.DefaultProducer("big")
			settings.Topic, settings.Batch = l.topic, 1
			var err error
			settings.Size, err = payload.ParseSize("1KiB..4KiB")
			require.NoError(t, err)
			require.NoError(t, l.AddProducer("big", settings))
			require.ErrorContains(t, l.Start(l.soon(), "big"), "takes messages and batches up to 2KiB (maxMessageSize), and size=1KiB..4KiB is more")
		})
	})
}

// TestPulsarBoundsOfTheNamespace reaches the bounds on producers, consumers and
// subscriptions, on topics whose names are words of other errors.
func TestPulsarBoundsOfTheNamespace(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		ns := l.ownNamespace()
		for policy, most := range map[string]int{"maxProducersPerTopic": 2, "maxConsumersPerTopic": 3, "maxConsumersPerSubscription": 2, "maxSubscriptionsPerTopic": 2} {
			l.policy(http.MethodPost, "namespaces/"+ns+"/"+policy, most)
		}
		time.Sleep(time.Second) // brokers take policies up a moment after they have answered
		start := func(name, topic string, workers int) error {
			settings := spec.DefaultConsumer(name)
			settings.Topic, settings.Workers, settings.Type = topic, workers, broker.Shared
			require.NoError(t, l.AddConsumer(name, settings))
			return l.Start(l.soon(), name)
		}
		for _, word := range []string{"timeout-events", "authentication-log", "terminated-orders", "eof"} {
			topic := ns + "/" + word
			l.topic = topic
			l.produce(func(p *spec.Producer) { p.Producers, p.Workers, p.Rate = spec.ProducersEach, 2, pacing.Hold(10) })
			err := l.Scale(l.soon(), "fast", 4)
			require.ErrorContains(t, err, "topic persistent://"+topic+" has as many producers as it may have (maxProducersPerTopic 2 of namespace "+ns+")")
			l.until("the group runs on", func() bool { return l.group("fast").State == snapshot.Running })
			require.ErrorContains(t, start("s1", topic, 3), "the subscription s1 of topic persistent://"+topic+" has as many consumers as it may have (maxConsumersPerSubscription 2 of namespace "+ns+")")
			require.NoError(t, l.Remove(l.soon(), "s1"))
			require.NoError(t, start("s1", topic, 2))
			require.ErrorContains(t, start("s2", topic, 2), "topic persistent://"+topic+" has as many consumers as it may have (maxConsumersPerTopic 3 of namespace "+ns+")")
			require.ErrorContains(t, start("s3", topic, 1), "has as many subscriptions as it may have (maxSubscriptionsPerTopic 2 of namespace "+ns+")")
			for _, name := range []string{"fast", "s1"} {
				require.NoError(t, l.Stop(l.soon(), name))
			}
			for _, name := range []string{"fast", "s1", "s2", "s3"} {
				require.NoError(t, l.Remove(l.soon(), name))
			}
		}
	})
}

// TestPulsarRemovedMessages lets the cluster throw acked messages away in four ways. None
// is lost, each is named with its reason, and none is on the way for ever.
func TestPulsarRemovedMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(l *load, ns string)
		remove  func(l *load)
		why     string
	}{
		"TTL": {
			func(l *load, ns string) { l.policy(http.MethodPost, "namespaces/"+ns+"/messageTTL", 1) },
			func(l *load) {
				time.Sleep(2 * time.Second)
				require.NoError(l.t, l.admin.Expire(l.soon(), l.topic, "sub1", time.Second))
			}, "expired: messageTTL 1s",
		},
		"skipped": {
			func(*load, string) {},
			func(l *load) { require.NoError(l.t, l.admin.ClearBacklog(l.soon(), l.topic, "sub1")) }, "moved",
		},
		"evicted": {
			func(l *load, ns string) {
				l.policy(http.MethodPost, "namespaces/"+ns+"/backlogQuota", map[string]any{"limitSize": 200 << 10, "policy": "consumer_backlog_eviction"})
			},
			func(*load) {}, "backlog quota",
		},
		"deleted topic": {
			func(*load, string) {},
			func(l *load) { require.NoError(l.t, l.admin.DeleteTopic(l.soon(), l.topic, true)) }, "deleted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, l *load) {
				ns := l.ownNamespace()
				c.prepare(l, ns)
				l.consume(func(s *spec.Consumer) { s.Type, s.Rate, s.Queue = broker.Shared, pacing.Hold(20), 10 })
				l.produce(func(p *spec.Producer) { p.Rate, p.Batch = pacing.Hold(500), 5 })
				l.until("a backlog that the broker has told", func() bool {
					return l.group("fast").Producer.Acked > 1500 && l.sub1().Backlog.Known && l.sub1().Backlog.Entries > 100
				})
				require.NoError(t, l.Stop(l.soon(), "fast"))
				c.remove(l)
				l.until("the removed messages are told", func() bool {
					sub := l.group("sub1").Consumer
					return sub.Removed > 0 && strings.Contains(sub.Broker.Removed.Why, c.why)
				})
				if c.why == "deleted" {
					return // what the topic holds now is another stream
				}
				settings, _ := l.Consumer("sub1")
				settings.Rate = pacing.Hold(pacing.Max())
				_, err := l.SetConsumer(l.soon(), "sub1", settings)
				require.NoError(t, err)
				l.until("each acked message is received or removed", func() bool {
					s := l.sub1()
					return s.Backlog.Known && s.Backlog.Entries == 0 && s.Delivery.Missing() == 0 && int64(s.Delivery.Unique())+s.Removed == l.fast().Acked
				})
			})
		})
	}
}

// TestPulsarTerminatedTopic names the reason also where the broker leaves the sends of
// that moment unanswered.
func TestPulsarTerminatedTopic(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		for range 3 {
			l.topic += "x"
			l.produce(func(p *spec.Producer) { p.Rate = pacing.Hold(1000) })
			l.acked(500)
			require.NoError(t, l.admin.Terminate(l.soon(), l.topic))
			l.limited("fast", "is terminated and accepts no more messages")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_ = l.Stop(ctx, "fast") // what is in flight fails
			cancel()
			require.NoError(t, l.Remove(l.soon(), "fast"))
		}
	})
}
