package pacing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stepClock is a clock that stands until a test moves it.
type stepClock struct{ now int64 }

func (c *stepClock) read() int64             { return c.now }
func (c *stepClock) advance(d time.Duration) { c.now += int64(d) }
func (c *stepClock) schedule() *Schedule     { return NewSchedule(c.read) }

// drain takes all slots that can be claimed now.
func drain(c *Cursor) []int64 {
	var all []int64
	dues := make([]int64, 256)
	for {
		n := c.claim(dues, c.schedule.clock())
		all = append(all, dues[:n]...)
		if n == 0 && !lookAgain(c.schedule) {
			return all
		}
	}
}

// lookAgain does what a worker does before it sleeps.
func lookAgain(s *Schedule) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	return s.nextRelease() <= now
}

func TestHoldHasRoundedCount(t *testing.T) {
	for _, rate := range []Rate{1, 7, 100, 999.5, 20e3, 1e6, 2e6, 1.0 / 60, 333.3333333} {
		for _, d := range []time.Duration{time.Millisecond, 700 * time.Millisecond, time.Second, 61 * time.Second, 100 * day} {
			clock := &stepClock{now: 12345}
			s := clock.schedule()
			s.Set(Hold(rate))
			clock.advance(d)
			require.InDelta(t, float64(rate)*d.Seconds(), float64(s.Due()), 0.5001, "%s for %s", rate, d)
		}
	}
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(Hold(1))
	require.Zero(t, s.Due())
	clock.advance(499 * time.Millisecond)
	require.Zero(t, s.Due())
	clock.advance(time.Millisecond)
	require.Equal(t, int64(1), s.Due())
	require.Equal(t, []int64{int64(500 * time.Millisecond)}, drain(s.Cursor()))
}

// liveModel does to a schedule what a user may do, and adds up the integral of
// the rate on its own.
type liveModel struct {
	t        *testing.T
	random   *rand.Rand
	clock    *stepClock
	s        *Schedule
	integral float64
	paused   bool
	burst    time.Duration // left of it
}

// run lets time pass in steps that do not cross the end of a burst, and adds up
// the rate.
func (m *liveModel) run(d time.Duration, look func()) {
	for d > 0 {
		step := min(d, time.Duration(1+m.random.Int64N(int64(2*time.Millisecond))))
		if m.burst > 0 && !m.paused {
			step = min(step, m.burst)
			m.burst -= step
		}
		m.integral += float64(m.s.Rate()) * step.Seconds()
		m.clock.advance(step)
		d -= step
		look()
	}
}

func (m *liveModel) change() {
	switch m.random.IntN(8) {
	case 0:
		m.s.Pause()
		m.paused = true
	case 1, 2:
		m.s.Resume()
		m.paused = false
	case 3:
		m.burst = time.Duration(m.random.Int64N(int64(300 * time.Millisecond)))
		m.s.Burst(0.5+4*m.random.Float64(), m.burst)
	default:
		rates := []Rate{1, 7, 100, 1000, 20e3, 100e3, 1.0 / 3600, 1234.567}
		m.s.Set(Hold(rates[m.random.IntN(len(rates))]))
	}
}

// Through hundreds of live changes the count stays within one of the integral,
// and every slot is handed out exactly once, in time and in order.
func TestCountFollowsTheIntegralThroughLiveChanges(t *testing.T) {
	for seed := range uint64(20) {
		clock := &stepClock{now: int64(seed) * 1e15}
		m := &liveModel{t: t, random: rand.New(rand.NewPCG(seed, 1)), clock: clock, s: clock.schedule()}
		m.s.SetLagLimit(0)
		cursors := []*Cursor{m.s.Cursor(), m.s.Cursor(), m.s.Cursor()}
		var handed []int64
		for range 300 {
			m.change()
			m.run(time.Duration(m.random.Int64N(int64(60*time.Millisecond))), func() {
				if m.random.IntN(3) == 0 {
					got := drain(cursors[m.random.IntN(len(cursors))])
					require.True(t, slices.IsSorted(got))
					require.True(t, len(got) == 0 || got[len(got)-1] <= clock.now, "handed out in the future")
					handed = append(handed, got...)
				}
			})
			require.InDelta(t, m.integral, float64(m.s.Due()), 1.001, "seed %d", seed)
		}
		m.s.Pause()
		handed = append(handed, drain(cursors[0])...)
		require.Equal(t, m.s.Due(), int64(len(handed)))
		require.Equal(t, m.s.Due(), m.s.HandedOut())
		require.True(t, slices.IsSorted(handed), "slots went out of order")
		require.Zero(t, m.s.Missed())
	}
}

