package payload

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

var sink int

func BenchmarkPutStamp(b *testing.B) {
	body := make([]byte, 1024)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		PutStamp(body, Stamp{Stream: 1, Sequence: n, Due: int64(n)})
	}
}

func BenchmarkReadStamp(b *testing.B) {
	body := make([]byte, 1024)
	PutStamp(body, Stamp{Stream: 1, Sequence: 2, Due: 3})
	b.ReportAllocs()
	for b.Loop() {
		s, _ := ReadStamp(body)
		sink += int(s.Sequence)
	}
}

func BenchmarkBody(b *testing.B) {
	for _, size := range []string{"100", "1KiB", "256..4KiB", "lognormal(1KiB,0.5)"} {
		bodies := mustBodies(b, size, RandomKind, 1500)
		b.Run(size, func(b *testing.B) {
			b.ReportAllocs()
			slot, n := 0, uint64(0)
			for b.Loop() {
				PutStamp(bodies.Body(slot), Stamp{Stream: 1, Sequence: n, Due: int64(n)})
				n++
				if slot++; slot == 1500 {
					slot = 0
				}
			}
		})
	}
}

func BenchmarkNewBodies(b *testing.B) {
	for i, name := range KindNames() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(2000 * 1024)
			for b.Loop() {
				sink += mustBodies(b, "1KiB", Kind(i), 2000).Slots()
			}
		})
	}
}

func BenchmarkKeys(b *testing.B) {
	for _, text := range []string{"10000", "10000,zipf=1.1", "10000,hot=20%/3"} {
		keys, err := ParseKeys(text)
		if err != nil {
			b.Fatal(err)
		}
		chooser := NewKeyTable(keys).Chooser(rand.NewPCG(1, 2))
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink += len(chooser.Next())
			}
		})
	}
}

func BenchmarkObserveInOrder(b *testing.B) {
	r := NewLedger(0).Reader()
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		r.Observe(Stamp{Stream: 1, Sequence: n}, uint32(n), 0)
	}
}

func BenchmarkObserveRun(b *testing.B) {
	r := NewLedger(0).Reader()
	run := make([]Stamp, 64)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n += 64 {
		for i := range run {
			run[i] = Stamp{Stream: 1, Sequence: n + uint64(i)}
		}
		r.ObserveRun(run, uint32(n), 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/message")
}

func BenchmarkObserveDisorderedWithin64(b *testing.B) {
	r := NewLedger(0).Reader()
	order := rand.New(rand.NewPCG(1, 2)).Perm(64)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		r.Observe(Stamp{Stream: 1, Sequence: n&^63 + uint64(order[n&63])}, uint32(n), 0)
	}
}

// BenchmarkObserve1000Streams changes the stream with every message, the
// worst case for the reader's memory and for the processor's caches.
func BenchmarkObserve1000Streams(b *testing.B) {
	for _, turn := range []uint64{1, 100} {
		b.Run(map[uint64]string{1: "each", 100: "every100"}[turn], func(b *testing.B) {
			l := NewLedger(0)
			r := l.Reader()
			var next [1000]uint64
			for i := range next {
				r.Observe(Stamp{Stream: uint64(i) * 0x9e3779b97f4a7c15}, 0, 0)
			}
			b.ReportAllocs()
			for n := uint64(0); b.Loop(); n++ {
				i := n / turn % 1000
				next[i]++
				r.Observe(Stamp{Stream: i * 0x9e3779b97f4a7c15, Sequence: next[i]}, uint32(n), 0)
			}
		})
	}
}

func BenchmarkObserveContended(b *testing.B) {
	l := NewLedger(0)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := l.Reader()
		for n := uint64(0); pb.Next(); n++ {
			r.Observe(Stamp{Stream: 1, Sequence: n}, uint32(n), 0)
		}
	})
}

func BenchmarkTotals1000Streams(b *testing.B) {
	l := NewLedger(64)
	for id := range uint64(1000) {
		l.Observe(Stamp{Stream: id}, 0, 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		sink += int(l.Totals().Received)
	}
}

// TestHotPathsDoNotAllocate holds what the benchmarks show.
func TestHotPathsDoNotAllocate(t *testing.T) {
	bodies := mustBodies(t, "256..4KiB", RandomKind, 10)
	keys, err := ParseKeys("1000,zipf=1.1")
	if err != nil {
		t.Fatal(err)
	}
	chooser := NewKeyTable(keys).Chooser(rand.NewPCG(1, 2))
	l := NewLedger(0)
	r := l.Reader()
	r.Observe(Stamp{Stream: 1}, 0, 0)
	n := uint64(0)
	allocated := testing.AllocsPerRun(1000, func() {
		n += 2
		body := bodies.Body(int(n % 10))
		PutStamp(body, Stamp{Stream: 1, Sequence: n, Due: 0})
		stamp, _ := ReadStamp(body)
		r.Observe(stamp, 1, 0)
		stamp.Sequence--
		r.Observe(stamp, 1, 0)
		r.Observe(stamp, 2, 0)
		l.Totals()
		sink += len(chooser.Next())
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
		name    string
		streams uint64
		keys    int
	}{{"no key", 1, 0}, {"1 key", 1, 1}, {"100 keys", 1, 100}, {"10000 keys", 1, keys}, {"10000 keys of 16 streams", 16, keys}} {
		b.Run(c.name, func(b *testing.B) {
			r := NewLedger(0).Reader()
			random := rand.New(rand.NewPCG(1, 2))
			a := Arrival{}
			b.ReportAllocs()
			for n := uint64(0); b.Loop(); n++ {
				a.Stamp = Stamp{Stream: n % c.streams, Sequence: n / c.streams}
				if c.keys > 0 {
					a.Key = names[random.IntN(c.keys)]
				}
				r.Take(&a)
			}
		})
	}
}
