package log

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

// naive is a cursor that remembers every entry.
type naive map[int64]bool

func (n naive) mark(from int64) int64 {
	for n[from] {
		from++
	}
	return from
}

// TestACursorIsLikeANaiveOne acknowledges at random, one by one and up to a place.
func TestACursorIsLikeANaiveOne(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		start := r.Int64N(200)
		var c Cursor
		c.Reset(start)
		acked := naive{}
		const span = 300
		for range 400 {
			n := start + r.Int64N(span)
			if r.IntN(20) == 0 {
				c.AckTo(n)
				for i := start; i < n; i++ {
					acked[i] = true
				}
			} else {
				require.Equal(t, !acked[n], c.Ack(n), "seed %d", seed)
				acked[n] = true
			}
			mark := acked.mark(start)
			require.Equal(t, mark, c.Mark(), "seed %d", seed)
			beyond := 0
			for i := range acked {
				if i >= mark {
					beyond++
				}
			}
			require.EqualValues(t, beyond, c.Beyond(), "seed %d", seed)
			probe := start + r.Int64N(span)
			require.Equal(t, acked[probe], c.Acked(probe), "seed %d: %d", seed, probe)
			require.Equal(t, acked.mark(max(probe, mark)), c.NextUnacked(probe), "seed %d: from %d", seed, probe)
		}
	}
}

func TestMessagesOfABatch(t *testing.T) {
	var c Cursor
	c.Reset(0)
	acked, all := c.AckSome(0, 10, []uint64{999})
	require.Equal(t, 2, acked)
	require.False(t, all)
	require.EqualValues(t, 8, c.Left(0, 10))
	acked, all = c.AckSome(0, 10, []uint64{999})
	require.Zero(t, acked)
	require.False(t, all)
	acked, all = c.AckSome(0, 10, nil)
	require.Equal(t, 8, acked)
	require.True(t, all)
	require.EqualValues(t, 1, c.Mark())
	require.Nil(t, c.Set(0))
	acked, all = c.AckSome(1, 70, []uint64{^uint64(0), 1})
	require.Equal(t, 5, acked)
	require.False(t, all)
	require.Equal(t, protocol.AckSet{^uint64(0), 1}, c.Set(1))
	c.AckTo(5)
	require.Nil(t, c.Set(1))
}

func TestPlaces(t *testing.T) {
	var l Log
	l.Open(7)
	for range 3 {
		l.Append(Entry{Data: []byte("abc"), Messages: 1, Published: 10}, 10)
	}
	l.Open(9)
	n, grown := l.Append(Entry{Data: make([]byte, 5000), Messages: 1, Published: 20}, 20)
	require.EqualValues(t, 3, n)
	require.GreaterOrEqual(t, grown, int64(5000))
	require.Equal(t, Position{7, 2}, l.Position(2))
	require.Equal(t, Position{9, 0}, l.Position(3))
	require.Equal(t, Position{7, -1}, l.Before(0))
	for _, c := range []struct {
		at   Position
		want int64
	}{{Position{7, 0}, 0}, {Position{7, -1}, 0}, {Position{7, 3}, 3}, {Position{8, 0}, 3}, {Position{9, 5}, 4}, {Position{10, 0}, 4}, {Position{1, 5}, 0}} {
		require.Equal(t, c.want, l.From(c.at), "%v", c.at)
	}
	_, ok := l.Number(Position{7, 3})
	require.False(t, ok)
	n, ok = l.Number(Position{9, 0})
	require.True(t, ok)
	require.EqualValues(t, 3, n)
	require.EqualValues(t, 0, l.PublishedFrom(10))
	require.EqualValues(t, 3, l.PublishedFrom(11))
	require.EqualValues(t, 4, l.PublishedFrom(21))
	require.EqualValues(t, 5009, l.Bytes())
	require.EqualValues(t, 5000, l.Size(3))
	var c Cursor
	c.Reset(0)
	c.Ack(1)
	c.Ack(3)
	require.Equal(t, "[(7:0..7:1],(7:2..9:0]]", c.Ranges(&l))
	before := l.Memory()
	freed := l.DropFirst()
	require.Equal(t, before-freed, l.Memory())
	require.EqualValues(t, 3, l.First())
	require.Nil(t, l.At(2))
	require.Equal(t, Position{9, -1}, l.Position(0), "what is gone stands before the first")
}

func TestALogRollsItsLedgers(t *testing.T) {
	var l Log
	l.Open(1)
	for range ledgerEntriesMax {
		require.False(t, l.Full())
		l.Append(Entry{Data: []byte("x"), Messages: 1}, 0)
	}
	require.True(t, l.Full())
	require.Less(t, l.Memory(), int64(ledgerEntriesMax*(entrySize+2)+2*slabMost))
}
