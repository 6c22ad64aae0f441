package pacing

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// arrive lists the due times of a shape until a time.
func arrive(t *testing.T, shape string, until, step time.Duration, live func(s *Schedule, at time.Duration)) []int64 {
	t.Helper()
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(mustShape(t, shape))
	c := s.Cursor()
	var dues []int64
	for at := time.Duration(0); at < until; at += step {
		if live != nil {
			live(s, at)
		}
		clock.advance(step)
		dues = append(dues, drain(c)...)
	}
	s.Pause()
	dues = append(dues, drain(c)...)
	require.EqualValues(t, len(dues), s.Due())
	for i := 1; i < len(dues); i++ {
		require.LessOrEqual(t, dues[i-1], dues[i])
	}
	return dues
}

// The counts of a Poisson process in windows have a variance equal to their mean,
// and the gaps a deviation equal to theirs. Six deviations bound each figure.
func TestPoissonArrivalsAreIndependent(t *testing.T) {
	for _, c := range []struct {
		rate   string
		mean   float64 // in a second
		until  time.Duration
		window time.Duration
	}{
		{"poisson(20k)", 20e3, 20 * time.Second, 10 * time.Millisecond},
		{"poisson(200k,seed=7)", 200e3, 3 * time.Second, time.Millisecond},
		{"poisson(50)", 50, 1000 * time.Second, time.Second},
		{"loop(poisson(hold(2k,100ms)))", 2e3, 100 * time.Second, 50 * time.Millisecond},
	} {
		dues := arrive(t, c.rate, c.until, c.until/1000, nil)
		want := c.mean * c.until.Seconds()
		require.InDelta(t, want, len(dues), 6*math.Sqrt(want), c.rate)

		windows := make([]float64, int(c.until/c.window))
		for _, due := range dues {
			windows[due/int64(c.window)]++
		}
		mean, variance := moments(windows)
		require.InDelta(t, 1, variance/mean, 6*math.Sqrt(2/float64(len(windows))), "%s: dispersion", c.rate)

		gaps := make([]float64, len(dues)-1)
		for i := range gaps {
			gaps[i] = float64(dues[i+1] - dues[i])
		}
		mean, variance = moments(gaps)
		require.InDelta(t, 1, math.Sqrt(variance)/mean, 6*math.Sqrt(2/float64(len(gaps))), "%s: gaps", c.rate)
	}
}

func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, variance
}

// A seed determines the due times, however often workers look.
func TestPoissonIsReproducible(t *testing.T) {
	once := arrive(t, "poisson(5k)", 5*time.Second, 5*time.Millisecond, nil)
	require.Equal(t, once, arrive(t, "poisson(5k)", 5*time.Second, 50*time.Millisecond, nil))
	require.NotEqual(t, once, arrive(t, "poisson(5k,seed=2)", 5*time.Second, 5*time.Millisecond, nil))
	rounds := arrive(t, "loop(poisson(hold(5k,1s)))", 2*time.Second, time.Second, nil)
	for i := range rounds {
		if rounds[i] > int64(time.Second) {
			require.NotEqual(t, rounds[0], rounds[i]-int64(time.Second), "the second round repeats the first")
			break
		}
	}
}

// Live changes, bursts and pauses leave neither debt nor burst behind.
func TestPoissonFollowsLiveChanges(t *testing.T) {
	change := func(s *Schedule, text string) {
		_, err := s.Change(mustChange(t, text))
		require.NoError(t, err)
	}
	dues := arrive(t, "poisson(10k)", 60*time.Second, 10*time.Millisecond, func(s *Schedule, at time.Duration) {
		switch at {
		case 10 * time.Second:
			change(s, "x2")
			require.Equal(t, "poisson(20k)", s.Shape().String())
		case 20 * time.Second:
			s.Burst(5, 10*time.Second)
		case 40 * time.Second:
			s.Pause()
		case 50 * time.Second:
			s.Resume()
			change(s, "1k")
		}
	})
	counts := make([]float64, 6)
	for _, due := range dues {
		counts[due/int64(10*time.Second)]++
	}
	for i, want := range []float64{100e3, 200e3, 1e6, 200e3, 0, 10e3} {
		require.InDelta(t, want, counts[i], 6*math.Sqrt(want)+1, "part %d", i)
	}
}

func TestPoissonFollowsShapes(t *testing.T) {
	dues := arrive(t, "poisson(ramp(0..20k,10s)+hold(0,5s)+sine(10k,100%,10s))", 25*time.Second, 10*time.Millisecond, nil)
	counts := make([]float64, 5)
	for _, due := range dues {
		counts[due/int64(5*time.Second)]++
	}
	for i, want := range []float64{25e3, 75e3, 0, 50e3 + 1e5/math.Pi, 50e3 - 1e5/math.Pi} {
		require.InDelta(t, want, counts[i], 6*math.Sqrt(want), "part %d", i)
	}
}
