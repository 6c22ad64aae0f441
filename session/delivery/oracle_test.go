package delivery

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// An oracle keeps the same account as a producer the slow and obvious way: it
// remembers every number for ever and settles them one by one.
type oracle struct {
	width, base, next uint64
	opened            bool
	seen              map[uint64]uint32
	second            map[uint64]uint32 // the other entry of a number that is stored twice
	sums              Totals
}

func newOracle(width uint64) *oracle {
	return &oracle{width: width, seen: map[uint64]uint32{}, second: map[uint64]uint32{}}
}

// low returns the lowest number of the window.
func (o *oracle) low() uint64 {
	if o.next > o.width {
		return max(o.base, o.next-o.width)
	}
	return o.base
}

func (o *oracle) observe(n uint64, entry, redelivery uint32) Class {
	o.sums.Received++
	first, known := o.seen[n]
	switch {
	case !o.opened && redelivery > 0:
		return o.again(redelivery)
	case !o.opened:
		o.opened, o.base, o.next = true, n, n
		fallthrough
	case n >= o.next:
		for before := o.low(); o.next <= n; before = o.low() {
			o.next++
			if _, ok := o.seen[before]; o.low() > before && !ok {
				o.sums.Lost++
			}
		}
		o.seen[n] = entry
		return New
	case n < o.low() && redelivery > 0:
		return o.again(redelivery)
	case n < o.base && o.next-n <= o.width:
		o.base = n
	case n < o.low():
		o.sums.OutsideWindow++
		return OutsideWindow
	case known && (first == entry || redelivery > 0):
		return o.again(redelivery)
	case known:
		if second, twice := o.second[n]; twice && second == entry {
			return o.again(redelivery)
		}
		o.second[n] = entry
		o.sums.Duplicated++
		return Duplicated
	}
	o.seen[n] = entry
	o.sums.OutOfOrder++
	return OutOfOrder
}

func (o *oracle) again(redelivery uint32) Class {
	o.sums.Redelivered++
	if redelivery > 0 {
		o.sums.RedeliveredByBroker++
	}
	return Redelivered
}

// totals counts the holes one by one.
func (o *oracle) totals() Totals {
	t := o.sums
	for n := o.low(); n < o.next; n++ {
		if _, ok := o.seen[n]; !ok {
			t.Gaps++
		}
	}
	t.Producers = 1
	return t
}

// requireInvariant checks what must hold for a producer at all times.
func requireInvariant(t *testing.T, s *sequence) {
	t.Helper()
	unique := s.received - s.duplicated - s.redelivered - s.outsideWindow
	if s.next-s.base != unique+s.lost+s.gaps || s.gaps > s.width || s.unknownLost > s.lost {
		t.Fatalf("the sums do not agree: from %d to %d there are %d seen, %d lost (%d unknown) and %d holes",
			s.base, s.next, unique, s.lost, s.unknownLost, s.gaps)
	}
}

// nextNumber picks a number in one of the ways in which numbers come.
func nextNumber(r *rand.Rand, next, width uint64) uint64 {
	back := func(n uint64) uint64 { return next - min(next, n) }
	switch r.IntN(40) {
	case 0:
		return next + width - 1
	case 1:
		return next + width
	case 2:
		return next + width + 1
	case 3:
		return next + r.Uint64N(3*width)
	case 4, 5:
		return back(width)
	case 6:
		return back(width + 1)
	case 7:
		return back(1 + r.Uint64N(2*width))
	case 8, 9, 10, 11, 12, 13:
		return back(1 + r.Uint64N(width))
	case 14, 15, 16:
		return next + r.Uint64N(20)
	}
	return next
}

func TestSequenceAgreesWithOracle(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		width := uint64(64) << r.IntN(3)
		start := []uint64{0, 1, 63, 64, 1_000_000}[r.IntN(5)]
		l := NewAudit(int(width))
		reader := l.Reader()
		o := newOracle(width)
		next := start
		for range 1 + r.IntN(2000) {
			n := nextNumber(r, next, width)
			entry, redelivery := uint32(r.IntN(2)), uint32(max(0, r.IntN(6)-4))
			want, got := o.observe(n, entry, redelivery), observe(reader, payload.Stamp{Producer: 5, Sequence: n}, entry, redelivery)
			if got != want {
				t.Fatalf("seed %d: %d is %v and was called %v", seed, n, want, got)
			}
			requireInvariant(t, l.sequences[5])
			if o.opened {
				next = o.next
			}
		}
		want := o.totals()
		want.Period = 1
		require.Equal(t, want, l.Totals(), "seed %d", seed)
	}
}