// A change at any moment shifts nothing: setting the same rate again and again
// leaves the due times where they were.
func TestPhaseContinues(t *testing.T) {
	clock := &stepClock{}
	s, random := clock.schedule(), rand.New(rand.NewPCG(3, 4))
	s.Set(Hold(100))
	c := s.Cursor()
	var dues []int64
	for clock.now < int64(10*time.Second) {
		clock.advance(time.Duration(random.Int64N(int64(3 * time.Millisecond))))
		dues = append(dues, drain(c)...)
		s.Set(Hold(100))
	}
	require.InDelta(t, 1000, len(dues), 1)
	for i, due := range dues {
		require.InDelta(t, (float64(i)+0.5)*1e7, float64(due), 1000+float64(i))
	}
}

func TestShapesKeepTheirIntegral(t *testing.T) {
	for _, text := range []string{
		"sine(20k,100%,7s)", "sine(200k,30%,100ms)", "ramp(20k,5s)", "hold(10k,1s)+ramp(10k..1,4s)",
		"hold(3,1s)+sine(20k,50%,5s,for=4s)+spike(x3,1s,every=2s,for=5s)+ramp(1,3s)",
		"steps(1k,5k,2k,every=700ms)", "spike(x5,1s,every=3s)", "loop(hold(20k,300ms)+hold(0,200ms)+ramp(5k,1s))",
		"hold(0,2s)+ramp(0..20k,5s)+ramp(0,3s)", "steps(0,300k,0,every=1700ms)",
	} {
		clock := &stepClock{now: 99}
		s := clock.schedule()
		s.Set(Hold(500))
		s.Set(mustShape(t, text))
		c, handed := s.Cursor(), int64(0)
		for e := time.Duration(0); e <= 15*time.Second; e += 1500 * time.Millisecond {
			want := integrate(mustShape(t, text), e, 500)
			require.InDelta(t, want, float64(s.Due()), 1.001+want*1e-6, "%s at %s", text, e)
			handed += int64(len(drain(c)))
			require.InDelta(t, handed, s.Due(), 300, "%s at %s", text, e) // up to a tick's slots may wait for the grid
			clock.advance(1500 * time.Millisecond)
		}
	}
}

// Ramps are exact against the closed form of their integral, also at rates and
// lengths that numbers hardly hold.
func TestRampsAreExact(t *testing.T) {
	for _, r := range []struct {
		from, to Rate
		length   time.Duration
	}{{1, 50e3, 2 * time.Minute}, {50e3, 1, 2 * time.Minute}, {2e6, Least, time.Hour}, {Least, 2e6, time.Hour},
		{1e3, 1e3 + 1e-6, time.Hour}, {Least, Limit, 10 * day}} {
		clock := &stepClock{now: 1}
		s := clock.schedule()
		s.SetLagLimit(0)
		s.Set(mustShape(t, fmt.Sprintf("ramp(%s..%s,%s)", r.from, r.to, FormatDuration(r.length))))
		for i := 1; i <= 8; i++ {
			clock.now = 1 + int64(r.length)/8*int64(i)
			share := float64(i) / 8
			want := (float64(r.from) + float64(r.to-r.from)*share/2) * r.length.Seconds() * share
			require.InDelta(t, want, float64(s.Due()), 0.502+want*1e-14)
		}
	}
}

