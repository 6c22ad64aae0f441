package session_test

import (
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
