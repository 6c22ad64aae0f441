package pacing

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An idle Linux machine wakes a sleeper of less than a millisecond after some
// 1.06 ms or a little more, so every wake-up is later than the one before until
// a tick is passed over. On the grid the counts in windows of 10 ms stay even
// all the same: their coefficient of variation is at most 0.05.
func TestCountsStayEvenThoughTimersOversleep(t *testing.T) {
	const windows, width = 3000, int64(10 * time.Millisecond)
	for _, rate := range []Rate{10e3, 100e3, 1e6} {
		clock := &stepClock{}
		s, random := clock.schedule(), rand.New(rand.NewPCG(1, 1))
		s.Set(Hold(rate))
		c, counts := s.Cursor(), make([]float64, windows+1)
		var late, total float64
		for clock.now < windows*width {
			dues := drain(c)
			counts[clock.now/width] += float64(len(dues))
			for _, due := range dues {
				late += float64(clock.now - due)
			}
			total += float64(len(dues))
			clock.now = max(s.nextRelease(), clock.now+1_060_000+random.Int64N(60_000))
		}
		var squares float64
		mean := total / windows
		for _, n := range counts[:windows] {
			squares += (n - mean) * (n - mean)
		}
		cv := math.Sqrt(squares/windows) / mean
		require.LessOrEqual(t, cv, 0.05, "%s", rate)
		require.LessOrEqual(t, late/total, 1.2e6, "%s", rate)
		t.Logf("%s: cv %.4f, mean lateness %.2f ms", rate, cv, late/total/1e6)
	}
}
