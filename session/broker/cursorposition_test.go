package broker

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A step leads to the entry that a later standing begins with, over the bounds
// of ledgers and back.
func TestStandingsStepOverLedgers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var s CursorPosition
		var total int64
		for id := range int64(1 + r.IntN(5)) {
			l := Ledger{ID: 10 + 3*id, Entries: r.Int64N(6)}
			s.Ledgers, total = append(s.Ledgers, l), total+l.Entries
		}
		at := s.Ledgers[r.IntN(len(s.Ledgers))]
		s.Acked = MessageID{Ledger: at.ID, Entry: r.Int64N(at.Entries+1) - 1}
		require.Equal(t, total, s.Behind()+s.Ahead())
		for step := -s.Behind() - 2; step <= s.Ahead()+2; step++ {
			next, ok := s.Step(step)
			require.Equal(t, step >= -s.Behind() && step < s.Ahead(), ok)
			if !ok {
				continue
			}
			later := s
			later.Acked = MessageID{Ledger: next.Ledger, Entry: next.Entry - 1}
			require.Equal(t, step, s.Moved(later))
		}
	}
}

// What is not stored any more counts as the oldest that is.
func TestStandingBeforeWhatIsStored(t *testing.T) {
	s := CursorPosition{Ledgers: []Ledger{{ID: 7, Entries: 5}}, Acked: MessageID{Ledger: 3, Entry: 40}}
	require.EqualValues(t, 0, s.Behind())
	require.EqualValues(t, 5, s.Ahead())
	s.Acked = MessageID{Ledger: 9, Entry: -1}
	require.EqualValues(t, 5, s.Behind())
}
