package admin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"pulsh/session/broker"
)

const (
	// ratioEvery is the interval of reading the internal statistics of a topic
	// with a backlog, and ratioEveryLong that of a topic with more than fewPartitions,
	// whose answer is long.
	ratioEvery     = 3 * time.Second
	ratioEveryLong = 10 * time.Second
	fewPartitions  = 16
	// knownMax bounds the remembered topics, at more than a session polls.
	// Beyond it, all are forgotten.
	knownMax = 1000
)

// knowledge is what Admin remembers of a topic between two polls.
type knowledge struct {
	partitioned bool
	perEntry    perEntry
	history     map[int]published // by partition; never changed after it is made
	asked       time.Time         // when perEntry was last read
}

// perEntry is the mean number of messages in an entry, of the whole topic and by
// partition. 0 means that it is not known.
type perEntry struct {
	all  float64
	part map[int]float64 // never changed after it is made
}

// topicStats has the fields of Pulsar's topic statistics that pulsh uses.
type topicStats struct {
	MsgRateIn, MsgThroughputIn float64
	MsgInCounter               int64
	BytesInCounter             int64
	StorageSize                int64
	BacklogSize                int64 // bytes of the largest backlog
	BacklogQuotaLimitSize      int64 // bytes; 0 or -1 for no bound
	PublishRateLimitedTimes    int64
	CommittedTxnCount          int64
	AbortedTxnCount            int64
	Publishers                 []struct{ ProducerName string }
	Replication                map[string]struct{} // by cluster
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
	TotalMsgExpired  int64 // entries

	BlockedSubscriptionOnUnackedMsgs bool

	// Since Pulsar 4.0.
	DispatchThrottledMsgEventsByTopicLimit, DispatchThrottledBytesEventsByTopicLimit               int64
	DispatchThrottledMsgEventsBySubscriptionLimit, DispatchThrottledBytesEventsBySubscriptionLimit int64
	DispatchThrottledMsgEventsByBrokerLimit, DispatchThrottledBytesEventsByBrokerLimit             int64

	Consumers []consumerStats
}

type consumerStats struct {
	ConsumerName        string
	AvgMessagesPerEntry float64
	KeyHashRangeArrays  [][2]int // since Pulsar 4.0

	BlockedConsumerOnUnackedMsgs bool
}

// Stats returns the broker's statistics of a topic. It makes one request, and a
// second one every few seconds while there is a backlog, for the ratio of messages to
// entries. MessagesPerEntry is 1, the least possible, while the ratio is not known.
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
	sum.stats.MessagesPerEntry, sum.stats.RatioKnown = max(1, ratio.all), ratio.all > 0
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

// rawStats returns the statistics of a topic and whether it is partitioned. A
// partitioned topic has another resource; the one of the last poll is tried first.
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

// perEntry estimates the number of messages in an entry of the backlog.
func (a *Admin) perEntry(ctx context.Context, name broker.TopicName, partitioned bool, s broker.TopicStats, parts map[int]*broker.TopicStats) perEntry {
	k := a.recall(name)
	backlog, every := largestBacklog(s), ratioEvery
	if len(parts) > fewPartitions {
		every = ratioEveryLong
	}
	now := a.now()
	if backlog == 0 || (!k.asked.IsZero() && now.Sub(k.asked) < every) {
		return k.perEntry
	}
	// If the statistics cannot be read, the last estimate stays.
	if stored, err := a.internals(ctx, name, partitioned); err == nil {
		k.perEntry, k.history = a.ratios(s, parts, stored, k)
		if k.perEntry.all == 0 {
			k.perEntry.all = a.sampled(ctx, name, stored, s.Subscriptions)
		}
	}
	a.learn(name, func(known *knowledge) { known.perEntry, known.history, known.asked = k.perEntry, k.history, now })
	return k.perEntry
}

// ratios returns the messages in an entry of the backlog of a topic and its partitions,
// and the histories that they come from.
func (a *Admin) ratios(s broker.TopicStats, parts map[int]*broker.TopicStats, stored map[int]internalStats, k knowledge) (perEntry, map[int]published) {
	part, history := map[int]float64{}, map[int]published{}
	entries, messages := 0.0, 0.0
	for index, one := range stored {
		own, in := &s, parts[index]
		if in != nil {
			own = in
		} else if len(parts) > 0 {
			continue // of another poll
		}
		h := k.history[index].with(one.EntriesAddedCounter, own.MessagesIn)
		backlog := largestBacklog(*own)
		ratio := h.perEntry(backlog)
		history[index] = h
		if ratio == 0 {
			continue
		}
		part[index] = ratio
		weight := float64(max(backlog, 1))
		entries += weight
		messages += ratio * weight
	}
	if entries == 0 {
		return perEntry{all: k.perEntry.all}, history
	}
	return perEntry{messages / entries, part}, history
}