func TestPauseKeepsPhaseAndShape(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	require.Zero(t, s.Rate())
	s.Set(mustShape(t, "ramp(100..200,10s)"))
	require.Equal(t, Rate(100), s.Rate())
	clock.advance(5 * time.Second)
	due := s.Due()
	require.Equal(t, int64(625), due)
	s.Pause()
	s.Pause()
	require.Zero(t, s.Rate())
	clock.advance(time.Hour)
	require.Equal(t, due, s.Due())
	require.Zero(t, s.Rate())
	require.Equal(t, Rate(150), s.Base())
	s.Resume()
	s.Resume()
	require.Equal(t, due, s.Due())
	require.Equal(t, Rate(150), s.Rate())
	clock.advance(5 * time.Second)
	require.Equal(t, int64(1500), s.Due())
}

func TestPauseBeforeTheFirstSet(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Pause()
	s.Set(mustShape(t, "ramp(100,10s)"))
	clock.advance(time.Minute)
	require.Zero(t, s.Rate())
	require.Zero(t, s.Due())
	s.Resume()
	clock.advance(10 * time.Second)
	require.Equal(t, int64(500), s.Due())
	require.Equal(t, Rate(100), s.Rate())
}

func TestBurst(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(Hold(1000))
	clock.advance(time.Second)
	s.Burst(5, 10*time.Second)
	require.Equal(t, Rate(5000), s.Rate())
	require.Equal(t, Rate(1000), s.Base())
	clock.advance(4 * time.Second)
	s.Pause()
	clock.advance(time.Minute)
	s.Resume()
	changed, err := s.Change(mustChange(t, "x2")) // the burst goes on over it
	require.NoError(t, err)
	require.Equal(t, Changed{Before: Hold(1000), After: Hold(2000), Burst: 5, Left: 6 * time.Second}, changed)
	require.Equal(t, Rate(10000), s.Rate())
	clock.advance(6 * time.Second)
	require.Equal(t, Rate(2000), s.Rate())
	require.InDelta(t, 1000+20000+60000, s.Due(), 1)
	s.Burst(5, time.Hour)
	s.Burst(0, time.Hour)
	require.Equal(t, Rate(2000), s.Rate())
	s.Burst(math.NaN(), time.Hour)
	s.Burst(math.Inf(1), time.Hour)
	require.Equal(t, Rate(2000), s.Rate())
	s.Burst(1e9, time.Second)
	require.Equal(t, Limit, s.Rate())
}

// A ramp that falls under a burst keeps the burst's share of the line.
func TestBurstOverARamp(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(mustShape(t, "ramp(2k..1k,10s)"))
	clock.advance(2 * time.Second)
	s.Burst(2, 4*time.Second)
	clock.advance(8 * time.Second)
	require.InDelta(t, 15000+4*1600, s.Due(), 1)
}

// Slots that nobody came for in time are given late with their true due times,
// and counted as missed beyond the limit.
func TestLateSlots(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	c := s.Cursor()
	s.Set(Hold(1000))
	clock.advance(8 * time.Second)
	dues := drain(c)
	require.Len(t, dues, 8000)
	require.Equal(t, int64(500*time.Microsecond), dues[0])
	require.Zero(t, s.Missed())

	clock.advance(15 * time.Second)
	dues = drain(c)
	require.Equal(t, int64(5000), s.Missed())
	require.Len(t, dues, 10000)
	require.Equal(t, clock.now-int64(DefaultLagLimit)+int64(500*time.Microsecond), dues[0])
	require.Equal(t, s.Due(), s.HandedOut()+s.Missed())

	s.SetLagLimit(0)
	clock.advance(time.Minute)
	require.Len(t, drain(c), 60000)
	require.Equal(t, int64(5000), s.Missed())
}

