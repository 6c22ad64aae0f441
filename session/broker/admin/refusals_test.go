package admin

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// said lists what Pulsar 4.0 answers, with TOPIC, LEAF and SUB for the names in
// it, and what pulsh makes of it.
var said = []struct {
	status   int
	reason   string
	meaning  func(error) bool
	category broker.Category
	want     string
	try      string
}{
	{404, `Namespace not found`, broker.IsMissing, broker.Gone, `there is no namespace public/default`, "topics"},
	{404, `Namespace does not exist`, broker.IsMissing, broker.Gone, `there is no namespace public/default`, "topics"},
	{404, `Topic TOPIC not found`, broker.IsMissing, broker.Gone, `there is no topic LEAF`, "topics public/default"},
	{404, `Partitioned Topic TOPIC not found`, broker.IsMissing, broker.Gone, `there is no topic LEAF`, "topics public/default"},
	{404, `Subscription SUB not found for topic TOPIC`, broker.IsMissing, broker.Gone, `LEAF has no subscription SUB`, "subs LEAF"},
	{404, `Subscription SUB not found for topic TOPIC-partition-1`, broker.IsMissing, broker.Gone, `LEAF has no subscription SUB`, "subs LEAF"},
	{404, `Subscription not found`, broker.IsMissing, broker.Gone, `LEAF has no subscription SUB`, "subs LEAF"},
	{404, `Message id not found`, broker.IsMissing, broker.Gone, `cannot DO: the message is not stored`, ""},
	{404, `something else`, broker.IsMissing, broker.Gone, `cannot DO: something else`, ""},
	{404, ``, broker.IsMissing, broker.Gone, `cannot DO: not found`, ""},
	{409, `This topic already exists`, broker.IsThere, broker.Other, `topic LEAF already exists`, "topic stats LEAF"},
	{409, `Subscription already exists for topic`, broker.IsThere, broker.Other, `LEAF already has a subscription SUB`, "subs LEAF"},
	{409, `Compaction already in progress`, broker.IsThere, broker.Other, `LEAF is already being compacted`, "topic stats LEAF"},
	{409, `Expire message by timestamp not issued on topic TOPIC-partition-0 for subscription SUB due to ongoing message expiration not finished or subscription almost catch  up.`,
		broker.IsThere, broker.Other, `an earlier expiry of SUB is still running, or it has almost no backlog`, "subs LEAF"},
	{412, `Topic has 2 connected producers/consumers`, broker.IsBusy, broker.Busy, `cannot DO: producers or consumers are connected`, "topic delete LEAF force"},
	{412, `Topic has active producers/subscriptions`, broker.IsBusy, broker.Busy, `cannot DO: producers or consumers are connected`, "topic delete LEAF force"},
	{412, `Topic has subscriptions`, broker.IsBusy, broker.Busy, `cannot DO: it has subscriptions`, "topic delete LEAF force"},
	{412, `Subscription has active connected consumers`, broker.IsBusy, broker.Busy, `cannot DO: consumers are connected`, "sub delete LEAF SUB force=on"},
	{409, `Exceed maximum number of topics in namespace.`, nil, broker.Other, `cannot DO: namespace public/default has as many topics as it may have (maxTopicsPerNamespace)`, "topics public/default"},
	{412, `Exceed maximum number of topics in namespace.`, nil, broker.Other, `cannot DO: namespace public/default has as many topics as it may have (maxTopicsPerNamespace)`, "topics public/default"},
	{409, `Exceed the maximum number of subscriptions of the topic: TOPIC`, nil, broker.Other, `cannot DO: LEAF has as many subscriptions as it may have (maxSubscriptionsPerTopic)`, "subs LEAF"},
	{406, `Number of partitions should be less than or equal to 10`, nil, broker.Other, `cannot DO: the cluster allows fewer (maxNumPartitionsPerPartitionedTopic)`, ""},
	{422, `Desired partitions 1 can't be less than the current partitions 2.`, nil, broker.Other, `cannot DO: it has more, and none can be removed`, "topic stats LEAF"},
	{409, `Topic TOPIC is not the partitioned topic.`, nil, broker.Other, `LEAF is not partitioned, or does not exist`, "topics public/default"},
	{409, `TOPIC is a partitioned topic, instead of calling delete topic, please call delete-partitioned-topic.`, nil, broker.Other,
		`cannot DO: it has become a partitioned topic meanwhile`, "topic stats LEAF"},
	{409, `TOPIC is a non-partitioned topic. Instead of calling delete-partitioned-topic please call delete.`, nil, broker.Other,
		`cannot DO: it has become a topic without partitions meanwhile`, "topic stats LEAF"},
	{412, `Can't create topic LEAF with "-partition-" followed by numeric value if there isn't a partitioned topic new created.`, nil, broker.Other,
		`cannot DO: the name is that of a partition, and its topic has no such partition`, "topics public/default"},
	{412, `Partitioned Topic Name should not contain '-partition-'`, nil, broker.Other, `cannot DO: the name is that of a partition, which has none of its own`, "topics public/default"},
	{412, `Topic name is not valid`, nil, broker.Other, `cannot DO: the broker does not accept this name`, "topics public/default"},
	{400, `Create subscription on non-persistent topic can only be done through client`, nil, broker.Other, `cannot DO: a non-persistent topic stores nothing`, "topics"},
	{405, `Expire messages on a non-persistent topic is not allowed`, nil, broker.Other, `cannot DO: a non-persistent topic stores nothing`, "topics"},
	{406, `Need to provide a persistent topic name`, nil, broker.Other, `cannot DO: a non-persistent topic stores nothing`, "topics"},
	{500, "\n --- An unexpected error occurred in the server ---\n\nMessage: class org.apache.pulsar.broker.service.nonpersistent.NonPersistentTopic cannot be cast to class x",
		nil, broker.Other, `cannot DO: a non-persistent topic stores nothing`, "topics"},
	{412, `Failed to find ownership for topic:TOPIC`, nil, broker.Moved, `cannot DO: the topic is moving between brokers`, "topic stats LEAF"},
	{412, `Namespace bundle public/default/0x0_0x1 is being unloaded`, nil, broker.Moved, `cannot DO: the topic is moving between brokers`, "topic stats LEAF"},
	{500, "\nMessage: org.apache.bookkeeper.mledger.ManagedLedgerException: Not enough non-faulty bookies available error code: -6", nil, broker.Other,
		`cannot DO: too few bookies are up to store it`, ""},
	{414, `<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>`, nil, broker.Other, `cannot DO: its names are too long for a request`, ""},
	{401, `Token is expired`, nil, broker.NotAuthorised, `URL does not accept the token: Token is expired`, ""},
	{403, `bob lacks produce`, nil, broker.NotAuthorised, `URL does not allow to DO: bob lacks produce`, ""},
	{429, ``, nil, broker.Throttled, `URL accepts no more requests for now`, ""},
	{503, `starting`, nil, broker.Disconnected, `URL is not ready to DO (status 503): starting`, ""},
	{404, `Schema not found`, broker.IsMissing, broker.Gone, `topic LEAF has no schema`, "topic stats LEAF"},
	{409, `org.apache.pulsar.broker.service.schema.exceptions.IncompatibleSchemaException: Incompatible schema used`, nil, broker.Other, `the schema does not fit the one that topic LEAF has`, "schema show LEAF"},
	{409, `a reason of another version`, nil, broker.Other, `cannot DO: a reason of another version`, ""},
	{412, ``, nil, broker.Other, `cannot DO (status 412)`, ""},
	{500, "\nMessage: java.util.concurrent.CompletionException: a.b.c.SomeException: no ledger 5", nil, broker.Other, `cannot DO (status 500): no ledger 5`, ""},
}

