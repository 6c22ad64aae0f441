package find

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/pacing"
)

// TestAProbeThatFailedByChanceIsForgotten lets the first probes fail whatever their rate,
// as on a cold broker: the search finds the rate that holds all the same.
func TestAProbeThatFailedByChanceIsForgotten(t *testing.T) {
	for cold := range 6 {
		s := search{from: 20_000, within: 0.05}
		for {
			rate, ok := s.next()
			if !ok {
				break
			}
			s.add(rate, s.probes >= cold && rate <= 41_000)
		}
		require.InDelta(t, 41_000, float64(s.held), 41_000*0.055, "cold for %d probes: %v", cold, s)
		require.Less(t, s.probes, 30)
	}
	s := search{from: 1000, within: 0.05} // nothing holds
	for rate, ok := s.next(); ok; rate, ok = s.next() {
		s.add(rate, false)
	}
	require.Zero(t, s.held)
	s = search{from: 1000, to: pacing.Rate(4000), within: 0.05} // all holds
	for rate, ok := s.next(); ok; rate, ok = s.next() {
		s.add(rate, true)
	}
	require.EqualValues(t, 4000, s.held)
}
