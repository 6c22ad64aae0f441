package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// beside returns another session on the server, as another program has, that sends
// to and receives from the same topic.
func (l *load) beside(engine broker.Engine) *load {
	other := connect(l.t)
	other.topic = l.topic
	preferences := other.Preferences()
	preferences.Engine = engine
	require.NoError(l.t, other.SetPreferences(preferences))
	return other
}

// Two programs on one shared subscription get a part of the messages each. Neither
// calls the other's lost.
func TestPulsarTwoProgramsOnOneSubscription(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		other := l.beside(l.Preferences().Engine)
		other.consume(nil)
		l.produce(nil)
		l.until("both receive", func() bool { return l.sub1().Received > 500 && other.sub1().Received > 500 })
		l.until("each sees the other", func() bool { return !l.sub1().Judged() && !other.sub1().Judged() })
		require.Contains(t, l.sub1().Others[0], "pulsh-sub1-w0001-")
		require.NotEqual(t, l.sub1().Others, other.sub1().Others)
		require.Zero(t, l.Snapshot().Totals.Lost)
		require.NoError(t, other.Stop(l.soon(), "sub1"))
	})
}

// A new program receives what an earlier one has left, and calls nothing missing
// that the earlier one acknowledged.
func TestPulsarANewProgramOnAHalfAcknowledgedBacklog(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		earlier := l.beside(l.Preferences().Engine)
		earlier.consume(func(s *spec.Consumer) { s.Drop = 10 })
		earlier.produce(func(p *spec.Producer) { p.Batch = 20 })
		earlier.acked(6000)
		earlier.settle()
		require.NoError(t, earlier.Stop(l.soon(), "sub1"))
		l.consume(nil)
		l.until("the rest", func() bool { return l.sub1().Received > 300 && l.sub1().Backlog.Known && l.sub1().Backlog.Entries == 0 })
		time.Sleep(time.Second)
		require.Less(t, l.sub1().Received, int64(4000), "the rest is a part")
		require.True(t, l.sub1().Judged())
		require.Zero(t, l.sub1().Delivery.Missing())
		l.produce(nil)
		l.acked(4000)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		l.until("all that came since", func() bool { return l.sub1().Backlog.Entries == 0 && l.sub1().Delivery.NotYetReceived == 0 })
		require.Zero(t, l.sub1().Delivery.Missing())
	})
}

// A seek to a message of one partition brings back a part of the messages. The
// others were received before.
func TestPulsarASeekInOnePartition(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		require.NoError(t, l.admin.CreateTopic(l.soon(), l.topic, 3))
		l.consume(nil)
		l.produce(func(p *spec.Producer) { p.Batch = 10 })
		l.acked(6000)
		at, err := l.admin.CursorPositions(l.soon(), l.topic, "sub1")
		require.NoError(t, err)
		require.Len(t, at, 3)
		to, ok := at[1].Step(-at[1].Behind() / 2)
		require.True(t, ok)
		before := l.sub1().Received
		require.NoError(t, l.consumerGroup("sub1").SeekID(l.soon(), to))
		l.until("messages come again", func() bool { return l.sub1().Received > before+500 })
		l.acked(2000)
		l.settleInPart()
		require.Zero(t, l.sub1().Delivery.Missing())
		require.Zero(t, l.sub1().Delivery.Duplicated)
	})
}

// settleInPart stops the producers and waits until the backlog is empty.
func (l *load) settleInPart() {
	l.t.Helper()
	require.NoError(l.t, l.Stop(l.soon(), "fast"))
	received := int64(-1)
	l.until("nothing more comes", func() bool {
		time.Sleep(1500 * time.Millisecond)
		c := l.sub1()
		still := c.Received == received && c.Backlog.Known && c.Backlog.Entries == 0
		received = c.Received
		return still
	})
}

// Messages that were expired, or skipped by somebody else, are not lost.
func TestPulsarRemovedMessagesAreNotLost(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		for _, remove := range []func() error{
			func() error { return l.admin.Expire(l.soon(), l.topic, "sub1", time.Second) },
			func() error { return l.admin.ClearBacklog(l.soon(), l.topic, "sub1") },
		} {
			l.topic += "x"
			l.consume(func(s *spec.Consumer) { s.Rate, s.Queue = pacing.Hold(200), 100 })
			l.produce(func(p *spec.Producer) { p.Rate, p.Batch = pacing.Hold(4000), 100 })
			l.acked(16_000)
			require.NoError(t, l.Stop(l.soon(), "fast"))
			l.until("the backlog is known", func() bool { return l.sub1().Backlog.Messages > 5000 })
			time.Sleep(2 * time.Second)
			require.NoError(t, remove())
			l.until("the removal is seen", func() bool { return l.sub1().Removed > 0 })
			settings, _ := l.Consumer("sub1")
			settings.Rate = pacing.Hold(pacing.Max())
			_, err := l.SetConsumer(l.soon(), "sub1", settings)
			require.NoError(t, err)
			l.until("all is accounted for", func() bool {
				c := l.sub1()
				return c.Backlog.Known && c.Backlog.Entries == 0 && int64(c.Delivery.Unique())+c.Removed == l.fast().Acked
			})
			require.Zero(t, l.sub1().Delivery.Missing())
			require.NotEmpty(t, l.sub1().Broker.Removed.Why)
			require.NoError(t, l.Stop(l.soon(), "sub1"))
			require.NoError(t, l.Remove(l.soon(), "sub1"))
			require.NoError(t, l.Remove(l.soon(), "fast"))
		}
	})
}

// A consumer that acknowledges nothing is told of the bound that it reaches.
func TestPulsarTheBoundOfUnacknowledgedMessages(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		ack, err := spec.ParseAck("manual")
		require.NoError(t, err)
		size, err := payload.ParseSize("64")
		require.NoError(t, err)
		l.consume(func(s *spec.Consumer) { s.Ack = ack })
		l.produce(func(p *spec.Producer) { p.Rate, p.Size = pacing.Hold(30_000), size })
		l.until("the bound", func() bool { return strings.HasPrefix(l.sub1().Limit, "broker: ") }) // before it, the workers may be too slow
		require.Regexp(t, `^broker: [\d,]+ messages are unacknowledged \(maxUnackedMessagesPerConsumer 50000\); try: ack sub1 now$`, l.sub1().Limit)
	})
}