// TestEveryRefusalIsRead walks the table with plain names, and with names that
// are the broker's own words: these change nothing.
func TestEveryRefusalIsRead(t *testing.T) {
	names := [][2]string{{"fast", "s"}}
	for _, row := range readings {
		word := strings.ReplaceAll(strings.Trim(row.words, "…'"), " ", "\u00a0")
		if word != "" {
			names = append(names, [2]string{strings.ReplaceAll(word, "\u00a0", "_"), row.words}, [2]string{"fast", row.words})
		}
	}
	names = append(names, [2]string{"Topic", "not"}, [2]string{"already", "Subscription"}, [2]string{"exists", "topic"}, [2]string{"a.b(c", "x$1"})
	used := map[string]bool{}
	for _, name := range names {
		local, sub := strings.NewReplacer("/", "_", " ", "_").Replace(name[0]), name[1]
		for _, c := range said {
			topic, err := broker.ParseTopic(local)
			require.NoError(t, err, local)
			fill := strings.NewReplacer("TOPIC", topic.String(), "LEAF", local, "SUB", sub, "DO", "do it", "URL", "URL").Replace
			a := &api{base: mustParse(t, "http://h:1")}
			request := call{at: subscriptionPath(topic, sub), doing: "do it"}
			body := fmt.Sprintf(`{"reason":%q}`, fill(c.reason))
			if strings.HasPrefix(c.reason, "<") {
				body = c.reason
			}
			err = a.refused(request, c.status, []byte(body), "t0ken")
			var e *broker.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, strings.ReplaceAll(fill(c.want), "URL", "http://h:1"), e.Message, "%q %q: %s", local, sub, c.reason)
			require.Equal(t, c.category, e.Category, c.reason)
			try := strings.NewReplacer("LEAF", quoted(local), "SUB", quoted(sub)).Replace(c.try)
			require.Equal(t, try, e.Try, c.reason)
			for i, is := range []func(error) bool{broker.IsMissing, broker.IsThere, broker.IsBusy} {
				want := c.meaning != nil && c.meaning(&refusal{row: reading{meaning: []int{missing, exists, busy}[i]}})
				require.Equal(t, want, is(err), "%d %s", i, c.reason)
			}
			require.True(t, hasStatus(err, c.status))
			var r *refusal
			require.True(t, errors.As(err, &r))
			used[fmt.Sprint(r.row)] = true
		}
	}
	for _, row := range slices.Concat(readings[:], []reading{otherwise, tokenRefused}) {
		require.True(t, used[fmt.Sprint(row)], "no answer of the test is read by %+v", row)
	}
}

