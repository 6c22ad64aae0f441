package admin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// near holds topics, or subscriptions, whose names are close to each other, all
// made on a real server. What the broker lists, it lists in a body and not in a
// path: by this the tests know which of them a call has touched.
type near struct {
	*real
	ns    broker.NamespaceName
	names []broker.TopicName
}

// neighbours makes a namespace with a topic of each hostile name. ParseTopic
// refuses two of them: a/b, which Pulsar does not take for a topic either, and
// the one with a blank, which another client may have made. That one is made by
// its path alone, and no call may reach it.
func neighbours(t *testing.T, partitions int) *near {
	t.Helper()
	n := &near{real: connect(t)}
	n.ns = broker.NamespaceName{Tenant: broker.DefaultTenant, Namespace: fmt.Sprintf("near-%d", time.Now().UnixNano())}
	n.put(t, namespacePath(n.ns), struct{}{})
	for _, local := range hostile {
		if local == "a/b" {
			continue
		}
		name := broker.TopicName{Domain: broker.Persistent, Tenant: n.ns.Tenant, Namespace: n.ns.Namespace, Local: local, Partition: -1}
		switch {
		case typed(name):
			require.NoError(t, n.CreateTopic(t.Context(), name.String(), partitions), local)
		case partitions > 0:
			n.put(t, topicPath(name, "partitions"), partitions)
		default:
			n.put(t, topicPath(name), nil)
		}
		n.names = append(n.names, name)
		require.Equal(t, sorted(n.names), n.listed(t, partitions > 0), "create %s", local)
	}
	return n
}

func (n *near) put(t *testing.T, at path, body any) {
	t.Helper()
	require.NoError(t, n.change(t.Context(), call{method: "PUT", at: at, body: body, doing: "make " + at.escaped}))
}

// typed tells whether a line can name a topic.
func typed(name broker.TopicName) bool {
	_, err := broker.ParseTopic(name.String())
	return err == nil
}

func sorted(names []broker.TopicName) []string {
	var all []string
	for _, name := range names {
		all = append(all, name.String())
	}
	slices.Sort(all)
	return all
}

// listed are the full names of the namespace's topics.
func (n *near) listed(t *testing.T, partitioned bool) []string {
	t.Helper()
	at := topicsPath(broker.Persistent, n.ns)
	if partitioned {
		at = topicsPath(broker.Persistent, n.ns, "partitioned")
	}
	var names []string
	require.NoError(t, n.get(t.Context(), call{at: at, doing: "list the topics"}, &names))
	slices.Sort(names)
	return names
}

// look is what can be seen of a topic.
type look struct {
	Stored     int64 // entries
	Published  bool  // since it was loaded
	State      string
	Subs       string
	Compaction string
}

func (n *near) look(t *testing.T, name broker.TopicName) look {
	t.Helper()
	doing := "look at " + name.Local
	var internal struct {
		NumberOfEntries, EntriesAddedCounter int64
		State                                string
	}
	require.NoError(t, n.get(t.Context(), call{at: topicPath(name, "internalStats"), doing: doing}, &internal))
	var subs []string
	require.NoError(t, n.get(t.Context(), call{at: topicPath(name, "subscriptions"), doing: doing}, &subs))
	slices.Sort(subs)
	var compaction struct{ Status string }
	require.NoError(t, n.get(t.Context(), call{at: topicPath(name, "compaction"), doing: doing}, &compaction))
	return look{internal.NumberOfEntries, internal.EntriesAddedCounter > 0, internal.State, strings.Join(subs, " "), compaction.Status}
}

func (n *near) looks(t *testing.T) map[broker.TopicName]look {
	t.Helper()
	all := map[broker.TopicName]look{}
	for _, name := range n.names {
		all[name] = n.look(t, name)
	}
	return all
}

