package session_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// onTwoClusters runs a test with both engines on two brokers in memory: the session's own,
// and one that is called eu.
func onTwoClusters(t *testing.T, test func(t *testing.T, l *load, eu *embedded.Broker)) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, _ *embedded.Broker) {
		eu, err := embedded.Start(embedded.Config{})
		require.NoError(t, err)
		t.Cleanup(eu.Close)
		require.NoError(t, l.Clusters.Add(l.soon(), "eu", broker.Target{URL: eu.URL(), AdminURL: eu.AdminURL()}, false))
		test(t, l, eu)
	})
}

// pair starts a producer group and a consumer group of these names on a cluster. All pairs
// have the same topic and the same subscription.
func (l *load) pair(cluster, producer, consumer string, rate pacing.Rate) {
	l.t.Helper()
	receiving := spec.DefaultConsumer(consumer)
	receiving.Topic, receiving.Subscription, receiving.From, receiving.Cluster = l.topic, "same", broker.Earliest, cluster
	require.NoError(l.t, l.AddConsumer(consumer, receiving))
	require.NoError(l.t, l.Start(l.soon(), consumer))
	sending := spec.DefaultProducer(producer)
	sending.Topic, sending.Rate, sending.Cluster = l.topic, pacing.Hold(rate), cluster
	require.NoError(l.t, l.AddProducer(producer, sending))
	require.NoError(l.t, l.Start(l.soon(), producer))
}

// allReceived stops a producer group and asserts that a consumer group has received all
// that it sent, and nothing else.
func (l *load) allReceived(producer, consumer string) {
	l.t.Helper()
	require.NoError(l.t, l.Stop(l.soon(), producer))
	stopped := time.Now()
	l.until("the last sample", func() bool { return l.Snapshot().At.After(stopped) })
	l.until("all received", func() bool {
		p := l.group(producer).Producer
		return p.InFlight == 0 && p.Acked > 0 && l.group(consumer).Consumer.Received >= p.Acked
	})
	l.until("the books", func() bool {
		books := l.group(consumer).Consumer.Delivery
		return books.Missing() == 0 && int64(books.Received) == l.group(producer).Producer.Acked
	})
	books := l.group(consumer).Consumer.Delivery
	require.Zero(l.t, books.Duplicated+books.Unknown)
}

// TestTheSameNamesOnTwoClustersAreTwoTopics sends to topics of one name, which do not
// replicate: no message is missed on the other cluster.
func TestTheSameNamesOnTwoClustersAreTwoTopics(t *testing.T) {
	onTwoClusters(t, func(_ *testing.T, l *load, _ *embedded.Broker) { l.twoTopics() })
}

func (l *load) twoTopics() {
	t := l.t
	l.pair("", "fast", "sub1", 2000)
	l.pair("eu", "slow", "sub2", 500)
	l.until("figures of both admin APIs", func() bool {
		return l.sub1().Backlog.Known && l.group("sub2").Consumer.Backlog.Known && l.group("sub2").Consumer.Received > 500 && l.sub1().Received > 2000
	})
	s := l.Snapshot()
	own, there := s.SumOf(spec.OwnCluster), s.SumOf("eu")
	require.Equal(t, 2, own.Groups)
	require.Equal(t, 2, there.Groups)
	require.Equal(t, s.Totals.Sent, own.Sent+there.Sent)
	require.Equal(t, s.Totals.Received, own.Received+there.Received)
	require.Empty(t, l.group("sub2").Consumer.SharedWith, "a subscription of this name on another cluster is another one")
	require.Equal(t, "eu", l.group("sub2").Cluster)
	for _, name := range []string{"sub1", "sub2"} {
		c := l.group(name).Consumer
		require.Zero(t, c.Delivery.Replicating+c.Delivery.Lost, name)
		require.Empty(t, c.Others, name)
	}
	l.allReceived("fast", "sub1")
	l.allReceived("slow", "sub2")
	for producer, admin := range map[string]broker.Admin{"fast": l.Admin(), "slow": l.adminOfEU()} {
		stats, err := admin.Stats(l.soon(), l.topic)
		require.NoError(t, err)
		require.Equal(t, l.group(producer).Producer.Acked, stats.MessagesIn)
	}
}

// adminOfEU is the admin API of the second cluster.
func (l *load) adminOfEU() broker.Admin {
	c, err := l.Clusters.Of("eu")
	require.NoError(l.t, err)
	return c.Admin
}

// TestACursorMovesOnItsOwnClusterOnly moves the cursors of a subscription that has the
// same name on two clusters.
func TestACursorMovesOnItsOwnClusterOnly(t *testing.T) {
	onTwoClusters(t, func(_ *testing.T, l *load, _ *embedded.Broker) { l.twoCursors() })
}

