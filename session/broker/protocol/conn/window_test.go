package conn

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/protocol"
)

func TestReceiptsAnswerTheOldest(t *testing.T) {
	var w Window[string]
	_, v := w.Receipt(0)
	require.Equal(t, Late, v)
	for i := range uint64(40) { // batches of ten
		w.Push(Pending[string]{First: 10 * i, Last: 10*i + 9, Sent: int64(i), Value: "v"})
	}
	_, v = w.Receipt(10)
	require.Equal(t, Gap, v)
	p, v := w.Receipt(0)
	require.Equal(t, Matched, v)
	require.EqualValues(t, 9, p.Last)
	_, v = w.Receipt(0)
	require.Equal(t, Late, v, "it is answered")
	_, v = w.Refused(20)
	require.Equal(t, Gap, v)
	_, v = w.Refused(9)
	require.Equal(t, Late, v)
	p, v = w.Refused(19)
	require.Equal(t, Matched, v, "an error names the last of a batch")
	require.EqualValues(t, 10, p.First)
	p, v = w.Refused(20)
	require.Equal(t, Matched, v, "or the first")
	require.EqualValues(t, 20, p.First)
	_, ok := w.Expired(12, 10)
	require.False(t, ok)
	p, ok = w.Expired(13, 10)
	require.True(t, ok)
	require.EqualValues(t, 30, p.First)
	_, v = w.Receipt(30)
	require.Equal(t, Late, v, "it has expired")
	sent, ok := w.Oldest()
	require.True(t, ok)
	require.EqualValues(t, 4, sent)
	require.Equal(t, 36, w.Len())
	for range 36 {
		_, ok = w.Take()
		require.True(t, ok)
	}
	_, ok = w.Take()
	require.False(t, ok)
	_, ok = w.Oldest()
	require.False(t, ok)
}

// TestNothingIsLostHoweverOftenTheConnectionBreaks drives a producer against a
// small broker, both as state machines, in virtual time. The connection breaks
// at any byte; what was not answered is sent again. The broker must store every
// number, in order but for what it stores again.
func TestNothingIsLostHoweverOftenTheConnectionBreaks(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var window Window[int]
		var stored []uint64
		var next uint64
		acked := 0
		const all = 100
		for breaks := 0; acked < all; breaks++ {
			require.Less(t, breaks, 1000)
			w := greeted(t)
			w.client.AddProducer(1, "p")
			window.Each(func(p *Pending[int]) { w.client.Send(p.Frame) })
			left := r.IntN(4000) // bytes until the break
			if breaks > 50 {
				left = 1 << 30
			}
			w.cut = func(b []byte) int { return 1 + r.IntN(len(b)) }
			for left > 0 && acked < all {
				for window.Len() < 10 && next < all {
					frame := sendFrame(next)
					window.Push(Pending[int]{First: next, Last: next, Frame: frame})
					w.client.Send(frame)
					next++
				}
				left -= w.client.Waiting()
				if left <= 0 && r.IntN(2) == 0 {
					break // before it arrives
				}
				w.carry(w.client, w.server)
				for e := w.server.Next(w.now); e != nil; e = w.server.Next(w.now) {
					sequence := e.Body.(*protocol.Send).Sequence
					stored = append(stored, sequence)
					w.server.Tell(&protocol.SendReceipt{ProducerID: 1, Sequence: sequence, Stored: true})
				}
				require.NoError(t, w.server.Err())
				if left <= 0 {
					break // before the receipt arrives
				}
				w.carry(w.server, w.client)
				for e := w.client.Next(w.now); e != nil; e = w.client.Next(w.now) {
					p, v := window.Receipt(e.Receipt.Sequence)
					require.Equal(t, Matched, v)
					require.EqualValues(t, acked, p.First)
					acked++
				}
			}
		}
		seen := uint64(0)
		for i, sequence := range stored {
			require.LessOrEqual(t, sequence, seen, "%d: nothing is left out", i)
			seen = max(seen, sequence+1)
		}
		require.EqualValues(t, all, seen)
	}
}

func sendFrame(sequence uint64) []byte {
	var b protocol.Builder
	b.Begin(nil, 0)
	b.ClaimAlone(50)
	frame, _ := b.Finish(&protocol.Send{ProducerID: 1, Sequence: sequence}, &protocol.Metadata{ProducerName: []byte("p"), Sequence: sequence})
	return frame
}

func BenchmarkReceipts(b *testing.B) {
	c := NewClient(Config{}, 0, "none", nil)
	c.state = ready
	c.AddProducer(1, "p")
	frame := protocol.Append(nil, &protocol.SendReceipt{ProducerID: 1, Sequence: 1 << 30, Stored: true, ID: protocol.MessageID{Ledger: 9, Entry: 9, Partition: -1, BatchIndex: -1}})
	b.ReportAllocs()
	for range b.N {
		c.Filled(copy(c.Room(), frame))
		if c.Next(int64(time.Second)) == nil {
			b.Fatal(c.Err())
		}
	}
}
