package payload

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestABudgetBoundsTheBodiesOfAllGroups(t *testing.T) {
	b := NewBudget(512 << 20)
	each, err := b.Take("p", mustSize(t, "4MiB"), 4, 2500)
	require.NoError(t, err)
	require.Equal(t, 16<<20, each, "an eighth of the memory, in four parts")
	_, err = b.Take("q", mustSize(t, "1MiB"), 100, 100)
	require.EqualError(t, err, "100 producers need 100 MiB of memory for bodies of 1MiB, and a group may have 64 MiB of the 512 MiB that this process may use")
	each, err = b.Take("q", mustSize(t, "1MiB"), 10, 1000)
	require.NoError(t, err)
	require.Equal(t, 64<<20/10, each)
	_, err = b.Take("r", mustSize(t, "1MiB"), 1, 1)
	require.ErrorContains(t, err, "the messages in flight of all groups need")
	_, err = b.Take("q", mustSize(t, "1MiB"), 10, 5)
	require.NoError(t, err)
	_, err = b.Take("r", mustSize(t, "1MiB"), 1, 10)
	require.NoError(t, err)
	_, err = b.Take("s", mustSize(t, "1MiB"), 1, 40)
	require.ErrorContains(t, err, "the messages in flight of all groups need")
	b.Give("q")
	_, err = b.Take("s", mustSize(t, "1MiB"), 1, 50)
	require.NoError(t, err)
	each, err = b.Take("p", mustSize(t, "100"), 4, 2500)
	require.NoError(t, err)
	require.Equal(t, 104*2500, each, "small bodies take what is in flight")
}

func TestBodiesKeepToTheirBytes(t *testing.T) {
	b, err := NewBodies(Spec{Size: mustSize(t, "1MiB"), Most: 4 << 20}, 1000, 1)
	require.NoError(t, err)
	require.Equal(t, 4, b.Slots())
	b, err = NewBodies(Spec{Size: mustSize(t, "1MiB"), Most: 100}, 1000, 1)
	require.NoError(t, err)
	require.Equal(t, 1, b.Slots(), "one at least")
}

// Large bodies take memory when their slot is first used, and small ones at once. Each
// keeps its bytes.
func TestLargeBodiesTakeMemoryWhenTheyAreUsed(t *testing.T) {
	for _, kind := range []Kind{RandomKind, TextKind, SequentialKind} {
		b, err := NewBodies(Spec{Size: mustSize(t, "64KiB"), Kind: kind}, 100, 1)
		require.NoError(t, err)
		require.Empty(t, b.arena)
		made := func() (n int) {
			for _, slot := range b.large {
				if slot != nil {
					n++
				}
			}
			return n
		}
		require.Zero(t, made())
		first, other := b.Body(7), b.Body(9)
		require.Len(t, first, 64<<10)
		require.Equal(t, 2, made())
		require.Same(t, &first[0], &b.Body(7)[0])
		require.Equal(t, kind == SequentialKind, string(first) == string(other), "slots differ")
		same, err := NewBodies(Spec{Size: mustSize(t, "64KiB"), Kind: kind}, 100, 1)
		require.NoError(t, err)
		require.Equal(t, first, same.Body(7), "the same arguments give the same bodies")
	}
	b, err := NewBodies(Spec{Size: mustSize(t, "1KiB")}, 100, 1)
	require.NoError(t, err)
	require.Empty(t, b.large)
}
