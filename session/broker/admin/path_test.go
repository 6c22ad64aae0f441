package admin

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// decodedTopic reads a topic's segment as the broker does: once, as a form.
func decodedTopic(t *testing.T, segment string) string {
	t.Helper()
	name, err := url.QueryUnescape(segment)
	require.NoError(t, err)
	return name
}

// decodedSubscription reads a subscription's segment as the broker does: once
// as a path and once as a form.
func decodedSubscription(t *testing.T, segment string) string {
	t.Helper()
	once, err := url.PathUnescape(segment)
	require.NoError(t, err)
	return decodedTopic(t, once)
}

// hostile lists names that become another one of the list, or no name at all,
// when they are escaped too seldom, too often or in another way.
var hostile = []string{
	"a+b", "a b", "a%2Bb", "a%252Bb", "a%20b", "a%b", "a%", "a/b", "a%2Fb", "a?b", "a#b", "a;b", "a:b", "a@b", "a&b=c",
	"a*b", "a~b", "a%2Ab", "a%7Eb", "größe", "gr%C3%B6%C3%9Fe", "..a", "a..", "日本", strings.Repeat("n", 200), strings.Repeat("n", 199) + "+",
}

func TestPathsAreEscapedAsTheBrokerDecodes(t *testing.T) {
	for _, c := range []struct{ name, topic, subscription string }{
		{"plain-1_2.3", "plain-1_2.3", "plain-1_2.3"},
		{"a+b", "a%2Bb", "a%252Bb"},
		{"a b", "a%20b", "a%2520b"},
		{"a%2Bb", "a%252Bb", "a%25252Bb"},
		{"a/b", "a%2Fb", "a%252Fb"},
		{"a;b:c@d", "a%3Bb%3Ac%40d", "a%253Bb%253Ac%2540d"},
		{"ö", "%C3%B6", "%25C3%25B6"},
	} {
		topic := broker.TopicName{Domain: broker.Persistent, Tenant: "public", Namespace: "default", Local: c.name, Partition: -1}
		require.Equal(t, "persistent/public/default/"+c.topic+"/unload", topicPath(topic, "unload").escaped)
		topic.Local = "fast"
		require.Equal(t, "persistent/public/default/fast/subscription/"+c.subscription+"/skip/5",
			subscriptionPath(topic, c.name, "skip", "5").escaped)
		require.Equal(t, "persistent/public/default/fast-partition-2/subscription/"+c.subscription,
			subscriptionPath(topic.Of(2), c.name).escaped)
	}
	ns := broker.NamespaceName{Tenant: "my-org", Namespace: "a:b=c"}
	require.Equal(t, "persistent/my-org/a%3Ab%3Dc/partitioned", topicsPath(broker.Persistent, ns, "partitioned").escaped)
	require.Equal(t, "namespaces/my-org/a%3Ab%3Dc", namespacePath(ns).escaped)
}

// Package url takes paths apart and joins them again on the way to the request;
// no escape may get lost there.
func TestRequestsCarryThePathAsBuilt(t *testing.T) {
	for _, name := range hostile {
		topic := broker.TopicName{Domain: broker.Persistent, Tenant: "public", Namespace: "default", Local: name, Partition: -1}
		built := subscriptionPath(topic, name, "skip_all")
		p, a := serve(t, map[string]answer{"POST " + built.escaped: nothing})
		require.NoError(t, a.change(t.Context(), call{method: "POST", at: built, doing: "clear"}))
		require.Equal(t, []string{"POST " + built.escaped}, p.questions())
	}
}

func TestSubscriptionsThatCannotBe(t *testing.T) {
	p, a := serve(t, nil)
	for name, want := range map[string]string{
		"":                        `a subscription needs a name`,
		".":                       `"." is not a subscription: Pulsar cannot store a name of dots alone`,
		"..":                      `".." is not a subscription: Pulsar cannot store a name of dots alone`,
		"a\xffb":                  `"a\xffb" is not a subscription: it is not UTF-8`,
		strings.Repeat("s", 1025): `a subscription's name of 1025 bytes is longer than 1024`,
	} {
		for _, err := range []error{
			a.CreateSubscription(t.Context(), "fast", name, broker.Latest), a.DeleteSubscription(t.Context(), "fast", name, true),
			a.SkipEntries(t.Context(), "fast", name, 1), a.ClearBacklog(t.Context(), "fast", name),
			a.SeekID(t.Context(), "fast", name, broker.MessageID{}),
		} {
			require.EqualError(t, err, want)
		}
	}
	require.Empty(t, p.questions())
}

// Cursors are listed under escaped names. One that is not escaped is taken only
// where it cannot be the escaped name of another subscription.
func TestCursorsAreFoundByTheirEscapedNames(t *testing.T) {
	for _, c := range []struct{ cursor, subscription string }{
		{"s", "s"}, {"a%2Bb", "a+b"}, {"a+b", "a b"}, {"a*b", "a*b"}, {"a%7Eb", "a~b"}, {"a%252Bb", "a%2Bb"},
		{"x/y", "x/y"}, {"x~y", "x~y"}, {"100%", "100%"}, {"x y", "x y"},
	} {
		stats := internalStats{Cursors: map[string]cursorStats{c.cursor: {MarkDeletePosition: "7:3"}}}
		at, ok := stats.position(-1, c.subscription)
		require.True(t, ok, c.subscription)
		require.Equal(t, broker.MessageID{Ledger: 7, Entry: 3, Partition: -1}, at.Acked)
		for _, other := range []string{"s", "a+b", "a b", "a*b", "a~b", "a%2Bb", "a%7Eb"} {
			_, ok := stats.position(-1, other)
			require.Equal(t, other == c.subscription, ok, "%s finds the cursor %s", other, c.cursor)
		}
	}
}

// FuzzPath holds that the broker reads back each name that the calls let
// through, and that no name adds a segment or a query to the path.
func FuzzPath(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, topic, subscription string) {
		name, err := on(topic, subscription)
		if err != nil {
			return
		}
		built := subscriptionPath(name, subscription, "skip_all").escaped
		segments := strings.Split(built, "/")
		require.Len(t, segments, 7)
		require.Equal(t, name.Leaf(), decodedTopic(t, segments[3]))
		require.Equal(t, "subscription", segments[4])
		require.Equal(t, subscription, decodedSubscription(t, segments[5]))
		base := url.URL{Scheme: "http", Host: "h:1"}
		require.Equal(t, "http://h:1/admin/v2/"+built, base.JoinPath("admin/v2", built).String())
		require.Equal(t, subscription, decodedTopic(t, cursorName(subscription)))
	})
}
