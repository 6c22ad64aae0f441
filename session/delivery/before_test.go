package delivery

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// arrive is the arrival of number n of producer 1 in a partition.
func arrive(n uint64, partition uint16, before bool) *Arrival {
	return &Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n), Partition: partition, Before: before}
}

// What an earlier process has acknowledged is not missing.
func TestGapsAmongMessagesStoredBeforeAreNotJudged(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 5))
		a := NewAudit(MinWindow << r.IntN(4))
		reader := a.Reader()
		end := uint64(100 + r.IntN(1000))
		for n := range end {
			if r.IntN(10) == 0 {
				reader.Take(arrive(n, uint16(n%3), true))
			}
		}
		require.Zero(t, a.Totals().Missing(), "seed %d", seed)
		for n := end; n < end+500; n++ {
			reader.Take(arrive(n, uint16(n%3), false))
		}
		require.Zero(t, a.Totals().Missing(), "seed %d: what came since is complete", seed)
		reader.Take(arrive(end+503, uint16(end%3), false))
		require.EqualValues(t, 3, a.Totals().Missing(), "seed %d: what is missing since then", seed)
	}
}

// The same of a producer of this session, which had announced where it began.
func TestGapsAmongMessagesStoredBeforeAreNotJudgedOfAnAnnouncedProducer(t *testing.T) {
	a := NewAudit(0)
	r := a.Reader()
	a.Open(1, 50)
	for n := uint64(0); n < 50; n += 5 {
		r.Take(arrive(n, 0, true))
	}
	for n := uint64(50); n < 60; n++ {
		r.Take(arrive(n, 0, false))
	}
	a.Expect(1, 62)
	require.EqualValues(t, 2, a.Totals().Missing())
}

// A seek to a message of one partition brings back what follows it there, and
// nothing of the other partitions.
func TestASeekInOnePartition(t *testing.T) {
	for _, announced := range []bool{true, false} {
		a := NewAudit(MinWindow)
		r := a.Reader()
		if announced {
			a.Open(1, 0)
		}
		for n := range uint64(3000) {
			r.Take(arrive(n, uint16(n%3), false))
		}
		if announced {
			a.Expect(1, 3000)
		}
		a.NewPeriodInPart()
		for n := uint64(1501); n < 3000; n += 3 {
			r.Take(arrive(n, 0, true))
			require.Zero(t, a.Totals().Missing())
		}
		for n := uint64(3000); n < 3500; n++ {
			r.Take(arrive(n, uint16(n%3), false))
			require.Zero(t, a.Totals().Missing(), "%d", n)
		}
		r.Take(arrive(3501, 0, false))
		require.EqualValues(t, 1, a.Totals().Missing(), "a later gap is one")
		if announced {
			a.Expect(1, 3510)
			require.EqualValues(t, 9, a.Totals().Missing())
		}
	}
}

// Failed sends among the numbers that are not judged are not counted twice.
func TestASeekInOnePartitionWithFailedSends(t *testing.T) {
	a := NewAudit(0)
	r := a.Reader()
	a.Open(1, 0)
	for n := range uint64(300) {
		if n%50 == 7 {
			a.SendFailed(1, n)
			continue
		}
		r.Take(arrive(n, uint16(n%3), false))
	}
	a.Expect(1, 300)
	a.NewPeriodInPart()
	for n := uint64(150); n < 300; n += 3 {
		r.Take(arrive(n, 0, true))
	}
	a.SendFailed(1, 301)
	a.Expect(1, 303)
	got := a.Totals()
	require.EqualValues(t, 2, got.NotYetReceived)
	require.EqualValues(t, 2, got.Missing())
	require.EqualValues(t, 1, got.Unknown)
}