func (l *load) twoCursors() {
	t := l.t
	l.pair("", "fast", "sub1", 1000)
	l.pair("eu", "slow", "sub2", 1000)
	l.until("messages", func() bool { return l.sub1().Received > 500 && l.group("sub2").Consumer.Received > 500 })
	l.allReceived("fast", "sub1")
	l.allReceived("slow", "sub2")
	before := l.sub1().Received
	group := l.consumerGroup("sub2")
	require.NoError(t, group.SeekTime(l.soon(), time.Unix(0, 0)))
	sent := l.group("slow").Producer.Acked
	l.until("all again", func() bool { return l.group("sub2").Consumer.Received >= 2*sent })
	require.Equal(t, before, l.sub1().Received)
	require.Equal(t, 1, l.sub1().Period)

	require.NoError(t, l.Pause("sub1"))
	require.NoError(t, l.Pause("sub2"))
	for _, one := range []broker.Admin{l.Admin(), l.adminOfEU()} {
		require.NoError(t, one.CreateSubscription(l.soon(), l.topic, "audit", broker.Earliest))
	}
	left := func(at broker.Admin) int64 {
		stats, err := at.Stats(l.soon(), l.topic)
		require.NoError(t, err)
		return stats.Subscriptions["audit"].BacklogEntries
	}
	stored := left(l.Admin())
	there := left(l.adminOfEU())
	_, err := l.SkipOn(l.soon(), "eu", l.topic, "audit", 100)
	require.NoError(t, err)
	require.Less(t, left(l.adminOfEU()), there)
	require.Equal(t, stored, left(l.Admin()))
	require.NoError(t, l.adminOfEU().ClearBacklog(l.soon(), l.topic, "audit"))
	require.Zero(t, left(l.adminOfEU()))
	require.Equal(t, stored, left(l.Admin()))
}

// TestAClusterThatIsAwayHoldsUpNoOther ends one of two clusters.
func TestAClusterThatIsAwayHoldsUpNoOther(t *testing.T) {
	onTwoClusters(t, func(t *testing.T, l *load, eu *embedded.Broker) {
		l.pair("", "fast", "sub1", 1000)
		l.pair("eu", "slow", "sub2", 1000)
		l.until("backlogs", func() bool { return l.sub1().Backlog.Known && l.group("sub2").Consumer.Backlog.Known })
		notes := l.heard()
		eu.Close()
		l.until("the outage", func() bool { return l.Snapshot().ClusterOf("eu").State == snapshot.Reconnecting })
		l.until("an unknown backlog", func() bool { return !l.group("sub2").Consumer.Backlog.Known })
		require.Equal(t, snapshot.Up, l.Snapshot().Cluster.State)
		require.True(t, l.sub1().Backlog.Known)
		before := l.sub1().Received
		l.until("the other cluster", func() bool { return l.sub1().Received > before+1000 })
		require.Equal(t, snapshot.Running, l.group("fast").State)
		l.until("a note", func() bool { return strings.Contains(notes(), "eu: ") })
		require.NotContains(t, notes(), "default: ")

		add := spec.DefaultProducer("more")
		add.Cluster = "eu"
		require.NoError(t, l.AddProducer("more", add))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.Error(t, l.Start(ctx, "more"))
		require.Equal(t, snapshot.Running, l.group("sub1").State)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = session.RemoveCluster(ctx, l.Session, "eu") // what it had in flight is reported
		require.Equal(t, []string{spec.OwnCluster}, l.Clusters.Names())
		l.allReceived("fast", "sub1")
	})
}

// TestTheGroupsOfARemovedClusterStopSideBySide removes a cluster that is away, while four
// groups wait there for receipts.
func TestTheGroupsOfARemovedClusterStopSideBySide(t *testing.T) {
	onTwoClusters(t, func(t *testing.T, l *load, eu *embedded.Broker) {
		names := []string{"a", "b", "c", "d"}
		for _, name := range names {
			sending := spec.DefaultProducer(name)
			sending.Topic, sending.Cluster, sending.Timeout = l.topic, "eu", 2*time.Second
			require.NoError(t, l.AddProducer(name, sending))
			require.NoError(t, l.Start(l.soon(), name))
		}
		l.until("receipts", func() bool { return l.group("d").Producer.Acked > 100 })
		eu.Close()
		l.until("the outage", func() bool { return l.Snapshot().ClusterOf("eu").State == snapshot.Reconnecting })
		began := time.Now()
		require.NoError(t, session.RemoveCluster(l.soon(), l.Session, "eu"))
		require.Less(t, time.Since(began), 6*time.Second)
		for _, name := range names {
			l.until(name+" stopped", func() bool { return l.group(name).State == snapshot.Stopped })
		}
	})
}

