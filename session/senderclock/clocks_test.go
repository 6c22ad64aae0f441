package senderclock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
)

// TestAnHourOldBacklogTellsNothingOfClocks drains, after a seek, ten thousand
// messages that are an hour old, a thousand a second, and goes on with fresh
// ones. The first answer about the backlog is from before the seek.
func TestAnHourOldBacklogTellsNothingOfClocks(t *testing.T) {
	l := delivery.NewAudit(0)
	r := l.Reader()
	k := &Clocks{}
	now := time.Unix(1_700_000_000, 0)
	b := snapshot.Backlog{Known: true, At: now}
	received := int64(0)
	for tick := range 300 {
		now = now.Add(metrics.SampleEvery)
		transit := time.Hour
		if received >= 10_000 {
			transit = 3 * time.Millisecond
		}
		for range 100 {
			r.Take(&delivery.Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: uint64(received)}, Transit: int64(transit)})
			received++
		}
		if tick%10 == 9 {
			b.At, b.Messages = now, max(10_000-received, 0)
		}
		c := k.Look(l, 2, now, b, received, 1000)
		require.False(t, c.Differs, "%v: %s", now.Sub(time.Unix(1_700_000_000, 0)), c)
	}
	c := k.Look(l, 2, now, b, received, 1000)
	require.True(t, c.Bounded)
	require.Equal(t, -3*time.Millisecond, c.Low)
	require.InDelta(t, 48, float64(c.High)/1e6, 1)
}
