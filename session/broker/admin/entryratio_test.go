package admin

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheNewestEntriesCount: after 1,000 batches of 100 messages come single ones.
func TestTheNewestEntriesCount(t *testing.T) {
	var p published
	require.Zero(t, p.perEntry(1))
	p = p.with(1000, 100_000)
	require.InDelta(t, 100, p.perEntry(8), 0)
	p = p.with(1300, 100_300)
	require.InDelta(t, 1, p.perEntry(8), 0)
	require.InDelta(t, 1, p.perEntry(300), 0)
	require.InDelta(t, (300+200*100)/500.0, p.perEntry(500), 0.001)
	require.InDelta(t, 100_300.0/1300, p.perEntry(1300), 0.001)
	require.InDelta(t, 100_300.0/1300, p.perEntry(9999), 0.001, "more than was ever added")
	require.InDelta(t, 1, p.with(1300, 100_300).perEntry(8), 0, "nothing new")
	require.InDelta(t, 5, p.with(10, 50).perEntry(8), 0, "the counters have begun again")
}

func TestThePublishedHistoryIsBounded(t *testing.T) {
	var p published
	for i := range int64(10_000) {
		before := append(published(nil), p...)
		next := p.with(i, 10*i)
		require.Equal(t, before, append(published(nil), p...))
		p = next
		require.LessOrEqual(t, len(p), ratioPoints+1)
	}
	for _, backlog := range []int64{1, 10, 1000, 9000} {
		require.InDelta(t, 10, p.perEntry(backlog), 0.01)
	}
}
