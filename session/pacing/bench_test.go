package pacing

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// behind returns a schedule on which more slots are always due than any
// benchmark takes.
func behind(b *testing.B, shape string) *Schedule {
	clock := &stepClock{}
	s := clock.schedule()
	s.SetLagLimit(0)
	s.Set(mustShape(b, shape))
	clock.advance(10 * time.Hour)
	s.Due()
	return s
}

// take claims n slots in runs of 256.
func take(c *Cursor, n int) {
	dues := make([]int64, 256)
	for n > 0 {
		got, _ := c.Next(dues, nil)
		n -= got
	}
}

// BenchmarkNext is the cost of a slot, with its due time, while workers run
// behind and the clock is free.
func BenchmarkNext(b *testing.B) {
	for _, c := range []struct{ name, shape string }{
		{"hold", "50M"}, {"ramp", "ramp(1M..90M,20h)"}, {"max", "max"},
		{"loop", "loop(hold(50M,1s)+hold(0,1s))"},
	} {
		for _, goroutines := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", c.name, goroutines), func(b *testing.B) {
				s := behind(b, c.shape)
				b.ReportAllocs()
				b.ResetTimer()
				var done sync.WaitGroup
				for range goroutines {
					done.Go(func() {
						cursor := s.Cursor()
						defer cursor.Close()
						take(cursor, b.N/goroutines)
					})
				}
				done.Wait()
			})
		}
	}
}

// BenchmarkDraw is the cost of a random due time, which the schedule draws under its
// lock.
func BenchmarkDraw(b *testing.B) {
	p := poisson{Hold(1e6), 1}.piece(0, 0).bounded()
	for n := 0; n < b.N; n += len(draw(p).offsets) {
		p.seed++
	}
}

// BenchmarkNextOne is the worst use: one slot a call.
func BenchmarkNextOne(b *testing.B) {
	s := behind(b, "50M")
	c := s.Cursor()
	dues := make([]int64, 1)
	b.ReportAllocs()
	for b.Loop() {
		c.Next(dues, nil)
	}
}

// BenchmarkNextRealClock is one worker that keeps up with the highest rate, with
// a real clock: its ns/op are the pace of the slots, not a cost.
func BenchmarkNextRealClock(b *testing.B) {
	start := time.Now()
	s := NewSchedule(func() int64 { return int64(time.Since(start)) })
	s.Set(Hold(Limit))
	c := s.Cursor()
	b.ReportAllocs()
	b.ResetTimer()
	take(c, b.N)
}

// BenchmarkEvenness reports how evenly coarse pacing releases messages: the
// coefficient of variation of the counts in windows of 10 ms, and how late
// slots are handed out on average.
func BenchmarkEvenness(b *testing.B) {
	const windows, width = 300, int64(10 * time.Millisecond)
	for _, rate := range []Rate{10e3, 100e3} {
		for _, workers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", rate, workers), func(b *testing.B) {
				for b.Loop() {
					cv, late := evenness(rate, workers, windows, width)
					b.ReportMetric(cv, "cv")
					b.ReportMetric(late/1e6, "ms-late")
				}
			})
		}
	}
}

func evenness(rate Rate, workers, windows int, width int64) (cv, late float64) {
	s := NewSchedule(sinceStart())
	counts := make([]atomic.Int64, windows+2)
	var lateness, total atomic.Int64
	stop := make(chan struct{})
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			cursor := s.Cursor()
			defer cursor.Close()
			dues := make([]int64, 256)
			for {
				n, ok := cursor.Next(dues, stop)
				if !ok {
					return
				}
				now := s.clock()
				counts[min(now/width, int64(windows+1))].Add(int64(n))
				total.Add(int64(n))
				for _, due := range dues[:n] {
					lateness.Add(now - due)
				}
			}
		})
	}
	s.Set(Hold(rate))
	time.Sleep(time.Duration(int64(windows+1) * width))
	close(stop)
	done.Wait()
	var sum, squares float64
	for i := range counts[1 : windows+1] {
		n := float64(counts[i+1].Load())
		sum += n
		squares += n * n
	}
	mean := sum / float64(windows)
	return math.Sqrt(max(0, squares/float64(windows)-mean*mean)) / mean, float64(lateness.Load()) / float64(max(1, total.Load()))
}
