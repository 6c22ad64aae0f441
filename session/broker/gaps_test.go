package broker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatACursorHasAcknowledged(t *testing.T) {
	id := func(ledger, entry int64) MessageID { return MessageID{Ledger: ledger, Entry: entry} }
	at := CursorPosition{
		Ledgers: []Ledger{{ID: 3, Entries: 10}, {ID: 5, Entries: 4}}, Acked: id(3, 4),
		Gaps: []EntryRun{{Behind: id(3, 5), Last: id(3, 7)}, {Behind: id(3, 8), Last: id(5, 0)}},
	}
	var acked []MessageID
	for _, l := range at.Ledgers {
		for entry := range l.Entries {
			if at.Acknowledged(id(l.ID, entry)) {
				acked = append(acked, id(l.ID, entry))
			}
		}
	}
	require.Equal(t, []MessageID{id(3, 0), id(3, 1), id(3, 2), id(3, 3), id(3, 4), id(3, 6), id(3, 7), id(3, 9), id(5, 0)}, acked)
	require.EqualValues(t, 9, at.Ahead())
	require.EqualValues(t, 5, at.Unacknowledged())
	at.Acked = id(5, 3)
	at.Gaps = nil
	require.Zero(t, at.Unacknowledged())
}

func TestPlacesOfAReader(t *testing.T) {
	s := Start{After: []Place{{Topic: "a", Index: 3}}}
	place, ok := s.AfterIn("a")
	require.True(t, ok)
	require.EqualValues(t, 3, place.Index)
	_, ok = s.AfterIn("b")
	require.False(t, ok)
	require.NoError(t, s.CheckParts("x", 4))
	s.ID = &MessageID{Ledger: 1, Entry: 2, Partition: -1}
	require.NoError(t, s.CheckParts("x", 0))
	require.ErrorContains(t, s.CheckParts("x", 2), "x-partition-0")
}
