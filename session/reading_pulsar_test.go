package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/reading"
	"pulsh/session/spec"
)

// read starts a reader.
func (l *load) read(name string, change func(*spec.Consumer)) {
	l.t.Helper()
	s := spec.DefaultReader(name)
	s.Topic = l.topic
	setReader(l.t, &s, "from", "earliest")
	if change != nil {
		change(&s)
	}
	require.NoError(l.t, l.AddConsumer(name, s))
	require.NoError(l.t, l.Start(l.soon(), name))
}

func setReader(t *testing.T, s *spec.Consumer, name, value string) {
	t.Helper()
	setting, ok := spec.FindSetting(spec.ReaderSettings(), name)
	require.True(t, ok, name)
	require.NoError(t, setting.Set(s, value))
}

// readAll waits until a reader has read everything that was acked.
func (l *load) readAll(names ...string) {
	l.t.Helper()
	for _, name := range names {
		l.until(name+" has read all", func() bool { return int64(l.group(name).Consumer.Delivery.Unique()) >= l.fast().Acked })
	}
}

func (l *load) readOnce(names ...string) {
	l.t.Helper()
	for _, name := range names {
		d := l.group(name).Consumer.Delivery
		require.EqualValues(l.t, l.fast().Acked, d.Unique(), name)
		require.Zero(l.t, d.Lost+d.Duplicated+d.Redelivered, "%s: %+v", name, d)
		if l.group("fast").Partitions == 0 {
			require.Zero(l.t, d.OutOfOrder, name)
		}
	}
}

// TestEachReaderReadsEveryMessage reads a topic by two readers beside the load, one of
// which gets another consumer in the middle, and by a third to the end.
func TestEachReaderReadsEveryMessage(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) { l.readBeside(0) })
}

func TestEachReaderReadsEveryPartition(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) { l.readBeside(3) })
}

func (l *load) readBeside(partitions int) {
	t := l.t
	require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, partitions))
	l.produce(nil)
	l.read("r1", nil)
	l.read("r2", func(s *spec.Consumer) { s.Workers = 2 })
	l.acked(1000)
	settings, _ := l.Consumer("r1")
	settings.Queue = 50
	rebuilt, err := l.SetConsumer(l.soon(), "r1", settings)
	require.NoError(t, err)
	require.True(t, rebuilt.Done)
	l.acked(1000)
	l.stop()
	l.readAll("r1", "r2")
	l.readOnce("r1", "r2")
	l.read("r3", func(s *spec.Consumer) { s.Until.Empty = true })
	l.until("the end of the topic", func() bool { return l.group("r3").State == "done" })
	l.readOnce("r3")
	require.Equal(t, "the end of the topic is reached", l.group("r3").Ending.Why)

	stats, err := l.admin.Stats(l.soon(), l.topic)
	require.NoError(t, err)
	require.Len(t, stats.Subscriptions, 2, "r3 has left nothing: %v", stats.Subscriptions)
	require.NoError(t, l.Stop(l.soon(), "r1"))
	require.NoError(t, l.Start(l.soon(), "r1")) // it begins again
	l.until("read again", func() bool { return int64(l.group("r1").Consumer.Received) >= 2*l.fast().Acked })
	require.Zero(t, l.group("r1").Consumer.Delivery.Duplicated)
}

// stop stops the producers and waits for the last sample.
func (l *load) stop() {
	l.t.Helper()
	require.NoError(l.t, l.Stop(l.soon(), "fast"))
	l.until("the last sample", func() bool { p := l.fast(); return p.Sent == p.Acked && p.InFlight == 0 })
}

// TestAReaderBeginsWhereItIsTold sends a message a second apart from the next ones, and
// reads from a time between and from an id.
func TestAReaderBeginsWhereItIsTold(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		early := l.send(broker.Message{Body: []byte("early")}, 3)
		time.Sleep(1100 * time.Millisecond)
		between := time.Now()
		time.Sleep(10 * time.Millisecond)
		late := l.send(broker.Message{Body: []byte("late")}, 2)
		for from, want := range map[string]int64{
			between.Format(time.RFC3339Nano): 2, early[1].String(): 4, late[1].String(): 1, "earliest": 5, "-1h": 5,
		} {
			name := "r" + fmt.Sprint(want) + from[:1]
			name = strings.ReplaceAll(name, "-", "m")
			l.read(name, func(s *spec.Consumer) { setReader(t, s, "from", from) })
			l.until(from, func() bool { return l.group(name).Consumer.Received == want })
		}
		time.Sleep(300 * time.Millisecond)
		for _, g := range l.Snapshot().Groups {
			require.EqualValues(t, g.Name[1]-'0', g.Consumer.Received, g.Name)
		}
		settings := spec.DefaultReader("x")
		settings.Topic = l.topic + "-parted"
		require.NoError(t, l.admin.CreateTopic(l.soon(), settings.Topic, 2))
		setReader(t, &settings, "from", "1:3")
		require.NoError(t, l.AddConsumer("x", settings))
		require.ErrorContains(t, l.Start(l.soon(), "x"), "message 1:3 is in one of them")
	})
}