// Topic i stores i+1 batches, published by a client, which puts no name into a
// path. Each call then acts on one topic after the other; after each the topic
// is as it should be, and after all of them no other has changed.
func TestPulsarActsOnTheNamedTopicAlone(t *testing.T) {
	n, ctx := neighbours(t, 0), t.Context()
	for i, name := range n.names {
		ids := n.publish(t, name.String(), i+1, 2)
		require.EqualValues(t, i+1, n.look(t, name).Stored, name.Local)
		if !typed(name) {
			continue
		}
		stats, err := n.Stats(ctx, name.String())
		require.NoError(t, err)
		require.EqualValues(t, 2*(i+1), stats.MessagesIn, name.Local)
		e, err := n.Entry(ctx, name.String(), idOf(ids[i]))
		require.NoError(t, err, name.Local)
		require.Equal(t, 2, e.Messages)
		partitions, err := n.Partitions(ctx, name.String())
		require.NoError(t, err)
		require.Zero(t, partitions)
		_, err = n.Limits(ctx, name.String())
		require.NoError(t, err)
	}
	want := n.looks(t)
	for _, c := range []struct {
		name   string
		do     func(topic string) error
		change func(*look)
	}{
		{"sub create", func(topic string) error { return n.CreateSubscription(ctx, topic, "new", broker.Earliest) }, func(l *look) { l.Subs = "new" }},
		{"sub delete", func(topic string) error { return n.DeleteSubscription(ctx, topic, "new", false) }, func(l *look) { l.Subs = "" }},
		{"unload", func(topic string) error { return n.Unload(ctx, topic) }, func(l *look) { l.Published, l.Compaction = false, "NOT_RUN" }},
		{"compact", func(topic string) error { return n.compactAll(t, topic) }, func(l *look) { l.Subs, l.Compaction = "__compaction", "SUCCESS" }},
		{"terminate", func(topic string) error { return n.Terminate(ctx, topic) }, func(l *look) { l.State = "Terminated" }},
	} {
		for _, name := range n.names {
			if !typed(name) {
				continue
			}
			require.NoError(t, c.do(name.String()), "%s %s", c.name, name.Local)
			changed := want[name]
			c.change(&changed)
			want[name] = changed
			require.Equal(t, changed, n.look(t, name), "%s %s", c.name, name.Local)
		}
		require.Equal(t, want, n.looks(t), c.name)
	}
	n.deleteEach(t, false)
}

// deleteEach deletes topic after topic; the one that no line can name is left.
func (n *near) deleteEach(t *testing.T, partitioned bool) {
	t.Helper()
	left := slices.Clone(n.names)
	for _, name := range n.names {
		if typed(name) {
			require.NoError(t, n.DeleteTopic(t.Context(), name.String(), true), name.Local)
			left = slices.DeleteFunc(left, func(other broker.TopicName) bool { return other == name })
		}
		require.Equal(t, sorted(left), n.listed(t, partitioned), "delete %s", name.Local)
	}
	require.Len(t, left, 1)
}

// compactAll compacts a topic and waits for the end of it.
func (n *near) compactAll(t *testing.T, topic string) error {
	if err := n.Compact(t.Context(), topic); err != nil {
		return err
	}
	require.Eventually(t, func() bool {
		all, err := n.Compaction(t.Context(), topic)
		return err == nil && len(all) == 1 && all[0].State == broker.CompactionDone
	}, soon, glance)
	return nil
}

func idOf(id pulsar.MessageID) broker.MessageID {
	return broker.MessageID{Ledger: id.LedgerID(), Entry: id.EntryID(), Partition: -1}
}

func TestPulsarGrowsTheNamedTopicAlone(t *testing.T) {
	n, ctx := neighbours(t, 1), t.Context()
	want := map[broker.TopicName]int{}
	for _, name := range n.names {
		want[name] = 1
	}
	for _, name := range n.names {
		if typed(name) {
			require.NoError(t, n.GrowTopic(ctx, name.String(), 2), name.Local)
			want[name] = 2
		}
		got := map[broker.TopicName]int{}
		for _, other := range n.names {
			partitions, err := n.partitions(ctx, other)
			require.NoError(t, err)
			got[other] = partitions
		}
		require.Equal(t, want, got, "grow %s", name.Local)
	}
	n.deleteEach(t, true)
}

// subs are subscriptions of one topic with hostile names, with their backlogs.
type subs struct {
	*real
	topic string
	want  map[string]int64
}

// check holds the backlogs, in entries, to what they should be.
func (s *subs) check(t *testing.T, what string) {
	t.Helper()
	var got map[string]int64
	require.Eventually(t, func() bool {
		stats, err := s.Stats(t.Context(), s.topic)
		require.NoError(t, err)
		got = map[string]int64{}
		for name, sub := range stats.Subscriptions {
			got[name] = sub.BacklogEntries
		}
		return maps.Equal(s.want, got)
	}, soon, glance, "%s: want %v\n got %v", what, s.want, &got)
	names, err := s.Subscriptions(t.Context(), s.topic)
	require.NoError(t, err)
	require.ElementsMatch(t, slices.Collect(maps.Keys(s.want)), names, what)
}