// heard collects the notes from now on.
func (l *load) heard() func() string {
	var mu sync.Mutex
	var all strings.Builder
	ctx, cancel := context.WithCancel(context.Background())
	l.t.Cleanup(cancel)
	go func() { // ends with the test
		for {
			select {
			case n := <-l.Notes():
				mu.Lock()
				all.WriteString(n.Text + "\n")
				mu.Unlock()
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return all.String()
	}
}

// replicator copies the messages of a topic from one cluster to another, in order, as a
// Pulsar with geo-replication does.
type replicator struct {
	from, to pulsar.Client
	consumer pulsar.Consumer
	producer pulsar.Producer
	mu       sync.Mutex // held while it is paused
	done     chan struct{}
	cancel   context.CancelFunc
}

func replicate(t *testing.T, from, to, topic string) *replicator {
	quiet := logrus.New()
	quiet.SetLevel(logrus.PanicLevel)
	r := &replicator{done: make(chan struct{})}
	var err error
	r.from, err = pulsar.NewClient(pulsar.ClientOptions{URL: from, Logger: log.NewLoggerWithLogrus(quiet)})
	require.NoError(t, err)
	r.to, err = pulsar.NewClient(pulsar.ClientOptions{URL: to, Logger: log.NewLoggerWithLogrus(quiet)})
	require.NoError(t, err)
	r.consumer, err = r.from.Subscribe(pulsar.ConsumerOptions{Topic: topic, SubscriptionName: "replicator", SubscriptionInitialPosition: pulsar.SubscriptionPositionEarliest})
	require.NoError(t, err)
	r.producer, err = r.to.CreateProducer(pulsar.ProducerOptions{Topic: topic})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { // close ends it and waits
		defer close(r.done)
		for {
			m, err := r.consumer.Receive(ctx)
			if err != nil {
				return
			}
			r.mu.Lock()
			r.producer.SendAsync(ctx, &pulsar.ProducerMessage{Payload: m.Payload(), Key: m.Key(), Properties: m.Properties()}, func(pulsar.MessageID, *pulsar.ProducerMessage, error) {})
			r.mu.Unlock()
			_ = r.consumer.Ack(m)
		}
	}()
	return r
}

func (r *replicator) close() {
	r.cancel()
	<-r.done
	r.consumer.Close()
	r.producer.Close()
	r.from.Close()
	r.to.Close()
}

// TestReplicationIsMeasured produces on one cluster and consumes on another: nothing is
// expected there before the first message arrives, what has not arrived is outstanding and
// never lost, and e2e is the lag.
func TestReplicationIsMeasured(t *testing.T) {
	onTwoClusters(t, func(_ *testing.T, l *load, _ *embedded.Broker) { l.replicated() })
}

func (l *load) replicated() {
	t := l.t
	sub := spec.DefaultConsumer("sub1")
	sub.Topic, sub.From, sub.Cluster = l.topic, broker.Earliest, "eu"
	require.NoError(t, l.AddConsumer("sub1", sub))
	require.NoError(t, l.Start(l.soon(), "sub1"))
	l.produce(func(p *spec.Producer) { p.Rate = pacing.Hold(1000) })
	l.acked(1000)
	require.Zero(t, l.sub1().Delivery.Missing(), "topics of one name need not be replicated")
	require.Zero(t, l.sub1().Delivery.Producers)

	own, _ := l.Target()
	eu, err := l.Clusters.Of("eu")
	require.NoError(t, err)
	r := replicate(t, own.URL, eu.Target().URL, l.topic)
	defer r.close()
	l.until("copies", func() bool { return l.sub1().Received > 1500 })
	l.until("a shared check", func() bool { return l.sub1().Delivery.Announced == l.sub1().Delivery.Producers })

	r.mu.Lock() // the replication stands still
	l.until("what has not arrived", func() bool { return l.sub1().Delivery.Replicating > 1000 })
	l.until("an empty backlog", func() bool { return l.sub1().Backlog.Known && l.sub1().Backlog.Entries == 0 })
	c := l.sub1()
	require.Zero(t, c.Delivery.Lost)
	require.Zero(t, c.Unreachable, "they are outstanding")
	require.Equal(t, c.Delivery.NotYetReceived, c.Delivery.Replicating)
	r.mu.Unlock()

	l.until("the lag", func() bool { return l.sub1().E2E.Total.Max > time.Second })
	l.settle()
	books := l.sub1().Delivery
	require.EqualValues(t, l.fast().Acked, books.Unique())
	require.Zero(t, books.Missing()+books.Duplicated)
	require.False(t, l.sub1().Clock.Differs, "the sender has the clock of this session")

	require.NoError(t, l.Start(l.soon(), "fast")) // other producers, which are expected from their first message on
	l.acked(1000)
	l.settle()
	require.Equal(t, l.fast().Acked, l.sub1().Received)
}
