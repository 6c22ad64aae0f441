package metrics

import (
	"math/rand/v2"
	"testing"
	"time"
)

// spread returns durations in ns as a loaded broker gives them: around a few
// ms, with a tail to seconds.
func spread(n int) []int64 {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]int64, n)
	for i := range values {
		values[i] = int64(random.ExpFloat64() * 4e6)
		if i%100 == 0 {
			values[i] += int64(random.ExpFloat64() * 3e8)
		}
	}
	return values
}

func BenchmarkRecord(b *testing.B) {
	for name, scale := range map[string]int64{"below2ms": 10, "spread": 1} {
		b.Run(name, func(b *testing.B) {
			values := spread(1 << 12)
			for i := range values {
				values[i] /= scale
			}
			var h Histogram
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				h.Record(values[i&(1<<12-1)])
				i++
			}
		})
	}
}

func BenchmarkRecordContended(b *testing.B) {
	var h Histogram
	values := spread(1 << 12)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			h.Record(values[i&(1<<12-1)])
		}
	})
}

func BenchmarkRecordSince(b *testing.B) {
	var h Histogram
	dues := make([]int64, 1000)
	for i := range dues {
		dues[i] = int64(i) * 1000 // a batch at one million a second
	}
	b.ReportAllocs()
	for b.Loop() {
		h.RecordSince(dues, 3_000_000)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dues)), "ns/message")
}

func BenchmarkSendRecorderAcked(b *testing.B) {
	r := NewSendShards(time.Now).Attach()
	values := spread(1 << 12)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		v := values[i&(1<<12-1)]
		r.Sent(1, 1024)
		r.AckedAlike(1, 0, 0, 100_000, 100_000+v)
		i++
	}
}

func BenchmarkSendRecorderAckedRun(b *testing.B) {
	r := NewSendShards(time.Now).Attach()
	dues := make([]int64, 1000)
	for i := range dues {
		dues[i] = int64(i) * 1000
	}
	b.ReportAllocs()
	for b.Loop() {
		r.AckedRun(dues, 1, 1_000_000, 3_000_000)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dues)), "ns/message")
}

// BenchmarkCollect cuts shards that have got 10,000 values between them since
// the last cut: 100,000 messages a second.
func BenchmarkCollect(b *testing.B) {
	for _, shards := range []struct {
		name string
		n    int
	}{{"8", 8}, {"64", 64}, {"1000", 1000}} {
		b.Run(shards.name, func(b *testing.B) {
			hs := make([]*Histogram, shards.n)
			for i := range hs {
				hs[i] = &Histogram{}
			}
			values := spread(10_000)
			d := NewDistribution()
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				for i, v := range values {
					hs[i%shards.n].Record(v)
				}
				b.StartTimer()
				d.Collect(hs...)
			}
		})
	}
}

func BenchmarkQuantiles(b *testing.B) {
	d := NewDistribution()
	var h Histogram
	for range 10 * RecentSamples {
		for _, v := range spread(10_000) {
			h.Record(v)
		}
		d.Collect(&h)
	}
	for name, of := range map[string]func() Quantiles{
		"recent": d.Recent,
		"total":  d.Total,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				of()
			}
		})
	}
}

func BenchmarkRingColumns(b *testing.B) {
	r := NewRing(Mean)
	at := time.Unix(1_700_000_000, 0)
	for i := range 6000 {
		r.Add(at.Add(time.Duration(i)*FineStep), float64(i))
	}
	end := at.Add(FineSpan - FineStep)
	b.ReportAllocs()
	for b.Loop() {
		r.Columns(end, time.Minute, 80)
	}
}

func BenchmarkRingAdd(b *testing.B) {
	r := NewRing(Mean)
	at := time.Unix(1_700_000_000, 0)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(FineStep)
		r.Add(at, 1)
	}
}

func BenchmarkProcessSample(b *testing.B) {
	p := NewProcess()
	b.ReportAllocs()
	for b.Loop() {
		p.Sample(time.Now())
	}
}
