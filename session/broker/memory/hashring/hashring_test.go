package hashring

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

// What Pulsar 4.0 computes.
func TestPulsarsOwnNumbers(t *testing.T) {
	require.EqualValues(t, 34662, pointSlot("c1", 0, 0))
	for key, want := range map[string][2]int32{"a": {27058, 42456}, "hello": {64071, 7892}, "key-0": {63679, 23544}, "": {1, 1}} {
		require.Equal(t, want[0], New(true).Slot(protocol.Murmur3(key)), key)
		require.Equal(t, want[1], New(false).Slot(protocol.Murmur3(key)), key)
	}
}

func TestEverySlotHasOneOwner(t *testing.T) {
	s := New(false)
	for id := range uint64(5) {
		require.NoError(t, s.Add(id, fmt.Sprint("c", id%3), nil)) // names may be equal
		owners := map[int32]uint64{}
		for other := range id + 1 {
			for _, r := range s.Ranges(other) {
				for slot := r.Start; slot <= r.End; slot++ {
					_, taken := owners[slot]
					require.False(t, taken)
					owners[slot] = other
				}
			}
		}
		require.Len(t, owners, protocol.HashSlots-1)
		for slot := int32(1); slot < protocol.HashSlots; slot += 7 {
			owner, ok := s.Owner(slot)
			require.True(t, ok)
			require.Equal(t, owners[slot], owner)
		}
	}
}

func TestAConsumerThatLeavesMovesOnlyItsOwnSlots(t *testing.T) {
	s := New(false)
	for id := range uint64(4) {
		require.NoError(t, s.Add(id, fmt.Sprint("c", id), nil))
	}
	before := map[int32]uint64{}
	for slot := int32(1); slot < protocol.HashSlots; slot++ {
		before[slot], _ = s.Owner(slot)
	}
	s.Remove(2)
	for slot, owner := range before {
		now, _ := s.Owner(slot)
		if owner != 2 {
			require.Equal(t, owner, now)
		}
		require.NotEqual(t, uint64(2), now)
	}
	require.NoError(t, s.Add(9, "c2", nil))
	for slot, owner := range before {
		now, _ := s.Owner(slot)
		if owner == 2 {
			require.Equal(t, uint64(9), now, "the same name has the same place")
		}
	}
}

func TestRangesThatAreAskedFor(t *testing.T) {
	s := New(true)
	require.NoError(t, s.Add(1, "a", []Range{{Start: 0, End: 9}, {Start: 20, End: 29}}))
	for _, wrong := range [][]Range{nil, {{Start: 9, End: 12}}, {{Start: 5, End: 3}}, {{Start: 60000, End: 65536}}, {{Start: 40, End: 50}, {Start: 50, End: 60}}} {
		require.Error(t, s.Add(2, "b", wrong))
	}
	require.NoError(t, s.Add(2, "b", []Range{{Start: 10, End: 19}}))
	owner, ok := s.Owner(15)
	require.True(t, ok)
	require.EqualValues(t, 2, owner)
	_, ok = s.Owner(30)
	require.False(t, ok)
	require.Equal(t, []Range{{Start: 0, End: 9}, {Start: 20, End: 29}}, s.Ranges(1))
}

func TestOneIsActive(t *testing.T) {
	require.Equal(t, -1, Active(nil, "t"))
	require.Equal(t, 0, Active([]string{"a"}, "t"))
	used := map[int]bool{}
	for i := range 50 {
		used[Active([]string{"a", "b", "c"}, fmt.Sprint("topic-", i))] = true
	}
	require.Len(t, used, 3)
}
