package delivery

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"pulsh/session/payload"
)

var sink int

func BenchmarkObserveInOrder(b *testing.B) {
	r := NewAudit(0).Reader()
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		observe(r, payload.Stamp{Producer: 1, Sequence: n}, uint32(n), 0)
	}
}

func BenchmarkObserveDisorderedWithin64(b *testing.B) {
	r := NewAudit(0).Reader()
	order := rand.New(rand.NewPCG(1, 2)).Perm(64)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		observe(r, payload.Stamp{Producer: 1, Sequence: n&^63 + uint64(order[n&63])}, uint32(n), 0)
	}
}

// BenchmarkObserve1000Producers changes the producer with every message, the
// worst case for the reader's memory and for the processor's caches.
func BenchmarkObserve1000Producers(b *testing.B) {
	for _, turn := range []uint64{1, 100} {
		b.Run(map[uint64]string{1: "each", 100: "every100"}[turn], func(b *testing.B) {
			l := NewAudit(0)
			r := l.Reader()
			var next [1000]uint64
			for i := range next {
				observe(r, payload.Stamp{Producer: uint64(i) * 0x9e3779b97f4a7c15}, 0, 0)
			}
			b.ReportAllocs()
			for n := uint64(0); b.Loop(); n++ {
				i := n / turn % 1000
				next[i]++
				observe(r, payload.Stamp{Producer: i * 0x9e3779b97f4a7c15, Sequence: next[i]}, uint32(n), 0)
			}
		})
	}
}

func BenchmarkObserveContended(b *testing.B) {
	l := NewAudit(0)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := l.Reader()
		for n := uint64(0); pb.Next(); n++ {
			observe(r, payload.Stamp{Producer: 1, Sequence: n}, uint32(n), 0)
		}
	})
}

func BenchmarkTotals1000Producers(b *testing.B) {
	l := NewAudit(64)
	for id := range uint64(1000) {
		observe(l.Reader(), payload.Stamp{Producer: id}, 0, 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		sink += int(l.Totals().Received)
	}
}

// TestTheHotPathDoesNotAllocate holds what the benchmarks show.
func TestTheHotPathDoesNotAllocate(t *testing.T) {
	l := NewAudit(0)
	r := l.Reader()
	observe(r, payload.Stamp{Producer: 1}, 0, 0)
	n := uint64(0)
	allocated := testing.AllocsPerRun(1000, func() {
		n += 2
		stamp := payload.Stamp{Producer: 1, Sequence: n}
		observe(r, stamp, 1, 0)
		stamp.Sequence--
		observe(r, stamp, 1, 0)
		observe(r, stamp, 2, 0)
		l.Totals()
	})
	if allocated != 0 {
		t.Fatalf("%v allocations per message", allocated)
	}
}

// BenchmarkTake is a delivery of a worker, with and without a key.
func BenchmarkTake(b *testing.B) {
	const keys = 10_000
	names := make([]string, keys)
	for i := range names {
		names[i] = "key-" + strconv.Itoa(10_000+i)
	}
	for _, c := range []struct {
		name      string
		producers uint64
		keys      int
	}{{"no key", 1, 0}, {"1 key", 1, 1}, {"100 keys", 1, 100}, {"10000 keys", 1, keys}, {"10000 keys of 16 producers", 16, keys}} {
		b.Run(c.name, func(b *testing.B) {
			r := NewAudit(0).Reader()
			random := rand.New(rand.NewPCG(1, 2))
			a := Arrival{}
			b.ReportAllocs()
			for n := uint64(0); b.Loop(); n++ {
				a.Stamp = payload.Stamp{Producer: n % c.producers, Sequence: n / c.producers}
				if c.keys > 0 {
					a.Key = names[random.IntN(c.keys)]
				}
				r.Take(&a)
			}
		})
	}
}
