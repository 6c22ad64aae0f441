package delivery

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// keyed is an arrival of producer 1 as an entry of its own.
func keyed(n uint64, key string) *Arrival {
	return &Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: n}, Entry: uint32(n), Key: key}
}

func TestOrderIsJudgedPerKey(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	for _, a := range []*Arrival{
		keyed(0, "a"), keyed(2, "b"), keyed(1, "a"), // out of order in the producer, not in its key
		keyed(5, "a"), keyed(4, "a"), // in its key too
		keyed(4, "a"), keyed(4, "a"), // redelivered: no order to judge
		keyed(3, ""), // has no key
	} {
		r.Take(a)
	}
	require.Equal(t, Totals{Received: 8, OutOfOrder: 3, Redelivered: 2, Keyed: 5, OutOfOrderKey: 1, Period: 1, Producers: 1}, l.Totals())
}

func TestAKeyOfTwoProducersHasNoOrderBetweenThem(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	for n := range uint64(100) {
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 7, Sequence: 1000 + n}, Entry: uint32(n), Key: "a"})
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 8, Sequence: 2000 - 20*n}, Entry: uint32(n), Key: strconv.Itoa(int(n))})
	}
	require.Zero(t, l.Totals().OutOfOrderKey)
	require.EqualValues(t, 99, l.Totals().OutOfOrder)
}

// TestKeyOrderAgreesWithAMap compares with a memory without bounds.
func TestKeyOrderAgreesWithAMap(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		l := NewAudit(0)
		reader := l.Reader()
		highest := map[string]uint64{}
		disorder, judged := uint64(0), uint64(0)
		next := [3]uint64{}
		for range 20_000 {
			producer := r.IntN(len(next))
			n := next[producer]
			if r.IntN(5) == 0 {
				n += r.Uint64N(30)
			} else if r.IntN(5) == 0 {
				n -= min(n, r.Uint64N(60))
			}
			next[producer] = max(next[producer], n+1)
			key := strconv.Itoa(r.IntN(50))
			class := reader.Take(&Arrival{Stamp: payload.Stamp{Producer: uint64(producer), Sequence: n}, Entry: r.Uint32(), Key: key})
			if class > OutOfOrder {
				continue
			}
			judged++
			pair := fmt.Sprint(producer, key)
			if n+1 < highest[pair] {
				disorder++
			}
			highest[pair] = max(highest[pair], n+1)
		}
		got := l.Totals()
		require.Equal(t, judged, got.Keyed)
		require.Equal(t, disorder, got.OutOfOrderKey, "seed %d", seed)
		require.Zero(t, got.KeyUnknown)
	}
}

// TestARunIsTakenAsOneByOne gives the same arrivals to two audits, in runs and
// one by one, through seeks as well.
func TestARunIsTakenAsOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	runs, single := NewAudit(MinWindow), NewAudit(MinWindow)
	inRuns, oneByOne := runs.Reader(), single.Reader()
	var next [3]uint64
	for round := range 500 {
		if round%100 == 99 {
			runs.NewPeriod()
			single.NewPeriod()
			next = [3]uint64{}
		}
		run := make([]Arrival, 1+r.IntN(60))
		stream := r.IntN(len(next))
		for i := range run {
			if r.IntN(20) == 0 {
				stream = r.IntN(len(next))
			}
			n := next[stream]
			if r.IntN(10) == 0 {
				n += r.Uint64N(100)
			} else if r.IntN(10) == 0 {
				n -= min(n, r.Uint64N(100))
			}
			next[stream] = max(next[stream], n+1)
			run[i] = Arrival{
				Stamp: payload.Stamp{Producer: uint64(stream), Sequence: n, Failed: uint64(round)}, Entry: r.Uint32(),
				Redelivery: uint32(max(r.IntN(8)-6, 0)), Partition: uint16(r.IntN(3)), Transit: r.Int64(),
			}
			if r.IntN(2) == 0 {
				run[i].Key = strconv.Itoa(r.IntN(9))
			}
		}
		singles := slices.Clone(run)
		classes := make([]Class, len(run))
		inRuns.TakeRun(run, classes)
		for i := range singles {
			require.Equal(t, oneByOne.Take(&singles[i]), classes[i])
		}
		require.Equal(t, singles, run)
	}
	require.Equal(t, single.Totals(), runs.Totals())
	require.Equal(t, single.Previous(), runs.Previous())
	require.Equal(t, single.Accounts(9), runs.Accounts(9))
}