// Each call acts on one subscription after the other, on a topic whose own name
// is no better, and after each the backlogs of all are what they should be.
func TestPulsarActsOnTheNamedSubscriptionAlone(t *testing.T) {
	const entries = 12
	for _, partitions := range partitionsOf {
		s, ctx := &subs{real: connect(t), want: map[string]int64{}}, t.Context()
		s.topic = fmt.Sprintf("%snear+%%2B-%d", s.prefix, partitions)
		parts := max(partitions, 1)
		require.NoError(t, s.CreateTopic(ctx, s.topic, partitions))
		for _, name := range hostile {
			require.NoError(t, s.CreateSubscription(ctx, s.topic, name, broker.Earliest), name)
			s.want[name] = 0
			s.check(t, "create "+name)
		}
		ids := s.publish(t, s.topic, entries, 2)
		for name := range s.want {
			s.want[name] = entries
		}
		s.check(t, "publish")
		for _, c := range []struct {
			name string
			do   func(sub string) error
			left int64
		}{
			{"skip", func(sub string) error { return s.SkipEntries(ctx, s.topic, sub, 2) }, entries - 2*int64(parts)},
			{"seek by time", func(sub string) error { return s.SeekTime(ctx, s.topic, sub, time.Time{}) }, entries},
			{"clear", func(sub string) error { return s.ClearBacklog(ctx, s.topic, sub) }, 0},
			{"seek by id", func(sub string) error { return s.seekFirst(t, sub, ids[:parts]) }, entries},
			{"expire", func(sub string) error { return s.expireAll(t, sub) }, 0},
		} {
			for _, name := range hostile {
				require.NoError(t, c.do(name), "%s %s", c.name, name)
				s.want[name] = c.left
				s.check(t, c.name+" "+name)
				s.surveyed(t, name, c.left)
			}
		}
		for _, name := range hostile {
			require.NoError(t, s.DeleteSubscription(ctx, s.topic, name, false), name)
			delete(s.want, name)
			s.check(t, "delete "+name)
		}
	}
}

// seekFirst moves a subscription back to the first message of each partition.
func (s *subs) seekFirst(t *testing.T, sub string, firsts []pulsar.MessageID) error {
	for _, id := range firsts {
		at := idOf(id)
		if len(firsts) > 1 {
			at.Partition = int(id.PartitionIdx())
		}
		if err := s.SeekID(t.Context(), s.topic, sub, at); err != nil {
			return err
		}
	}
	return nil
}

// expireAll expires until nothing is left: at first the messages are too young.
func (s *subs) expireAll(t *testing.T, sub string) error {
	require.Eventually(t, func() bool {
		require.NoError(t, ignoreConflict(s.Expire(t.Context(), s.topic, sub, time.Second)))
		return s.backlog(t, s.topic, sub) == 0
	}, soon, glance)
	return nil
}

// surveyed holds that a survey finds the subscription's own place.
func (s *subs) surveyed(t *testing.T, sub string, left int64) {
	t.Helper()
	all, err := s.CursorPositions(t.Context(), s.topic, sub)
	require.NoError(t, err, sub)
	var ahead int64
	for _, part := range all {
		ahead += part.Ahead()
	}
	require.Equal(t, left, ahead, "survey %s", sub)
}

// A subscription that is not durable has its cursor under its own name.
func TestPulsarFindsCursorsThatAreNotDurable(t *testing.T) {
	r, ctx := connect(t), t.Context()
	topic := r.prefix + "passing"
	require.NoError(t, r.CreateTopic(ctx, topic, 0))
	options := consumerOf(topic, "x/y")
	options.SubscriptionMode, options.SubscriptionInitialPosition, options.Type = pulsar.NonDurable, pulsar.SubscriptionPositionEarliest, pulsar.Exclusive
	consumer, err := r.client.Subscribe(options)
	require.NoError(t, err)
	defer consumer.Close()
	r.publish(t, topic, 3, 1)
	all, err := r.CursorPositions(ctx, topic, "x/y")
	require.NoError(t, err)
	require.EqualValues(t, 3, all[0].Ahead())
}

// What the server cannot create is refused before it is asked; the last row is
// what it would answer.
func TestPulsarCannotCreate(t *testing.T) {
	r, ctx := connect(t), t.Context()
	topic := r.prefix + "dots"
	require.NoError(t, r.CreateTopic(ctx, topic, 0))
	name, err := broker.ParseTopic(topic)
	require.NoError(t, err)
	for _, sub := range []string{".", ".."} {
		require.Error(t, r.change(ctx, call{method: "PUT", at: subscriptionPath(name, sub), body: first, doing: "create"}))
		require.EqualError(t, r.CreateSubscription(ctx, topic, sub, broker.Earliest), fmt.Sprintf("%q is not a subscription: Pulsar cannot store a name of dots alone", sub))
		name.Local = sub
		require.Error(t, r.change(ctx, call{method: "PUT", at: topicPath(name), doing: "create"}))
		require.EqualError(t, r.CreateTopic(ctx, sub, 0), fmt.Sprintf("%q is not a topic: %q is not allowed", sub, sub))
		name.Local = topic
	}
}
