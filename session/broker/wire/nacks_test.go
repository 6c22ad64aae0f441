package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheDelayOfAnEntryCountsFromItsLastMessage nacks the messages of three
// batches while others of them are still being processed.
func TestTheDelayOfAnEntryCountsFromItsLastMessage(t *testing.T) {
	var n nacks
	slow, quick, other := &tracker{}, &tracker{}, &tracker{}
	n.add(slow, 100)
	n.add(quick, 110)
	n.add(slow, 150)
	n.add(other, 160)
	require.Empty(t, n.due(99))
	require.Equal(t, []*tracker{quick}, n.due(149), "the other batch has had another message since")
	n.add(quick, 170)
	require.Equal(t, []*tracker{slow, other, quick}, n.due(170), "by the time of the last message")
	require.Empty(t, n.due(1<<40))
	n.add(slow, 1<<41)
	require.Equal(t, []*tracker{slow}, n.due(1<<41), "and again after the next delivery")
}