// largestBacklog returns the entries of the largest backlog of a topic.
func largestBacklog(s broker.TopicStats) (most int64) {
	for _, sub := range s.Subscriptions {
		most = max(most, sub.BacklogEntries)
	}
	return most
}

// recall returns what is remembered of a topic.
func (a *Admin) recall(name broker.TopicName) knowledge {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.known[name]; k != nil {
		return *k
	}
	return knowledge{}
}

// learn changes what is remembered of a topic.
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

// forget removes what is remembered of a topic.
func (a *Admin) forget(name broker.TopicName) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, name)
}

// sum adds up the statistics of partitions. It counts a producer or consumer of
// several partitions once, by its name.
type sum struct {
	stats     broker.TopicStats
	producers map[string]bool
	consumers map[[2]string]bool // subscription, consumer
	perEntry  float64            // the largest mean of a consumer
}

func newSum() *sum {
	return &sum{
		stats:     broker.TopicStats{Subscriptions: map[string]broker.SubscriptionStats{}},
		producers: map[string]bool{},
		consumers: map[[2]string]bool{},
	}
}

// add adds a partition. A negative figure counts as 0: the broker reports one for
// moments in which a cursor has moved and its counter has not.
func (s *sum) add(raw topicStats) {
	s.stats.MessagesIn += max(0, raw.MsgInCounter)
	s.stats.BytesIn += max(0, raw.BytesInCounter)
	s.stats.RateIn += max(0, raw.MsgRateIn)
	s.stats.ThroughputIn += max(0, raw.MsgThroughputIn)
	s.stats.StorageBytes += max(0, raw.StorageSize)
	s.stats.Replicated = s.stats.Replicated || len(raw.Replication) > 0
	s.stats.Throttled += max(0, raw.PublishRateLimitedTimes)
	s.stats.Markers += max(0, raw.CommittedTxnCount) + max(0, raw.AbortedTxnCount)
	s.stats.BacklogFull = s.stats.BacklogFull || raw.BacklogQuotaLimitSize > 0 && raw.BacklogSize >= raw.BacklogQuotaLimitSize
	for _, p := range raw.Publishers {
		s.producers[p.ProducerName] = true
	}
	s.stats.Producers = len(s.producers)
	for name, sub := range raw.Subscriptions {
		s.stats.Subscriptions[name] = s.with(name, s.stats.Subscriptions[name], sub)
	}
}

// with returns the figures of a subscription plus those of one more partition.
func (s *sum) with(name string, t broker.SubscriptionStats, raw subscriptionStats) broker.SubscriptionStats {
	var kind broker.SubscriptionType
	if kind.UnmarshalText([]byte(strings.ToLower(raw.Type))) == nil {
		t.Type = kind // it is "None" until the first consumer connects
	}
	t.BacklogEntries += max(0, raw.MsgBacklog)
	t.Unacked += max(0, raw.UnackedMessages)
	t.MessagesOut += max(0, raw.MsgOutCounter)
	t.RateOut += max(0, raw.MsgRateOut)
	t.RateRedeliver += max(0, raw.MsgRateRedeliver)
	t.Expired += max(0, raw.TotalMsgExpired)
	t.Blocked = t.Blocked || raw.BlockedSubscriptionOnUnackedMsgs
	t.Throttled = raw.throttled(t.Throttled)
	for _, c := range raw.Consumers {
		t.Blocked = t.Blocked || c.BlockedConsumerOnUnackedMsgs
		s.perEntry = max(s.perEntry, c.AvgMessagesPerEntry)
		if key := [2]string{name, c.ConsumerName}; !s.consumers[key] {
			s.consumers[key] = true
			t.Consumers++
			t.Names = append(t.Names, c.ConsumerName)
			t.Hashes = withHashes(t.Hashes, c)
		}
	}
	return t
}

// throttled adds how often dispatch rates have held deliveries back.
func (raw subscriptionStats) throttled(sum map[string]int64) map[string]int64 {
	for on, n := range map[string]int64{
		"dispatch":              raw.DispatchThrottledMsgEventsByTopicLimit + raw.DispatchThrottledBytesEventsByTopicLimit,
		"subscription dispatch": raw.DispatchThrottledMsgEventsBySubscriptionLimit + raw.DispatchThrottledBytesEventsBySubscriptionLimit,
		"whole dispatch":        raw.DispatchThrottledMsgEventsByBrokerLimit + raw.DispatchThrottledBytesEventsByBrokerLimit,
	} {
		if n > 0 {
			if sum == nil {
				sum = map[string]int64{}
			}
			sum[on] += n
		}
	}
	return sum
}

// withHashes adds the number of key hashes that a consumer serves, from the first
// partition that lists it: all partitions divide the hashes alike.
func withHashes(hashes map[string]int, c consumerStats) map[string]int {
	for _, r := range c.KeyHashRangeArrays {
		if hashes == nil {
			hashes = map[string]int{}
		}
		hashes[c.ConsumerName] += r[1] - r[0] + 1
	}
	return hashes
}
