package pacing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// crew is a number of workers on one schedule that keep every due time they
// are given.
type crew struct {
	t     *testing.T
	s     *Schedule
	stops []chan struct{}
	done  sync.WaitGroup

	mu    sync.Mutex
	dues  []int64
	calls int
}

// sinceStart makes a clock of the (in a bubble, virtual) time.
func sinceStart() Clock {
	start := time.Now()
	return func() int64 { return int64(time.Since(start)) }
}

func newCrew(t *testing.T) *crew { return &crew{t: t, s: NewSchedule(sinceStart())} }

// scale starts or stops workers until there are n. The stopped ones end in
// their own time.
func (c *crew) scale(n int) {
	for len(c.stops) < n {
		stop := make(chan struct{})
		c.stops = append(c.stops, stop)
		c.done.Go(func() { c.work(c.s.Cursor(), stop) })
	}
	for len(c.stops) > n {
		close(c.stops[len(c.stops)-1])
		c.stops = c.stops[:len(c.stops)-1]
	}
}

func (c *crew) work(cursor *Cursor, stop <-chan struct{}) {
	defer cursor.Close()
	dues := make([]int64, 300)
	for {
		n, ok := cursor.Next(dues, stop)
		if !ok {
			return
		}
		if now := c.s.clock(); dues[n-1] > now || !slices.IsSorted(dues[:n]) {
			c.t.Errorf("handed out in the future or out of order: %d > %d", dues[n-1], now)
		}
		c.mu.Lock()
		c.dues = append(c.dues, dues[:n]...)
		c.calls++
		c.mu.Unlock()
	}
}

// finish ends all workers, after they have taken what is due, and returns all
// due times in order.
func (c *crew) finish() []int64 {
	c.s.Pause()
	c.scale(0)
	c.done.Wait()
	// What fell due in the last tick may have been left by the workers.
	c.dues = append(c.dues, drain(c.s.Cursor())...)
	require.Equal(c.t, c.s.Due(), c.s.HandedOut()+c.s.Missed())
	require.Equal(c.t, c.s.HandedOut(), int64(len(c.dues)))
	slices.Sort(c.dues)
	return c.dues
}

func TestCountAtEveryRateAndCrewSize(t *testing.T) {
	for _, workers := range []int{1, 64, 1000} {
		for _, rate := range []Rate{1, 7, 100, 1e3, 20e3, 100e3, 1e6, 2e6} {
			t.Run(fmt.Sprintf("%s by %d", rate, workers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newCrew(t)
					c.scale(workers)
					c.s.Set(Hold(rate))
					length := 10 * time.Second
					if rate > 1e3 {
						length = time.Second
					}
					time.Sleep(length)
					want := int64(float64(rate)*length.Seconds() + 0.5)
					require.Equal(t, want, c.s.Due())
					dues := c.finish()
					require.Equal(t, int(want), len(dues))
					for i, due := range dues {
						exact := (float64(i) + 0.5) / float64(rate) * 1e9
						if abs(float64(due)-exact) > 1 {
							require.InDelta(t, exact, float64(due), 1)
						}
					}
					perSecond := float64(c.calls) / length.Seconds()
					require.LessOrEqual(t, perSecond, 1001+float64(rate)/mostClaim, "claims per second")
				})
			})
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }

// A long life: live changes of every kind, scaling between nobody and a
// thousand, and shapes; each slot comes out exactly once.
func TestLiveChangesUnderScaling(t *testing.T) {
	shapes := []string{"1", "100", "20k", "100k", "1M", "1/h", "sine(20k,100%,1s)", "ramp(50k,300ms)+ramp(1,300ms)",
		"spike(x5,20ms,every=100ms)", "steps(10,10k,100,every=50ms)"}
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 9))
			c := newCrew(t)
			start := time.Now()
			c.scale(1)
			for range 120 {
				switch random.IntN(6) {
				case 0:
					c.scale([]int{1, 2, 64, 1000, 1, 0}[random.IntN(6)])
				case 1:
					c.s.Pause()
				case 2:
					c.s.Resume()
				case 3:
					c.s.Burst(2.5, time.Duration(random.Int64N(1e8)))
				default:
					c.s.Set(mustShape(t, shapes[random.IntN(len(shapes))]))
				}
				time.Sleep(time.Duration(random.Int64N(5e7)))
			}
			c.scale(64)
			time.Sleep(time.Second)
			dues := c.finish()
			require.Zero(t, c.s.Missed())
			require.Less(t, dues[len(dues)-1], int64(time.Since(start)))
			for i := 1; i < len(dues); i++ {
				if gap := dues[i] - dues[i-1]; gap < 9 { // 10 ns at the highest rate, less the rounding
					require.Fail(t, "slots come twice or too close", "%d ns", gap)
				}
			}
		})
	}
}

func TestScalingKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t)
		c.s.Set(Hold(1000))
		for _, n := range []int{1, 1000, 1, 500, 3, 1000, 1} {
			c.scale(n)
			time.Sleep(777777777 * time.Nanosecond)
		}
		require.Equal(t, int64(5444), c.s.Due())
		for i, due := range c.finish() {
			require.InDelta(t, (float64(i)+0.5)*1e6, float64(due), 1)
		}
	})
}

