package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// What a non-persistent topic could not deliver never comes: it is told apart from what
// is outstanding, and from what waits in the group's own queue.
func TestWhatIsNotStoredIsNotOutstanding(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, _ *embedded.Broker) {
		const topic = "non-persistent://public/default/np"
		l.consume(func(s *spec.Consumer) { s.Topic, s.Queue, s.From = topic, 100, broker.Latest })
		l.produce(func(s *spec.Producer) { s.Topic, s.Rate = topic, pacing.Hold(2000) })
		time.Sleep(500 * time.Millisecond)
		require.NoError(t, l.Pause("sub1"))
		require.Eventually(t, func() bool { return l.sub1().Removed > 500 }, soon, 100*time.Millisecond)
		waiting := l.sub1()
		require.GreaterOrEqual(t, int64(waiting.Delivery.Missing()), int64(waiting.Waiting), "what waits in the queue comes")
		require.NoError(t, l.Resume("sub1"))
		time.Sleep(500 * time.Millisecond)
		require.NoError(t, l.Stop(l.soon(), "fast"))
		require.Eventually(t, func() bool { return l.sub1().Delivery.Missing() == 0 }, soon, 100*time.Millisecond)
		sub1 := l.sub1()
		require.Regexp(t, "^dropped by the broker: nothing is stored", sub1.WhyRemoved())
		require.Equal(t, l.fast().Acked, int64(sub1.Delivery.Unique())+sub1.Removed, "nothing is left over")
	})
}
