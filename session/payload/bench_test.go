package payload

import (
	"math/rand/v2"
	"testing"
)

var sink int

func BenchmarkPutStamp(b *testing.B) {
	body := make([]byte, 1024)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		PutStamp(body, Stamp{Producer: 1, Sequence: n, Due: int64(n)})
	}
}

func BenchmarkReadStamp(b *testing.B) {
	body := make([]byte, 1024)
	PutStamp(body, Stamp{Producer: 1, Sequence: 2, Due: 3})
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
				PutStamp(bodies.Body(slot), Stamp{Producer: 1, Sequence: n, Due: int64(n)})
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

// TestHotPathsDoNotAllocate holds what the benchmarks show.
func TestHotPathsDoNotAllocate(t *testing.T) {
	bodies := mustBodies(t, "256..4KiB", RandomKind, 10)
	keys, err := ParseKeys("1000,zipf=1.1")
	if err != nil {
		t.Fatal(err)
	}
	chooser := NewKeyTable(keys).Chooser(rand.NewPCG(1, 2))
	n := uint64(0)
	allocated := testing.AllocsPerRun(1000, func() {
		n += 2
		body := bodies.Body(int(n % 10))
		PutStamp(body, Stamp{Producer: 1, Sequence: n, Due: 0})
		stamp, _ := ReadStamp(body)
		sink += int(stamp.Sequence) + len(chooser.Next())
	})
	if allocated != 0 {
		t.Fatalf("%v allocations per message", allocated)
	}
}
