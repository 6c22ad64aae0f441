package cursor

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The shares come to what was asked for to half an entry, none has more than
// there is room for, and something is moved whenever something can be.
func TestApportionIsRightToHalfAnEntry(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		n, per := 1+r.IntN(8), 1+r.Float64()*500
		room, perEntry := make([]int64, n), make([]float64, n)
		total := 0.0
		for i := range room {
			room[i], perEntry[i] = r.Int64N(1000), per
			total += float64(room[i]) * per
		}
		messages := 1 + math.Floor(r.Float64()*total)
		entries, sum := apportion(messages, room, perEntry), 0.0
		for i, e := range entries {
			require.LessOrEqual(t, e, room[i])
			sum += float64(e) * per
		}
		switch {
		case total == 0:
			require.Zero(t, sum)
		case messages < per/2:
			require.Equal(t, per, sum, "one entry at least")
		default:
			require.InDelta(t, math.Min(messages, total), sum, per/2+1e-6)
		}
	}
}

func TestApportionGoesByWhatThereIs(t *testing.T) {
	require.Equal(t, []int64{75, 25, 0}, apportion(1000, []int64{300, 100, 0}, []float64{10, 10, 10}))
	require.Equal(t, []int64{3, 7}, apportion(1e9, []int64{3, 7}, []float64{10, 10}))
	require.Equal(t, []int64{0, 0}, apportion(5, []int64{0, 0}, []float64{1, 1}))
}
