package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// Groups that are stopped and started again go on counting, so that what was sent and
// what was received still add up.
func TestPulsarFiguresGoOnWithTheNextStart(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(nil)
		l.produce(func(p *spec.Producer) { p.Rate = pacing.Hold(1000) })
		l.acked(500)
		for range 2 {
			require.NoError(t, l.Stop(l.soon(), "fast"))
			require.NoError(t, l.Start(l.soon(), "fast"))
			l.acked(500)
		}
		require.NoError(t, l.Stop(l.soon(), "fast"))
		time.Sleep(300 * time.Millisecond)
		p := l.fast()
		require.Greater(t, p.Acked, int64(1500))
		require.Equal(t, p.Due, p.Sent)
		require.Equal(t, p.Sent, p.Acked)
		require.Zero(t, p.Missed)
		l.until("all is received", func() bool { return l.sub1().Received == p.Acked })
	})
}