// A delivery is one message as a consumer gets it.
type delivery struct {
	stamp             payload.Stamp
	entry, redelivery uint32
}

// An injection is a stretch of deliveries with known faults.
type injection struct {
	deliveries []delivery
	want       Totals
}

// inject makes the deliveries of count numbers of one producer from start on:
// some are lost, some stored twice, some delivered twice with or without a
// redelivery count, and all within 64 numbers of their place.
func inject(r *rand.Rand, id, start uint64, count int) injection {
	in := injection{}
	for i := range count {
		d := delivery{stamp: payload.Stamp{Producer: id, Sequence: start + uint64(i)}, entry: r.Uint32()}
		in.want.Received++
		switch r.IntN(1000) {
		case 0:
			in.want.Received--
			in.want.Lost++
			continue
		case 1, 2:
			twin := d
			twin.entry++
			in.deliveries = append(in.deliveries, twin)
			in.want.Received++
			in.want.Duplicated++
		case 3:
			in.deliveries = append(in.deliveries, d)
			in.want.Received++
			in.want.Redelivered++
		case 4:
			again := d
			again.redelivery = 1
			// The account is opened, so the order of the two does not matter.
			in.deliveries = append(in.deliveries, again)
			in.want.Received++
			in.want.Redelivered++
		}
		in.deliveries = append(in.deliveries, d)
	}
	disorder(r, in.deliveries)
	return in
}

// disorder exchanges deliveries that are up to 64 apart.
func disorder(r *rand.Rand, deliveries []delivery) {
	for i := range deliveries {
		if j := i + r.IntN(64); r.IntN(10) == 0 && j < len(deliveries) {
			deliveries[i], deliveries[j] = deliveries[j], deliveries[i]
		}
	}
}

func TestHalfAMillionInjectedFaultsAreCountedExactly(t *testing.T) {
	const count, producers = 125_000, 4
	r := rand.New(rand.NewPCG(1, 9))
	l := NewAudit(0)
	want := Totals{Period: 1, Producers: producers, Announced: producers}
	oracles := map[uint64]*oracle{}
	var all [producers][]delivery
	for i := range all {
		id, start := uint64(i)*77+3, uint64(i)*1_000_000
		in := inject(r, id, start, count)
		want.add(in.want)
		all[i] = in.deliveries
		l.Open(id, start)
		l.Expect(id, start+count)
		o := newOracle(DefaultWindow)
		o.opened, o.base, o.next = true, start, start
		oracles[id] = o
	}
	reader := l.Reader()
	for rest := true; rest; {
		rest = false
		for i := range all {
			take := min(1+r.IntN(50), len(all[i]))
			for _, d := range all[i][:take] {
				class := oracles[d.stamp.Producer].observe(d.stamp.Sequence, d.entry, d.redelivery)
				if got := observe(reader, d.stamp, d.entry, d.redelivery); got != class {
					require.Equal(t, class, got)
				}
			}
			all[i] = all[i][take:]
			rest = rest || len(all[i]) > 0
		}
	}
	got := l.Totals()
	for _, o := range oracles {
		want.OutOfOrder += o.sums.OutOfOrder
		want.RedeliveredByBroker += o.sums.RedeliveredByBroker
	}
	require.Equal(t, want.Lost, got.Missing())
	require.NotZero(t, got.Gaps, "the window should end before the account")
	require.NotZero(t, got.Lost)
	got.Lost, got.Gaps, got.NotYetReceived = got.Missing(), 0, 0
	require.Equal(t, want, got)
}

// FuzzSequence feeds a producer and the oracle with numbers made from bytes: the
// first of each pair says how far to go and where, the second which entry.
func FuzzSequence(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 70, 1, 130, 0, 64, 2, 200, 9})
	f.Fuzz(func(t *testing.T, script []byte) {
		l, o := NewAudit(64), newOracle(64)
		reader := l.Reader()
		next := uint64(1000)
		for len(script) > 1 {
			step, flags := uint64(script[0]), script[1]
			script = script[2:]
			n := next + step - 128
			entry, redelivery := uint32(flags&1), uint32(flags>>1&1)
			require.Equal(t, o.observe(n, entry, redelivery), observe(reader, payload.Stamp{Sequence: n}, entry, redelivery))
			requireInvariant(t, l.sequences[0])
			if o.opened {
				next = max(o.next, 128)
			}
		}
		if len(l.sequences) > 0 {
			want := o.totals()
			want.Period = 1
			require.Equal(t, want, l.Totals())
		}
	})
}