// send stores messages through the Go client.
func (l *load) send(m broker.Message, n int) []broker.MessageID {
	l.t.Helper()
	engine, err := session.Engine(l.Session, "", broker.ClientEngine)
	require.NoError(l.t, err)
	all := make([]broker.Message, n)
	for i := range all {
		all[i] = m
	}
	ids, err := engine.(broker.Sender).SendEach(l.soon(), l.topic, all)
	require.NoError(l.t, err)
	require.Len(l.t, ids, n)
	return ids
}

// TestAReaderBeginsAtAMessageThatIs refuses the others, and makes no topic to find out.
func TestAReaderBeginsAtAMessageThatIs(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		settings := spec.DefaultReader("r1")
		settings.Topic = l.topic
		check := func(from string) error {
			setReader(t, &settings, "from", from)
			return session.CheckBegin(l.soon(), l.Session, "r1", settings)
		}
		require.ErrorContains(t, check("1:0"), "does not exist")
		_, err := l.admin.Stats(l.soon(), l.topic)
		require.True(t, broker.IsMissing(err), "%v", err)
		require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, 0))
		require.ErrorContains(t, check("999999999:0"), "which has none")
		ids := l.send(broker.Message{}, 2)
		last := ids[1]
		require.NoError(t, check(last.String()))
		require.NoError(t, check("0:0"))
		last.Entry++
		require.ErrorContains(t, check(last.String()), "is behind the last message of "+l.topic+", "+ids[1].String())
		require.NoError(t, check("-5m"))
		require.NoError(t, check("latest"))
	})
}

// TestALookShowsEmptyMessages shows what the Go client throws away as damaged: messages
// without a body and without properties.
func TestALookShowsEmptyMessages(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, 0))
		require.NoError(t, l.admin.CreateSubscription(l.soon(), l.topic, "audit", broker.Earliest))
		engine, err := session.Engine(l.Session, "", broker.WireEngine)
		require.NoError(t, err)
		tail, err := reading.Follow(l.soon(), engine, l.topic, nil, 0)
		require.NoError(t, err)
		l.send(broker.Message{}, 2)
		found, err := reading.Peek(l.soon(), engine, l.admin, l.topic, "audit", 5)
		require.NoError(t, err)
		require.Len(t, found.Messages, 2)
		l.until("the messages", func() bool {
			news, err := tail.Look()
			require.NoError(t, err)
			return news.Came == 2
		})
		require.NoError(t, tail.Close(l.soon()))
	})
}

// TestACompactedTopicIsReadByKey reads the last message of each key.
func TestACompactedTopicIsReadByKey(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		for _, key := range []string{"a", "b", "c"} {
			l.send(broker.Message{Body: []byte("first"), Key: key}, 5)
		}
		require.NoError(t, l.admin.Compact(l.soon(), l.topic))
		l.until("compacted", func() bool {
			all, err := l.admin.Compaction(l.soon(), l.topic)
			return err == nil && len(all) == 1 && all[0].State == broker.CompactionDone
		})
		l.read("r1", func(s *spec.Consumer) { s.Compacted = true })
		l.until("read", func() bool { return l.group("r1").Consumer.Received == 3 })
		l.read("r2", nil)
		l.until("read", func() bool { return l.group("r2").Consumer.Received == 15 })
		require.EqualValues(t, 3, l.group("r1").Consumer.Received)
	})
}

