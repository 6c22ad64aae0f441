package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// A producer whose messages the broker delays by different times needs a window for all
// that may overtake one of them.
func TestReserve(t *testing.T) {
	const late = 300_000
	lost := func(reserve uint64) uint64 {
		a := NewAudit(0)
		a.Open(5, 0)
		if reserve > 0 {
			a = NewAudit(0)
			a.Reserve(5, reserve)
			a.Open(5, 0)
		}
		r := a.Reader()
		for n := uint64(1); n < late; n++ {
			r.Take(&Arrival{Stamp: payload.Stamp{Producer: 5, Sequence: n}, Entry: uint32(n)})
		}
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 5, Sequence: 0}, Entry: 1 << 31})
		return a.Totals().Lost
	}
	require.EqualValues(t, 1, lost(0))
	require.Zero(t, lost(late))
}
