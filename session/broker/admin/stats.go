package admin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"pulsh/session/broker"
)

const (
	// ratioEvery is how often a topic with a backlog is asked for its stored
	// entries. The ratio of messages to entries is an average since the topic
	// was loaded: it moves slowly, and the answer is long.
	ratioEvery = 10 * time.Second
	// knownMax bounds the topics of which something is remembered: more than
	// any session polls. Beyond it everything is learnt again.
	knownMax = 1000
)

// knowledge is what is remembered of a topic from one poll to the next.
type knowledge struct {
	partitioned bool
	perEntry    perEntry
	asked       time.Time // when perEntry was last asked for
}

// perEntry is how many messages an entry of a topic holds, 0 where that is not
// known: over all, and by partition.
type perEntry struct {
	all  float64
	part map[int]float64 // never changed once it is made
}

// topicStats are the fields of Pulsar's topic statistics that are used.
type topicStats struct {
	MsgRateIn, MsgThroughputIn float64
	MsgInCounter               int64
	BytesInCounter             int64
	StorageSize                int64
	PublishRateLimitedTimes    int64
	Publishers                 []struct{ ProducerName string }
	Subscriptions              map[string]subscriptionStats
	Partitions                 map[string]topicStats
}

type subscriptionStats struct {
	Type             string
	MsgBacklog       int64 // entries
	UnackedMessages  int64
	MsgOutCounter    int64
	MsgRateOut       float64
	MsgRateRedeliver float64
	Consumers        []consumerStats
}

type consumerStats struct {
	ConsumerName        string
	AvgMessagesPerEntry float64
	KeyHashRangeArrays  [][2]int // since Pulsar 4.0
}

// Stats asks for what the broker says of a topic: one request, and every 10 s
// a second one while there is a backlog, for the ratio of messages to entries.
// MessagesPerEntry is 1, the least there can be, while nothing is known of it.
func (a *Admin) Stats(ctx context.Context, topic string) (broker.TopicStats, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return broker.TopicStats{}, err
	}
	raw, partitioned, err := a.rawStats(ctx, name)
	if err != nil {
		return broker.TopicStats{}, err
	}
	sum := newSum()
	parts := map[int]*broker.TopicStats{}
	if partitioned {
		sum.stats.Partitions = make(map[string]broker.TopicStats, len(raw.Partitions))
		for full, part := range raw.Partitions {
			one := newSum()
			one.add(part)
			one.stats.MessagesPerEntry = one.perEntry
			if name, err := broker.ParseTopic(full); err == nil {
				parts[name.Partition] = &one.stats
			}
			sum.add(part)
		}
	} else {
		sum.add(raw)
	}
	ratio := a.perEntry(ctx, name, partitioned, sum.stats, parts)
	if ratio.all == 0 {
		ratio.all = sum.perEntry
	}
	sum.stats.MessagesPerEntry = max(1, ratio.all)
	for index, part := range parts {
		if own := ratio.part[index]; own > 0 {
			part.MessagesPerEntry = own
		}
		if part.MessagesPerEntry == 0 { // none of its own yet
			part.MessagesPerEntry = ratio.all
		}
		part.MessagesPerEntry = max(1, part.MessagesPerEntry)
		sum.stats.Partitions[name.Of(index).Short()] = *part
	}
	return sum.stats, nil
}

// rawStats asks for the statistics of a topic, in the form it had last time
// and then in the other: a partitioned topic has its own resource.
func (a *Admin) rawStats(ctx context.Context, name broker.TopicName) (topicStats, bool, error) {
	partitioned := a.recall(name).partitioned
	raw, err := a.statsOf(ctx, name, partitioned)
	if broker.IsMissing(err) && name.Partition < 0 {
		partitioned = !partitioned
		var other error
		if raw, other = a.statsOf(ctx, name, partitioned); other == nil || !broker.IsMissing(other) {
			err = other
		}
	}
	if err != nil {
		return topicStats{}, false, err
	}
	a.learn(name, func(k *knowledge) { k.partitioned = partitioned })
	return raw, partitioned, nil
}

func (a *Admin) statsOf(ctx context.Context, name broker.TopicName, partitioned bool) (topicStats, error) {
	query := url.Values{"getPreciseBacklog": {"true"}}
	at := topicPath(name, "stats")
	if partitioned {
		query.Set("perPartition", "true")
		at = topicPath(name, "partitioned-stats")
	}
	var raw topicStats
	err := a.get(ctx, call{at: at, query: query, doing: "read the statistics of " + name.Short(), max: longAnswer}, &raw)
	return raw, err
}