func TestNamesInAdviceCanBeTyped(t *testing.T) {
	for name, want := range map[string]string{"fast": "fast", "a+b": "a+b", "my sub": "'my sub'", "a;b": "'a;b'", "$v": "'$v'", "q'q": `"q'q"`, `q'$"\`: `"q'$$\"\\"`} {
		require.Equal(t, want, quoted(name))
	}
}

// A limit that is reached is not a topic that exists, on a real server.
func TestPulsarLimitsAreNotExistence(t *testing.T) {
	r, ctx := connect(t), t.Context()
	ns := broker.NamespaceName{Tenant: "public", Namespace: strings.TrimSuffix(r.prefix, "-")}
	require.NoError(t, r.change(ctx, call{method: http.MethodPut, at: namespacePath(ns), body: struct{}{}, doing: "create " + ns.String()}))
	for policy, most := range map[string]int{"maxTopicsPerNamespace": 1, "maxSubscriptionsPerTopic": 1} {
		require.NoError(t, r.change(ctx, call{method: http.MethodPost, at: namespacePath(ns, policy), body: most, doing: "limit"}))
	}
	topic := func(local string) string { return ns.String() + "/" + local }
	require.NoError(t, r.CreateTopic(ctx, topic("a"), 0))
	require.NoError(t, r.CreateSubscription(ctx, topic("a"), "s", broker.Latest))
	full := "persistent://" + topic("a")
	for want, err := range map[string]error{
		"cannot create persistent://" + topic("b") + ": namespace " + ns.String() + " has as many topics as it may have (maxTopicsPerNamespace)": r.CreateTopic(ctx, topic("b"), 0),
		"cannot create persistent://" + topic("c") + ": namespace " + ns.String() + " has as many topics as it may have (maxTopicsPerNamespace)": r.CreateTopic(ctx, topic("c"), 2),
		"cannot create the subscription t of " + full + ": " + full + " has as many subscriptions as it may have (maxSubscriptionsPerTopic)":     r.CreateSubscription(ctx, topic("a"), "t", broker.Latest),
	} {
		require.EqualError(t, err, want)
		require.False(t, broker.IsThere(err) || broker.IsMissing(err) || broker.IsBusy(err))
	}
	require.True(t, broker.IsThere(r.CreateSubscription(ctx, topic("a"), "s", broker.Latest)))
	require.EqualError(t, r.CreateTopic(ctx, "public/no-such-namespace/a", 0), "there is no namespace public/no-such-namespace")
	require.EqualError(t, r.GrowTopic(ctx, topic("a"), 3), full+" is not partitioned, or does not exist")
	require.EqualError(t, r.DeleteSubscription(ctx, topic("a"), "none", false), full+" has no subscription none")
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u
}