// Work goes round: of a hundred idle workers each gets its share.
func TestWorkIsSharedEvenly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSchedule(sinceStart())
		var counts [100]atomic.Int64
		stop := make(chan struct{})
		var done sync.WaitGroup
		for i := range counts {
			done.Go(func() {
				cursor := s.Cursor()
				defer cursor.Close()
				dues := make([]int64, 256)
				for {
					n, ok := cursor.Next(dues, stop)
					if !ok {
						return
					}
					counts[i].Add(int64(n))
				}
			})
		}
		s.Set(Hold(100e3))
		time.Sleep(5 * time.Second)
		close(stop)
		done.Wait()
		for i := range counts {
			require.InDelta(t, 5000, counts[i].Load(), 200)
		}
	})
}

func TestSleepersWakeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t)
		c.scale(10)
		c.s.Set(mustShape(t, "1/h"))
		time.Sleep(100 * time.Hour)
		require.Equal(t, int64(100), c.s.HandedOut())
		before := time.Now()
		c.s.Set(Hold(Least))
		c.s.Set(Hold(2))
		time.Sleep(10 * time.Second)
		require.Equal(t, int64(120), c.s.HandedOut())
		c.s.Set(mustShape(t, "1/h"))
		synctest.Wait()
		c.scale(0)
		c.done.Wait()
		require.Equal(t, 10*time.Second, time.Since(before))
	})
}

// A ramp down to almost nothing neither hangs nor runs over.
func TestFallingRamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t)
		c.scale(3)
		c.s.Set(mustShape(t, "ramp(10k..0.001,10s)"))
		time.Sleep(10 * time.Second)
		require.InDelta(t, 50000, c.s.HandedOut(), 1)
		time.Sleep(4000 * time.Second)
		require.InDelta(t, 50004, c.s.HandedOut(), 1)
		c.finish()
	})
}

// A worker that was held up gets what fell due meanwhile, with true due times,
// and no more than that.
func TestNoBurstAfterAStallBeyondWhatWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSchedule(sinceStart())
		s.Set(Hold(1000))
		cursor := s.Cursor()
		defer cursor.Close()
		dues := make([]int64, 100)
		time.Sleep(3 * time.Second)
		for taken := 0; taken < 3000; {
			n, ok := cursor.Next(dues, nil)
			require.True(t, ok)
			for i := range n {
				require.Equal(t, int64(taken+i)*1e6+5e5, dues[i])
			}
			taken += n
		}
		require.Equal(t, int64(3*time.Second), s.clock(), "late slots must come without waiting")
		n, _ := cursor.Next(dues, nil)
		require.Equal(t, 1, n)
		require.Equal(t, int64(3*time.Second)+5e5, s.clock())
	})
}

func TestMaxWakesEverybodyAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSchedule(sinceStart())
		stop := make(chan struct{})
		var done sync.WaitGroup
		var awake atomic.Int64
		for range 20 {
			done.Go(func() {
				cursor := s.Cursor()
				defer cursor.Close()
				dues := make([]int64, 10)
				for first := true; ; first = false {
					n, ok := cursor.Next(dues, stop)
					if !ok {
						return
					}
					if first {
						awake.Add(1)
					}
					if n != 10 || dues[9] != s.clock() {
						t.Errorf("%d of 10 at %d", n, dues[9])
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		time.Sleep(time.Second)
		s.Set(mustShape(t, "hold(max,1s)+1/h"))
		synctest.Wait()
		require.Equal(t, int64(20), awake.Load())
		time.Sleep(time.Minute)
		require.Equal(t, int64(20*1000*10), s.HandedOut())
		close(stop)
		done.Wait()
		require.Equal(t, s.Due(), s.HandedOut())
	})
}

func TestStopWins(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(Hold(1000))
	clock.advance(time.Second)
	stop := make(chan struct{})
	close(stop)
	cursor := s.Cursor()
	n, ok := cursor.Next(make([]int64, 5), stop)
	require.Zero(t, n)
	require.False(t, ok)
	n, ok = cursor.Next(nil, nil)
	require.Zero(t, n)
	require.True(t, ok)
	require.Zero(t, s.HandedOut())
}

// Setters and 64 workers in real time: whatever the interleaving, every slot
// comes out once.
func TestConcurrentChanges(t *testing.T) {
	c := newCrew(t)
	c.scale(64)
	random := rand.New(rand.NewPCG(5, 6))
	rates := []Rate{1e6, 500e3, 1e5, 1, 2e6, 300e3}
	var setters sync.WaitGroup
	for range 3 {
		seed := random.Uint64()
		setters.Go(func() {
			random := rand.New(rand.NewPCG(seed, 7))
			for range 3000 {
				switch random.IntN(5) {
				case 0:
					c.s.Pause()
					c.s.Resume()
				case 1:
					c.s.Burst(3, time.Millisecond)
				case 2:
					_, _, _, _ = c.s.Due(), c.s.Rate(), c.s.HandedOut(), c.s.Base()
				default:
					c.s.Set(Hold(rates[random.IntN(len(rates))]))
				}
			}
		})
	}
	setters.Wait()
	dues := c.finish()
	// A claim that overtakes the end of a segment may share its nanosecond with
	// the next slot, so equal due times are not yet a slot that came twice; the
	// counts in finish are.
	require.NotEmpty(t, dues)
}
