package session_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// What is acknowledged takes a part of the embedded broker's memory, not all of it.
func TestTheEmbeddedBrokerKeepsLittleThatIsAcknowledged(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, b *embedded.Broker) {
		_, most := b.Memory()
		l.consume(nil)
		l.produce(func(s *spec.Producer) {
			size, err := payload.ParseSize("512KiB")
			require.NoError(t, err)
			s.Size, s.Rate, s.Body, s.Compression = size, pacing.Hold(400), payload.ZeroKind, "none"
		})
		l.until("much is received", func() bool { return l.sub1().Acked > int64(most)/(512<<10)/2 })
		require.NoError(t, l.Stop(l.soon(), "fast"))
		time.Sleep(100 * time.Millisecond)
		used, _ := b.Memory()
		require.Less(t, used, most/5+32<<20)
		require.Greater(t, used, most/5-32<<20, "some is kept, to read it again")
	})
}

// What is acknowledged while all groups stop is outstanding, although the consumer group
// ends at once and the producer group has much to flush.
func TestTheLastMessagesAreOutstandingWhenAllGroupsStop(t *testing.T) {
	onEachEmbeddedEngine(t, func(t *testing.T, l *load, _ *embedded.Broker) {
		l.consume(func(s *spec.Consumer) { s.Rate = pacing.Hold(500) })
		l.produce(func(s *spec.Producer) {
			s.Workers, s.Rate, s.Batch, s.Delay = 1, pacing.Hold(20_000), 100_000, time.Second
		})
		l.until("messages", func() bool { return l.sub1().Received > 100 })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		l.Close(ctx)
		p, c := l.fast(), l.sub1()
		require.Equal(t, p.Sent, p.Acked)
		require.EqualValues(t, p.Acked, c.Delivery.Unique()+c.Delivery.Gaps+c.Delivery.NotYetReceived)
	})
}
