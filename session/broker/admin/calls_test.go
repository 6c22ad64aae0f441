package admin

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

const fast = "persistent/public/default/fast"

var nothing = answer{204, ""}

func TestTopicsListsPartitionedTopicsOnce(t *testing.T) {
	_, a := serve(t, map[string]answer{
		"GET persistent/public/default/partitioned": ok(`["persistent://public/default/orders","persistent://public/default/gone"]`),
		"GET persistent/public/default": ok(`["persistent://public/default/orders-partition-0","persistent://public/default/orders-partition-1",
			"persistent://public/default/fast","persistent://public/default/lone-partition-3","persistent://public/default/__change_events"]`),
		"GET persistent/public/default/orders/partitions": ok(`{"partitions":2,"deleted":false}`),
		"GET non-persistent/public/default/partitioned":   ok(`["non-persistent://public/default/wide"]`),
		"GET non-persistent/public/default": ok(`["non-persistent://public/default/wide-partition-0","non-persistent://public/default/fast",
			"non-persistent://public/default/orders-partition-0"]`),
		"GET non-persistent/public/default/wide/partitions": ok(`{"partitions":3,"deleted":false}`),
	})
	topics, err := a.Topics(t.Context(), "")
	require.NoError(t, err)
	const np = "non-persistent://public/default/"
	require.Equal(t, []broker.Topic{{Name: np + "fast"}, {Name: np + "orders-partition-0"}, {Name: np + "wide", Partitions: 3},
		{Name: "fast"}, {Name: "lone-partition-3"}, {Name: "orders", Partitions: 2}}, topics)

	_, err = a.Topics(t.Context(), "a/b/c")
	require.EqualError(t, err, `"a/b/c" is not a namespace (tenant/namespace): a namespace has no '/' in its name`)
}