// perEntry estimates how many messages an entry holds.
func (a *Admin) perEntry(ctx context.Context, name broker.TopicName, partitioned bool, s broker.TopicStats, parts map[int]*broker.TopicStats) perEntry {
	k := a.recall(name)
	backlog := false
	for _, sub := range s.Subscriptions {
		backlog = backlog || sub.BacklogEntries > 0
	}
	now := a.now()
	if !backlog || (!k.asked.IsZero() && now.Sub(k.asked) < ratioEvery) {
		return k.perEntry
	}
	// An estimate that cannot be had leaves the one before.
	if stored, err := a.internals(ctx, name, partitioned); err == nil {
		var entries int64
		part := map[int]float64{}
		for index, one := range stored {
			entries += one.EntriesAddedCounter
			if p := parts[index]; p != nil && p.MessagesIn > 0 && one.EntriesAddedCounter > 0 {
				part[index] = float64(p.MessagesIn) / float64(one.EntriesAddedCounter)
			}
		}
		if entries > 0 && s.MessagesIn > 0 {
			k.perEntry = perEntry{float64(s.MessagesIn) / float64(entries), part}
		} else if k.perEntry.all == 0 {
			k.perEntry.all = a.sampled(ctx, name, stored, s.Subscriptions)
		}
	}
	a.learn(name, func(known *knowledge) { known.perEntry, known.asked = k.perEntry, now })
	return k.perEntry
}

// recall is what is remembered of a topic.
func (a *Admin) recall(name broker.TopicName) knowledge {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.known[name]; k != nil {
		return *k
	}
	return knowledge{}
}

func (a *Admin) learn(name broker.TopicName, change func(*knowledge)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.known[name]
	if k == nil {
		if len(a.known) >= knownMax {
			clear(a.known)
		}
		k = &knowledge{}
		a.known[name] = k
	}
	change(k)
}

func (a *Admin) forget(name broker.TopicName) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, name)
}

// sum adds up partitions. A producer or consumer of several partitions is
// counted once, by its name.
type sum struct {
	stats     broker.TopicStats
	producers map[string]bool
	consumers map[[2]string]bool // subscription, consumer
	perEntry  float64            // the largest that a consumer was seen to get
}

func newSum() *sum {
	return &sum{
		stats:     broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{}},
		producers: map[string]bool{},
		consumers: map[[2]string]bool{},
	}
}

// add adds a partition. A negative figure counts as none: the broker reports one
// for moments, when a cursor has moved and a counter has not.
func (s *sum) add(raw topicStats) {
	s.stats.MessagesIn += max(0, raw.MsgInCounter)
	s.stats.BytesIn += max(0, raw.BytesInCounter)
	s.stats.RateIn += max(0, raw.MsgRateIn)
	s.stats.ThroughputIn += max(0, raw.MsgThroughputIn)
	s.stats.StorageBytes += max(0, raw.StorageSize)
	s.stats.Throttled += max(0, raw.PublishRateLimitedTimes)
	for _, p := range raw.Publishers {
		s.producers[p.ProducerName] = true
	}
	s.stats.Producers = len(s.producers)
	for name, sub := range raw.Subscriptions {
		s.stats.Subscriptions[name] = s.with(name, s.stats.Subscriptions[name], sub)
	}
}

// with is a subscription's figures with those of one more partition.
func (s *sum) with(name string, t broker.SubscriptionStats, raw subscriptionStats) broker.SubscriptionStats {
	var kind broker.SubscriptionType
	if kind.UnmarshalText([]byte(strings.ToLower(raw.Type))) == nil {
		t.Type = kind // "None" stands where no consumer has been yet
	}
	t.BacklogEntries += max(0, raw.MsgBacklog)
	t.Unacked += max(0, raw.UnackedMessages)
	t.MessagesOut += max(0, raw.MsgOutCounter)
	t.RateOut += max(0, raw.MsgRateOut)
	t.RateRedeliver += max(0, raw.MsgRateRedeliver)
	for _, c := range raw.Consumers {
		s.perEntry = max(s.perEntry, c.AvgMessagesPerEntry)
		if key := [2]string{name, c.ConsumerName}; !s.consumers[key] {
			s.consumers[key] = true
			t.Consumers++
			t.Hashes = withHashes(t.Hashes, c)
		}
	}
	return t
}

// withHashes adds how many hash values of keys a consumer serves, on the first
// partition that names it: they are divided alike on all.
func withHashes(hashes map[string]int, c consumerStats) map[string]int {
	for _, r := range c.KeyHashRangeArrays {
		if hashes == nil {
			hashes = map[string]int{}
		}
		hashes[c.ConsumerName] += r[1] - r[0] + 1
	}
	return hashes
}