func TestMaxFillsWithNow(t *testing.T) {
	clock := &stepClock{now: 5}
	s := clock.schedule()
	c, d := s.Cursor(), s.Cursor()
	s.Set(mustShape(t, "hold(max,1s)+10"))
	dues := make([]int64, 1000)
	require.Equal(t, 1000, c.claim(dues, clock.now))
	require.Equal(t, int64(5), dues[999])
	require.Equal(t, 7, d.claim(dues[:7], clock.now))
	require.Equal(t, int64(1007), s.Due())
	d.Close()
	d.Close()
	require.Equal(t, int64(1007), s.HandedOut())
	require.True(t, s.Rate().IsMax())
	clock.advance(2 * time.Second)
	require.Zero(t, c.claim(dues, clock.now))
	require.Equal(t, int64(1017), s.Due())
	require.Len(t, drain(c), 10)
	s.Set(Hold(Max()))
	require.Equal(t, 1000, c.claim(dues, clock.now))
	s.Pause()
	require.Zero(t, c.claim(dues, clock.now))
	require.Equal(t, int64(2017), s.HandedOut())
}

// Hours of a sine leave no segments behind, whether workers come or not.
func TestSegmentsBecomeGarbage(t *testing.T) {
	for _, claiming := range []bool{true, false} {
		clock := &stepClock{}
		s := clock.schedule()
		parked := s.Cursor()
		c := s.Cursor()
		s.Set(mustShape(t, "sine(10,50%,1h)"))
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before := heap()
		handed := 0
		for range 6 * 60 {
			clock.advance(time.Minute)
			if claiming {
				s.SetLagLimit(0)
				handed += len(drain(c))
			}
			s.Due()
		}
		require.InDelta(t, 216000, s.Due(), 1)
		require.Less(t, int64(heap()-before), int64(1<<20), "claiming %t", claiming)
		if claiming {
			require.Equal(t, s.Due(), int64(handed))
		} else {
			require.Greater(t, s.Missed(), int64(215000))
		}
		runtime.KeepAlive(parked)
	}
}

func TestDueTimesSaturate(t *testing.T) {
	for _, p := range []piece{level(0, endless), level(Least, endless), {from: 1, to: 0, length: time.Hour},
		{from: 0, to: Least, length: time.Hour}, {from: 1e6, to: 1e6 + 1, length: longestSpan}} {
		g := newSegment(2e18, 0, 0.5, p)
		last := g.start
		for _, s := range []int64{0, 1, 1799, 1800, 1e9, 1e12, 1e15, 1e18, 4e18} {
			due := g.due(s)
			require.GreaterOrEqual(t, due, last)
			last = due
		}
		require.Equal(t, int64(never), last)
	}
	require.Equal(t, int64(-2*tick), floorTick(int64(-tick)-1))
	require.Equal(t, int64(tick), floorTick(int64(tick)))
}

// count is exactly the inverse of due for any line.
func FuzzCountInvertsDue(f *testing.F) {
	f.Add(1.0, 50e3, int64(time.Minute), 0.5, int64(time.Second))
	f.Add(2e6, 0.0, int64(time.Hour), 1.0, int64(time.Hour)-1)
	f.Add(0.0, 1e-6, int64(time.Hour), 1e-9, int64(1))
	f.Fuzz(func(t *testing.T, from, to float64, length int64, phase float64, at int64) {
		within := func(r float64) bool { return r >= 0 && r <= float64(Limit) }
		if !within(from) || !within(to) || length < 1 || length > int64(longestSpan) || !(phase > 0 && phase < 2) ||
			at < 0 || at > length {
			return
		}
		g := newSegment(1000, 0, phase, piece{from: Rate(from), to: Rate(to), length: time.Duration(length)})
		n := g.count(1000 + at)
		require.True(t, n == 0 || g.due(n-1) <= 1000+at)
		require.True(t, g.due(n) > 1000+at || n == g.final.Load())
		require.LessOrEqual(t, n, g.final.Load())
		require.InDelta(t, g.integral(1000+at)-phase+1, float64(n), 1.01+float64(n)*1e-12)
	})
}
