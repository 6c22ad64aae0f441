package fake

import (
	"context"
	"slices"
	"strings"
	"time"

	"pulsh/session/broker"
)

// admin is the admin API of the cluster. It fails while the cluster is dead.
type admin struct{ cluster *core }

var _ broker.Admin = (*admin)(nil)

// Version returns the constant Version.
func (a *admin) Version(context.Context) (string, error) {
	a.cluster.mu.Lock()
	defer a.cluster.mu.Unlock()
	return Version, a.dead()
}

// refused returns an error while the admin API does not answer.
func (a *admin) refused() error {
	if a.cluster.faults.adminAway {
		return refusal(broker.Disconnected, "the fake broker's admin API refuses connections")
	}
	return a.dead()
}

// dead returns an error while the whole cluster does not answer.
func (a *admin) dead() error {
	if a.cluster.closed || a.cluster.faults.dead {
		return refusal(broker.Disconnected, "the fake broker's admin API refuses connections")
	}
	if a.cluster.faults.stalls > 0 {
		return refusal(broker.Timeout, "the fake broker's admin API did not answer in time")
	}
	return nil
}

// Topics lists the topics of a namespace by name.
func (a *admin) Topics(_ context.Context, namespace string) ([]broker.Topic, error) {
	ns, err := broker.ParseNamespace(namespace)
	if err != nil {
		return nil, err
	}
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
		return nil, err
	}
	topics := []broker.Topic{}
	for _, t := range c.topics {
		if t.name.Tenant == ns.Tenant && t.name.Namespace == ns.Namespace {
			listed := broker.Topic{Name: t.name.Short()}
			if t.partitioned {
				listed.Partitions = len(t.partitions)
			}
			topics = append(topics, listed)
		}
	}
	slices.SortFunc(topics, func(x, y broker.Topic) int { return strings.Compare(x.Name, y.Name) })
	return topics, nil
}

// Stats returns the statistics of a topic. Rates are averages since its
// creation.
func (a *admin) Stats(_ context.Context, name string) (broker.TopicStats, error) {
	c := a.cluster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := a.refused(); err != nil {
		return broker.TopicStats{}, err
	}
	t, err := c.find(name, false)
	if err != nil {
		return broker.TopicStats{}, err
	}
	total := broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{}}
	if t.partitioned {
		total.Partitions = map[string]broker.TopicStats{}
	}
	var entries int64
	for _, p := range t.partitions {
		one := p.stats(c.producersOf(t), time.Since(t.created))
		entries += p.entries
		if t.partitioned {
			total.Partitions[p.name().Short()] = one
		}
		add(&total, one)
	}
	total.MessagesPerEntry = float64(total.MessagesIn) / float64(max(entries, 1))
	total.MessagesPerEntry, total.RatioKnown = max(total.MessagesPerEntry, 1), entries > 0
	return total, nil
}

// producersOf counts the producers of a topic.
func (c *core) producersOf(t *topic) int {
	n := 0
	for _, l := range c.producers {
		if l.topic == t {
			n++
		}
	}
	return n
}

// add adds the statistics of a partition. Producers and consumers are the same
// on each partition.
func add(total *broker.TopicStats, one broker.TopicStats) {
	total.MessagesIn += one.MessagesIn
	total.BytesIn += one.BytesIn
	total.RateIn += one.RateIn
	total.ThroughputIn += one.ThroughputIn
	total.StorageBytes += one.StorageBytes
	total.Producers = one.Producers
	for name, s := range one.Subscriptions {
		sum := total.Subscriptions[name]
		sum.Type, sum.Consumers, sum.Names = s.Type, s.Consumers, s.Names
		sum.BacklogEntries += s.BacklogEntries
		sum.Unacked += s.Unacked
		sum.MessagesOut += s.MessagesOut
		sum.Expired += s.Expired
		sum.RateOut += s.RateOut
		total.Subscriptions[name] = sum
	}
}

func (p *partition) stats(producers int, age time.Duration) broker.TopicStats {
	seconds := max(age, time.Second).Seconds()
	stats := broker.TopicStats{
		MessagesIn: p.count, BytesIn: p.bytes, Producers: producers,
		RateIn: float64(p.count) / seconds, ThroughputIn: float64(p.bytes) / seconds,
		MessagesPerEntry: max(1, float64(p.count)/float64(max(p.entries, 1))),
		Subscriptions:    map[string]broker.SubscriptionStats{},
	}
	for i := range p.messages {
		stats.StorageBytes += int64(p.messages[i].size)
	}
	for _, k := range p.cursors {
		_, entries := k.backlog()
		stats.Subscriptions[k.subscription.name] = broker.SubscriptionStats{
			Type: k.subscription.kind, BacklogEntries: entries, Unacked: int64(len(k.held)),
			Expired: k.expired, MessagesOut: k.out, RateOut: float64(k.out) / seconds, Consumers: len(k.subscription.consumers), Names: k.subscription.names(),
		}
	}
	return stats
}

// Limits returns the limit that Throttle set.
func (a *admin) Limits(context.Context, string) ([]broker.Limit, error) {
	a.cluster.mu.Lock()
	defer a.cluster.mu.Unlock()
	if err := a.refused(); err != nil || a.cluster.faults.rate == 0 {
		return nil, err
	}
	return []broker.Limit{{Level: "broker", On: "publish", Messages: a.cluster.faults.rate}}, nil
}

// Bound returns none: the broker bounds no numbers.
func (a *admin) Bound(context.Context, string, string) (int, string, error) {
	a.cluster.mu.Lock()
	defer a.cluster.mu.Unlock()
	return 0, "", a.refused()
}

// Policies returns those of a broker as it is installed.
func (a *admin) Policies(context.Context, string) (broker.Policies, error) {
	a.cluster.mu.Lock()
	defer a.cluster.mu.Unlock()
	return broker.Policies{UnackedConsumer: 50_000, UnackedTotal: 200_000}, a.refused()
}