// TestForgottenKeysAreUnknown sends many times as many pairs as are
// remembered, all of them twice and the later half out of order.
func TestForgottenKeysAreUnknown(t *testing.T) {
	const keys = 4 * KeyPairs
	l := NewAudit(MaxWindow)
	r := l.Reader()
	for n := range uint64(keys) {
		r.Take(keyed(2*n+1, strconv.FormatUint(n, 36)))
	}
	require.Zero(t, l.Totals().KeyUnknown, "what is in order needs no memory")
	disordered := uint64(0)
	for n := uint64(keys - KeyPairs); n < keys; n++ {
		if r.Take(keyed(2*n, strconv.FormatUint(n, 36))) == OutOfOrder {
			disordered++
		}
	}
	got := l.Totals()
	require.EqualValues(t, KeyPairs, disordered)
	require.Equal(t, disordered, got.OutOfOrderKey+got.KeyUnknown, "each is one or the other")
	require.Positive(t, got.KeyUnknown)
	require.Greater(t, got.OutOfOrderKey, uint64(KeyPairs/4))
}

func TestKeysStartAnewWithAPeriod(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	r.Take(keyed(100, "a"))
	r.Take(keyed(99, "a"))
	l.NewPeriod()
	r.Take(keyed(50, "b"))
	r.Take(keyed(49, "a"))
	require.Equal(t, Totals{Received: 2, OutOfOrder: 1, Keyed: 2, Period: 2, Producers: 1}, l.Totals())
	require.Equal(t, Totals{Received: 2, OutOfOrder: 1, Keyed: 2, OutOfOrderKey: 1, Period: 1, Producers: 1}, l.Previous())
	sum := l.Totals().With(l.Previous())
	require.Equal(t, Totals{Received: 4, OutOfOrder: 2, Keyed: 4, OutOfOrderKey: 1, Period: 2, Producers: 1}, sum)
	require.Equal(t, l.Totals(), sum.Since(l.Previous()))
}

func TestWorkersShareTheMemoryOfKeys(t *testing.T) {
	l := NewAudit(0)
	var all sync.WaitGroup
	for w := range uint64(8) {
		all.Go(func() {
			r := l.Reader()
			for n := range uint64(10_000) {
				r.Take(&Arrival{Stamp: payload.Stamp{Producer: w, Sequence: n ^ 1}, Entry: uint32(n), Key: strconv.Itoa(int(n / 2 % 100))})
			}
		})
	}
	all.Wait()
	got := l.Totals()
	require.EqualValues(t, 80_000, got.Keyed)
	require.EqualValues(t, 40_000, got.OutOfOrderKey)
}

func TestShortestTransitsAreReportedOnce(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	l.Open(1, 0)
	for n, transit := range []int64{30, -5, 12} {
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 1, Sequence: uint64(n)}, Transit: -1000})
		r.Take(&Arrival{Stamp: payload.Stamp{Producer: 2, Sequence: uint64(n)}, Transit: transit})
	}
	ask := func() map[uint64]int64 {
		got := map[uint64]int64{}
		l.ShortestTransits(func(id uint64, announced bool, transit int64) {
			require.Equal(t, id == 1, announced)
			got[id] = transit
		})
		return got
	}
	require.Equal(t, map[uint64]int64{1: -1000, 2: -5}, ask())
	require.Empty(t, ask(), "nothing came since")
	l.NewPeriod()
	r.Take(&Arrival{Stamp: payload.Stamp{Producer: 2}, Transit: 7})
	require.Equal(t, map[uint64]int64{2: 7}, ask())
}

func TestAccountsAreWorstFirst(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	for producer := range uint64(5) {
		for n := range uint64(10) {
			if n == 5 && producer == 3 {
				continue
			}
			r.Take(&Arrival{Stamp: payload.Stamp{Producer: producer, Sequence: n}, Entry: 1})
			if producer == 2 {
				r.Take(&Arrival{Stamp: payload.Stamp{Producer: producer, Sequence: n}, Entry: uint32(n)})
			}
		}
	}
	l.Expect(9, 0) // nothing came of it
	accounts := l.Accounts(3)
	require.Len(t, accounts, 3)
	require.EqualValues(t, 3, accounts[0].ID)
	require.EqualValues(t, 1, accounts[0].Gaps)
	require.EqualValues(t, 10, accounts[0].Next)
	require.EqualValues(t, 2, accounts[1].ID)
	require.EqualValues(t, 9, accounts[1].Duplicated)
	require.EqualValues(t, 0, accounts[2].ID)
	require.Len(t, l.Accounts(100), 5)
}