func TestChangesAskWhatPulsarUnderstands(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*Admin) error
		want []string
	}{
		{"create", func(a *Admin) error { return a.CreateTopic(t.Context(), "fast", 0) }, []string{"PUT " + fast}},
		{"create partitioned", func(a *Admin) error { return a.CreateTopic(t.Context(), "fast", 4) }, []string{"PUT " + fast + "/partitions 4"}},
		{"grow", func(a *Admin) error { return a.GrowTopic(t.Context(), "fast", 8) }, []string{"POST " + fast + "/partitions 8"}},
		{"delete", func(a *Admin) error { return a.DeleteTopic(t.Context(), "fast", false) },
			[]string{"GET " + fast + "/partitions?checkAllowAutoCreation=false", "DELETE " + fast + "/partitions"}},
		{"delete by force", func(a *Admin) error { return a.DeleteTopic(t.Context(), "fast-partition-1", true) },
			[]string{"DELETE " + fast + "-partition-1?force=true"}},
		{"unload", func(a *Admin) error { return a.Unload(t.Context(), "fast") }, []string{"PUT " + fast + "/unload"}},
		{"terminate", func(a *Admin) error { return a.Terminate(t.Context(), "fast") },
			[]string{"GET " + fast + "/partitions?checkAllowAutoCreation=false", "POST " + fast + "/terminate/partitions"}},
		{"subscribe", func(a *Admin) error { return a.CreateSubscription(t.Context(), "fast", "s/1", broker.Earliest) },
			[]string{"PUT " + fast + `/subscription/s%252F1 {"ledgerId":-1,"entryId":-1,"partitionIndex":-1,"batchIndex":-1}`}},
		{"subscribe at the end", func(a *Admin) error { return a.CreateSubscription(t.Context(), "fast", "s", broker.Latest) },
			[]string{"PUT " + fast + `/subscription/s {"ledgerId":9223372036854775807,"entryId":9223372036854775807,"partitionIndex":-1,"batchIndex":-1}`}},
		{"unsubscribe", func(a *Admin) error { return a.DeleteSubscription(t.Context(), "fast", "s", true) },
			[]string{"DELETE " + fast + "/subscription/s?force=true"}},
		{"skip", func(a *Admin) error { return a.SkipEntries(t.Context(), "fast", "s", 5) },
			[]string{"GET " + fast + "/partitions?checkAllowAutoCreation=false",
				"POST " + fast + "-partition-0/subscription/s/skip/5", "POST " + fast + "-partition-1/subscription/s/skip/5"}},
		{"clear", func(a *Admin) error { return a.ClearBacklog(t.Context(), "fast", "s") }, []string{"POST " + fast + "/subscription/s/skip_all"}},
		{"expire", func(a *Admin) error { return a.Expire(t.Context(), "fast", "s", time.Minute) }, []string{"POST " + fast + "/subscription/s/expireMessages/60"}},
		{"seek by time", func(a *Admin) error { return a.SeekTime(t.Context(), "fast", "s", time.UnixMilli(1234)) },
			[]string{"POST " + fast + "/subscription/s/resetcursor/1234"}},
		{"seek to the oldest", func(a *Admin) error { return a.SeekTime(t.Context(), "fast", "s", time.Time{}) },
			[]string{"POST " + fast + "/subscription/s/resetcursor/0"}},
		{"seek by id", func(a *Admin) error {
			return a.SeekID(t.Context(), "fast", "s", broker.MessageID{Ledger: 12, Entry: 3, Partition: 1})
		},
			[]string{"GET " + fast + "/partitions?checkAllowAutoCreation=false",
				"POST " + fast + `-partition-1/subscription/s/resetcursor {"ledgerId":12,"entryId":3,"partitionIndex":1,"batchIndex":-1}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answers := map[string]answer{"GET " + fast + "/partitions": ok(`{"partitions":2}`)}
			p, a := serve(t, answers)
			for _, line := range c.want {
				if line[:3] != "GET" {
					answers[requestOf(line)] = nothing
				}
			}
			require.NoError(t, c.do(a))
			require.Equal(t, c.want, p.questions())
		})
	}
}

// requestOf takes the method and the path from a line of pretend.asked.
func requestOf(line string) string {
	spaces := 0
	for i, r := range line {
		if r == '?' {
			return line[:i]
		}
		if r == ' ' {
			if spaces++; spaces == 2 {
				return line[:i]
			}
		}
	}
	return line
}

func TestWhatCannotBeAskedIsNotAsked(t *testing.T) {
	p, a := serve(t, map[string]answer{"GET " + fast + "/partitions": ok(`{"partitions":2}`)})
	for want, err := range map[string]error{
		"a topic has from 1 to 10000 partitions, not -1":                           a.CreateTopic(t.Context(), "fast", -1),
		"a topic has from 1 to 10000 partitions, not 0":                            a.GrowTopic(t.Context(), "fast", 0),
		"a subscription needs a name":                                              a.ClearBacklog(t.Context(), "fast", ""),
		`".." is not a subscription: Pulsar cannot store a name of dots alone`:     a.ClearBacklog(t.Context(), "fast", ".."),
		"0 entries cannot be skipped":                                              a.SkipEntries(t.Context(), "fast", "s", 0),
		`"a/b/c/d" is not a topic: it has 4 parts, at most tenant/namespace/topic`: a.Unload(t.Context(), "a/b/c/d"),
		"fast has 2 partitions; 1:2:0 names a message of the first":                a.SeekID(t.Context(), "fast", "s", broker.MessageID{Ledger: 1, Entry: 2, Partition: -1}),
		"fast has 2 partitions, counted from 0; 1:2:2 names the partition 2":       a.SeekID(t.Context(), "fast", "s", broker.MessageID{Ledger: 1, Entry: 2, Partition: 2}),
	} {
		require.EqualError(t, err, want)
	}
	for _, asked := range p.questions() {
		require.Contains(t, asked, "GET ")
	}
}

func TestSeekIDOnAnUnpartitionedTopic(t *testing.T) {
	p, a := serve(t, map[string]answer{
		"GET " + fast + "/partitions":                  ok(`{"partitions":0}`),
		"POST " + fast + "/subscription/s/resetcursor": nothing,
	})
	for _, partition := range []int{-1, 0} {
		require.NoError(t, a.SeekID(t.Context(), "fast", "s", broker.MessageID{Ledger: 1, Entry: 2, Partition: partition}))
	}
	require.EqualError(t, a.SeekID(t.Context(), "fast", "s", broker.MessageID{Ledger: 1, Entry: 2, Partition: 1}),
		"fast is not partitioned; 1:2 names a message of it")
	require.Equal(t, "POST "+fast+`/subscription/s/resetcursor {"ledgerId":1,"entryId":2,"partitionIndex":-1,"batchIndex":-1}`, p.questions()[1])
}

const single = `{"msgRateIn":10.5,"msgThroughputIn":1050,"bytesInCounter":4000,"msgInCounter":400,"storageSize":5000,"backlogSize":4096,"backlogQuotaLimitSize":4096,
	"publishers":[{"producerName":"p1"},{"producerName":"p2"}],"replication":{"us":{"connected":true,"inboundConnection":"10.0.0.1:1"}},
	"subscriptions":{"s":{"type":"Key_Shared","msgBacklog":7,"unackedMessages":3,"msgOutCounter":90,"msgRateOut":2.5,"msgRateRedeliver":0.5,"totalMsgExpired":6,
		"dispatchThrottledMsgEventsByTopicLimit":3,"dispatchThrottledBytesEventsByTopicLimit":1,"dispatchThrottledMsgEventsByBrokerLimit":2,
		"consumers":[{"consumerName":"c1","avgMessagesPerEntry":12,"blockedConsumerOnUnackedMsgs":true},{"consumerName":"c2","avgMessagesPerEntry":9}]},
		"idle":{"type":"None","msgBacklog":0,"consumers":[]}}}`

func TestStatsOfAnUnpartitionedTopic(t *testing.T) {
	p, a := serve(t, map[string]answer{
		"GET " + fast + "/stats":         ok(single),
		"GET " + fast + "/internalStats": ok(`{"entriesAddedCounter":40}`),
	})
	now := time.Unix(1000, 0)
	a.now = func() time.Time { return now }
	want := broker.TopicStats{
		MessagesIn: 400, BytesIn: 4000, RateIn: 10.5, ThroughputIn: 1050, StorageBytes: 5000, Producers: 2, MessagesPerEntry: 10, RatioKnown: true, BacklogFull: true, Replicated: true,
		Subscriptions: map[string]broker.SubscriptionStats{
			"s": {Type: broker.KeyShared, BacklogEntries: 7, Unacked: 3, MessagesOut: 90, RateOut: 2.5, RateRedeliver: 0.5, Consumers: 2, Names: []string{"c1", "c2"},
				Expired: 6, Blocked: true, Throttled: map[string]int64{"dispatch": 4, "whole dispatch": 2}},
			"idle": {},
		}}
	for range 3 {
		got, err := a.Stats(t.Context(), "fast")
		require.NoError(t, err)
		require.Equal(t, want, got)
		now = now.Add(1 * time.Second)
	}
	stats, internal := "GET "+fast+"/stats?getPreciseBacklog=true", "GET "+fast+"/internalStats"
	require.Equal(t, []string{stats, internal, stats, stats}, p.questions(), "the ratio is asked every 3 s only")
	_, err := a.Stats(t.Context(), "fast")
	require.NoError(t, err)
	require.Equal(t, internal, p.questions()[5])
}

func TestStatsSumPartitions(t *testing.T) {
	part := `{"msgInCounter":100,"bytesInCounter":1000,"committedTxnCount":3,"abortedTxnCount":1,"publishers":[{"producerName":"p1"}],
		"subscriptions":{"s":{"type":"Shared","msgBacklog":5,"consumers":[{"consumerName":"c1"}]}}}`
	p, a := serve(t, map[string]answer{
		"GET " + fast + "/partitioned-stats": ok(`{"msgInCounter":1,"partitions":{"persistent://public/default/fast-partition-0":` + part +
			`,"persistent://public/default/fast-partition-1":` + part + `}}`),
		"GET " + fast + "/partitioned-internalStats": ok(`{"partitions":{"persistent://public/default/fast-partition-0":{"entriesAddedCounter":20},"persistent://public/default/fast-partition-1":{"entriesAddedCounter":20}}}`),
	})
	one := broker.TopicStats{MessagesIn: 100, BytesIn: 1000, Producers: 1, MessagesPerEntry: 5, Markers: 4,
		Subscriptions: map[string]broker.SubscriptionStats{"s": {Type: broker.Shared, BacklogEntries: 5, Consumers: 1, Names: []string{"c1"}}}}
	want := broker.TopicStats{MessagesIn: 200, BytesIn: 2000, Producers: 1, MessagesPerEntry: 5, RatioKnown: true, Markers: 8,
		Subscriptions: map[string]broker.SubscriptionStats{"s": {Type: broker.Shared, BacklogEntries: 10, Consumers: 1, Names: []string{"c1"}}},
		Partitions:    map[string]broker.TopicStats{"fast-partition-0": one, "fast-partition-1": one}}
	for range 2 {
		got, err := a.Stats(t.Context(), "fast")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Equal(t, []string{
		"GET " + fast + "/stats?getPreciseBacklog=true",
		"GET " + fast + "/partitioned-stats?getPreciseBacklog=true&perPartition=true",
		"GET " + fast + "/partitioned-internalStats",
		"GET " + fast + "/partitioned-stats?getPreciseBacklog=true&perPartition=true",
	}, p.questions(), "one request per poll once the topic is known")
}

func TestStatsWithoutInternalStats(t *testing.T) {
	_, a := serve(t, map[string]answer{"GET " + fast + "/stats": ok(single)})
	got, err := a.Stats(t.Context(), "fast")
	require.NoError(t, err)
	require.Equal(t, 12.0, got.MessagesPerEntry, "what the consumers were seen to get")

	_, a = serve(t, map[string]answer{"GET " + fast + "/stats": ok(`{"msgInCounter":400}`)})
	got, err = a.Stats(t.Context(), "fast")
	require.NoError(t, err)
	require.Equal(t, 1.0, got.MessagesPerEntry)
}

func TestStatsOfNothing(t *testing.T) {
	_, a := serve(t, map[string]answer{"GET " + fast + "/stats": refused(404, "Topic persistent://public/default/fast not found")})
	_, err := a.Stats(t.Context(), "fast")
	require.EqualError(t, err, "there is no topic fast")
	require.True(t, broker.IsMissing(err))

	_, a = serve(t, map[string]answer{"GET " + fast + "/stats": ok("hello")})
	_, err = a.Stats(t.Context(), "fast")
	require.EqualError(t, err, a.URL()+" answers, but not as Pulsar's admin API")
}

func TestSubscriptions(t *testing.T) {
	_, a := serve(t, map[string]answer{"GET " + fast + "/subscriptions": ok(`["b","a"]`)})
	names, err := a.Subscriptions(t.Context(), "fast")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, names)
}

func TestLimits(t *testing.T) {
	_, a := serve(t, map[string]answer{
		"GET " + fast + "/publishRate":                           ok(`{"publishThrottlingRateInMsg":1000,"publishThrottlingRateInByte":-1}`),
		"GET " + fast + "/dispatchRate":                          refused(405, "Topic level policies is disabled"),
		"GET " + fast + "/subscriptionDispatchRate":              nothing,
		"GET namespaces/public/default/publishRate":              ok(""),
		"GET namespaces/public/default/dispatchRate":             ok(`{"dispatchThrottlingRateInMsg":500,"dispatchThrottlingRateInByte":1000,"ratePeriodInSecond":10}`),
		"GET namespaces/public/default/subscriptionDispatchRate": refused(403, "no"),
		"GET brokers/configuration/runtime":                      ok(body(t, map[string]string{"maxPublishRatePerTopicInBytes": "1048576", "brokerPublisherThrottlingMaxMessageRate": "0"})),
	})
	limits, err := a.Limits(t.Context(), "fast-partition-0")
	require.NoError(t, err)
	var texts []string
	for _, l := range limits {
		texts = append(texts, l.String())
	}
	require.Equal(t, []string{
		"the topic's publish rate of 1000 msg/s",
		"the namespace's dispatch rate of 50 msg/s and of 100 B/s",
		"the broker's publish rate of 1048576 B/s",
	}, texts)
}

func TestNegativeFiguresCountAsNone(t *testing.T) {
	_, a := serve(t, map[string]answer{"GET " + fast + "/stats": ok(`{"msgInCounter":-4,"storageSize":-100,"msgRateIn":-0.5,
		"subscriptions":{"s":{"type":"Shared","msgBacklog":-7,"unackedMessages":-1,"msgOutCounter":-9,"msgRateOut":-2}}}`)})
	got, err := a.Stats(t.Context(), "fast")
	require.NoError(t, err)
	require.Equal(t, broker.TopicStats{MessagesPerEntry: 1, Subscriptions: map[string]broker.SubscriptionStats{"s": {Type: broker.Shared}}}, got)
}

// A broker can be without non-persistent topics, or refuse to list them: the others are
// listed. One that breaks off is not.
func TestTopicsWithoutNonPersistentOnes(t *testing.T) {
	answers := map[string]answer{
		"GET persistent/public/default/partitioned": ok(`[]`),
		"GET persistent/public/default":             ok(`["persistent://public/default/fast"]`),
	}
	for _, status := range []int{404, 405, 503} {
		answers["GET non-persistent/public/default/partitioned"] = refused(status, "no such topics")
		_, a := serve(t, answers)
		topics, err := a.Topics(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, []broker.Topic{{Name: "fast"}}, topics)
	}
	answers["GET non-persistent/public/default/partitioned"] = ok("")
	_, a := serve(t, answers)
	_, err := a.Topics(t.Context(), "")
	require.Error(t, err)
}

// A proxy that drops bodies does not make a cluster without topics.
func TestAnEmptyAnswerIsNoList(t *testing.T) {
	for _, nothing := range []answer{ok(""), ok("null"), ok(" \n"), {204, ""}} {
		_, a := serve(t, map[string]answer{"GET persistent/public/default/partitioned": nothing, "GET persistent/public/default": nothing,
			"GET " + fast + "/stats": nothing, "GET " + fast + "/subscriptions": nothing, "GET " + fast + "/partitions": nothing})
		_, topics := a.Topics(t.Context(), "")
		_, stats := a.Stats(t.Context(), "fast")
		_, subscriptions := a.Subscriptions(t.Context(), "fast")
		_, partitions := a.Partitions(t.Context(), "fast")
		for _, err := range []error{topics, stats, subscriptions, partitions} {
			require.EqualError(t, err, a.URL()+" answers, but not as Pulsar's admin API")
		}
	}
}

func TestNothingIsStoredOnANonPersistentTopic(t *testing.T) {
	const np = "non-persistent://public/default/np"
	p, a := serve(t, nil)
	_, survey := a.CursorPositions(t.Context(), np, "s")
	_, entry := a.Entry(t.Context(), np, broker.MessageID{})
	_, compaction := a.Compaction(t.Context(), np)
	for _, err := range []error{survey, entry, compaction, a.Compact(t.Context(), np), a.Terminate(t.Context(), np),
		a.CreateSubscription(t.Context(), np, "s", broker.Latest), a.SkipEntries(t.Context(), np, "s", 1), a.ClearBacklog(t.Context(), np, "s"),
		a.Expire(t.Context(), np, "s", time.Hour), a.SeekTime(t.Context(), np, "s", time.Now()), a.SeekID(t.Context(), np, "s", broker.MessageID{})} {
		require.EqualError(t, err, "nothing is stored on non-persistent://public/default/np: it is a non-persistent topic")
	}
	require.Empty(t, p.questions())
}

func TestThrottled(t *testing.T) {
	_, a := serve(t, map[string]answer{"GET " + fast + "/partitioned-stats": ok(`{"partitions":{"a":{"publishRateLimitedTimes":2},"b":{"publishRateLimitedTimes":3}}}`)})
	times, err := a.Throttled(t.Context(), "fast")
	require.NoError(t, err)
	require.EqualValues(t, 5, times)
}
