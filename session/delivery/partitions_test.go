package delivery

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// spread deals the numbers of a producer out in batches of ten over partitions,
// and lets each partition begin at a number of its own near begin.
func spread(r *rand.Rand, partitions int, begin, end uint64) [][]uint64 {
	dealt := make([][]uint64, partitions)
	for n := uint64(0); n < end; n++ {
		p := int(n/10) % partitions
		dealt[p] = append(dealt[p], n)
	}
	for p, numbers := range dealt {
		first := begin + r.Uint64N(100)
		for numbers[0] < first {
			numbers = numbers[1:]
		}
		dealt[p] = numbers
	}
	return dealt
}

// without takes some numbers out from one on, and returns how many.
func without(r *rand.Rand, dealt [][]uint64, from uint64) (lost uint64) {
	for p, numbers := range dealt {
		kept := numbers[:1]
		for _, n := range numbers[1:] {
			if n > from && r.IntN(50) == 0 {
				lost++
				continue
			}
			kept = append(kept, n)
		}
		dealt[p] = kept
	}
	return lost
}

// deliver takes in all numbers, the partitions side by side.
func deliver(r *rand.Rand, reader *Reader, dealt [][]uint64) {
	for left := len(dealt); left > 0; {
		p := r.IntN(len(dealt))
		for range 1 + r.IntN(10) {
			if len(dealt[p]) == 0 {
				break
			}
			n := dealt[p][0]
			reader.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n), Partition: uint16(p)})
			if dealt[p] = dealt[p][1:]; len(dealt[p]) == 0 {
				left--
			}
		}
	}
}

func TestPartitionsBeginAtPlacesOfTheirOwn(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		width := []int{64, 512, 4096}[r.IntN(3)]
		l := NewAudit(width)
		end := uint64(3000)
		dealt := spread(r, 1+r.IntN(100), 1000, end)
		highest := uint64(0)
		for _, numbers := range dealt {
			highest = max(highest, numbers[0])
		}
		lost := without(r, dealt, highest)
		deliver(r, l.Reader(), dealt)
		l.Expect(1, end)
		s := l.sequences[1]
		requireInvariant(t, s)
		require.LessOrEqual(t, s.unjudgedLost, s.lost)
		if got := l.Totals(); got.OutsideWindow == 0 {
			require.Equal(t, highest, s.judgedFrom)
			require.Equal(t, lost, got.Missing(), "seed %d, width %d", seed, width)
		}
	}
}

func TestAProducerKnownFromItsFirstNumberIsJudgedFromThere(t *testing.T) {
	l := NewAudit(64)
	l.Open(1, 0)
	reader := l.Reader()
	for i, n := range []uint64{5, 1, 200} {
		reader.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n), Partition: uint16(i)})
	}
	got := l.Totals()
	require.EqualValues(t, 201-3, got.Lost+got.Gaps)
}

func TestAPeriodForgetsWhereThePartitionsBegan(t *testing.T) {
	l := NewAudit(64)
	reader := l.Reader()
	take := func(n uint64, partition uint16) {
		reader.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n), Partition: partition})
	}
	take(10, 0)
	take(20, 1)
	require.Zero(t, l.Totals().Gaps)
	take(31, 0)
	require.EqualValues(t, 10, l.Totals().Gaps)
	l.NewPeriod()
	take(10, 0)
	take(13, 0)
	require.EqualValues(t, 2, l.Totals().Gaps)
	take(16, 1)
	require.Zero(t, l.Totals().Gaps, "the partition that holds 11, 12, 14 and 15 began behind them")
}