// TestAPeekTakesNothing looks at the backlog of a subscription with gaps, of batches and
// of single messages.
func TestAPeekTakesNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		const sub = "audit"
		engine, err := session.Engine(l.Session, "", broker.SessionEngine)
		require.NoError(t, err)
		peek := func(n int) reading.Backlog {
			t.Helper()
			found, err := reading.Peek(l.soon(), engine, l.admin, l.topic, sub, n)
			require.NoError(t, err)
			return found
		}
		require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, 2))
		require.NoError(t, l.admin.CreateSubscription(l.soon(), l.topic, sub, broker.Earliest))
		require.Empty(t, peek(3).Messages)
		event := time.UnixMilli(1_700_000_000_123)
		ids := l.send(broker.Message{Body: []byte("body"), Key: "a", OrderingKey: "o", Properties: map[string]string{"tenantId": "7", "x": "ü"}, EventTime: event}, 2)
		l.produce(func(p *spec.Producer) { p.Count, p.Rate = 200, pacing.Hold(10_000) })
		l.until("sent", func() bool { return l.group("fast").State == "done" })

		for range 2 {
			found := peek(1000)
			require.Len(t, found.Messages, 202)
			m := found.Messages[0]
			require.Equal(t, ids[0], m.ID)
			require.Equal(t, "body", string(m.Body))
			require.Equal(t, "a", m.Key)
			require.Equal(t, "o", m.OrderingKey)
			require.Equal(t, map[string]string{"tenantId": "7", "x": "ü"}, m.Properties)
			require.Equal(t, event, m.EventTime)
			require.WithinDuration(t, time.Now(), m.Published, time.Minute)
			require.Len(t, peek(1).Messages, 1)
		}
		l.until("the subscription alone, without a consumer", func() bool {
			stats, err := l.admin.Stats(l.soon(), l.topic)
			require.NoError(t, err)
			return len(stats.Subscriptions) == 1 && stats.Subscriptions[sub].Consumers == 0
		})

		require.NoError(t, l.admin.SkipEntries(l.soon(), l.topic, sub, 1))
		require.Less(t, len(peek(1000).Messages), 202)
		// A consumer that acknowledges the second of what it gets leaves a gap.
		got := l.takeSecond(sub)
		for _, m := range peek(1000).Messages {
			require.NotEqual(t, got, m.ID)
		}
		require.NoError(t, l.admin.ClearBacklog(l.soon(), l.topic, sub))
		require.Zero(t, peek(5).Entries)
		_, err = reading.Peek(l.soon(), engine, l.admin, l.topic, "nobody", 1)
		require.ErrorContains(t, err, "nobody")
	})
}

// takeSecond acknowledges a message behind the first and returns the id of its entry.
func (l *load) takeSecond(sub string) broker.MessageID {
	l.t.Helper()
	l.send(broker.Message{Body: []byte("kept"), Key: "k"}, 1)
	want := l.send(broker.Message{Body: []byte("taken"), Key: "k"}, 1)[0]
	engine, err := session.Engine(l.Session, "", broker.SessionEngine)
	require.NoError(l.t, err)
	c, err := engine.Subscribe(l.soon(), broker.ConsumerSpec{Topics: []string{l.topic}, Subscription: sub, Name: "taker", Type: broker.Shared, Queue: 1000, NackDelay: time.Minute})
	require.NoError(l.t, err)
	buf := make([]broker.Delivery, 64)
	stop := make(chan struct{})
	timer := time.AfterFunc(soon, func() { close(stop) })
	defer timer.Stop()
	for taken := false; !taken; {
		n := c.Receive(stop, buf)
		require.NotZero(l.t, n, "the message did not come")
		for i := range buf[:n] {
			if string(buf[i].Body) == "taken" {
				_, err := c.Ack(buf[i : i+1])
				require.NoError(l.t, err)
				taken = true
			}
		}
	}
	require.NoError(l.t, c.Close(l.soon()))
	l.until("a gap", func() bool {
		all, err := l.admin.CursorPositions(l.soon(), l.topic, sub)
		require.NoError(l.t, err)
		for _, at := range all {
			if at.Partition == want.Partition && at.Acknowledged(want) {
				return true
			}
		}
		return false
	})
	return want
}

// TestATailShowsWhatComes follows a topic beside a load.
func TestATailShowsWhatComes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		engine, err := session.Engine(l.Session, "", broker.SessionEngine)
		require.NoError(t, err)
		l.send(broker.Message{Body: []byte("before")}, 1)
		key := "a"
		all, err := reading.Follow(l.soon(), engine, l.topic, nil, 0)
		require.NoError(t, err)
		one, err := reading.Follow(l.soon(), engine, l.topic, &key, 2)
		require.NoError(t, err)
		l.send(broker.Message{Body: []byte("after"), Key: key}, 3)
		l.send(broker.Message{Body: []byte("other"), Key: "b"}, 1)
		var got []string
		l.until("the messages", func() bool {
			news, err := all.Look()
			require.NoError(t, err)
			for _, m := range news.Messages {
				got = append(got, string(m.Body))
			}
			return len(got) == 4
		})
		require.Equal(t, []string{"after", "after", "after", "other"}, got)
		news, err := one.Look()
		require.NoError(t, err)
		require.Len(t, news.Messages, 2)
		require.True(t, news.Full)
		require.NoError(t, one.Close(l.soon()))
		l.produce(func(p *spec.Producer) { p.Count, p.Rate = 3000, pacing.Hold(3000) })
		shown := 0
		l.until("all", func() bool {
			news, err := all.Look()
			require.NoError(t, err)
			shown += len(news.Messages)
			return news.Came == 3004 && news.Left+int64(shown) == 3000
		})
		require.Less(t, shown, 200)
		require.NoError(t, all.Close(l.soon()))
	})
}
