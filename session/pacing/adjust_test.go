package pacing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustChange(t *testing.T, text string) Change {
	t.Helper()
	change, err := ParseChange(text)
	require.NoError(t, err)
	return change
}

// A relative change multiplies all rates of a shape.
func TestApplyToShapes(t *testing.T) {
	for _, c := range []struct {
		change, shape string
		base          Rate
		want          string // shape, or the sentence that refuses it
	}{
		{"+10%", "20k", 20e3, "22k"},
		{"+10%", "sine(20k,50%,1m)", 30e3, "sine(22k,50%,1m)"},
		{"-50%", "ramp(1k..50k,2m)", 1e3, "ramp(500..25k,2m)"},
		{"x2", "hold(max,10s)+hold(1k,1s)+ramp(50k,2m)+spike(x5,10s)", Max(), "hold(max,10s)+hold(2k,1s)+ramp(100k,2m)+spike(x5,10s)"},
		{"x0.5", "steps(10k,20k,every=30s)", 20e3, "steps(5k,10k,every=30s)"},
		{"+5k", "sine(20k,50%,1m)", 25e3, "sine(24k,50%,1m)"},
		{"-5k", "sine(20k,50%,1m)", 10e3, "sine(10k,50%,1m)"},
		{"x2", "loop(hold(20k,1m)+hold(0,30s))", 0, "loop(hold(40k,1m)+hold(0,30s))"},
		{"x2", "poisson(sine(20k,50%,1m),seed=7)", 20e3, "poisson(sine(40k,50%,1m),seed=7)"},
		{"-50%", "trace(a.csv)", 5, "trace(a.csv,x0.5)"},
		{"+5k", "trace(a.csv,x2)", 10e3, "trace(a.csv,x3)"},
		{"+5k", "hold(20k,1m)+hold(0,1m)", 0, "+5k starts from the current rate, which is 0"},
		{"3k", "sine(20k,50%,1m)", 10e3, "3k"},
		{"-5k", "sine(20k,50%,1m)", 4e3, "-5k from 4k would leave no rate; a rate must be more than 0"},
		{"-100%", "sine(20k,50%,1m)", 4e3, "-100% from 4k would leave no rate; a rate must be more than 0"},
		{"+5k", "hold(max,10s)+5k", Max(), "+5k starts from the current rate, which is max"},
		{"+5k", "sine(20k,100%,1m)", 0, "+5k starts from the current rate, which is 0"},
		{"x3", "sine(20M,100%,1m)", 20e6, "x3 of sine(20M,100%,1m): sine(60M,100%,1m) reaches more than 100M per second, the highest rate"},
	} {
		got, err := mustChange(t, c.change).ApplyTo(mustShape(t, c.shape), c.base)
		if err != nil {
			require.EqualError(t, err, c.want)
			continue
		}
		require.Equal(t, c.want, got.String())
	}
}

// A change starts from the rate without a burst, and an absolute one ends the
// burst.
func TestChangeDuringABurst(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(Hold(2000))
	s.Burst(5, 10*time.Second)
	clock.advance(4 * time.Second)
	changed, err := s.Change(mustChange(t, "+10%"))
	require.NoError(t, err)
	require.Equal(t, Changed{Before: Hold(2000), After: Hold(2200), Burst: 5, Left: 6 * time.Second}, changed)
	require.Equal(t, Rate(2200), s.Base())
	require.Equal(t, Rate(11000), s.Rate())

	changed, err = s.Change(mustChange(t, "3k"))
	require.NoError(t, err)
	require.Equal(t, Changed{Before: Hold(2200), After: Hold(3000), Burst: 5, Left: 6 * time.Second, Ended: true}, changed)
	require.Equal(t, Rate(3000), s.Rate())
	clock.advance(time.Minute)
	require.Equal(t, Rate(3000), s.Rate())

	s.Burst(5, time.Minute)
	s.Set(Hold(1000))
	require.Equal(t, Rate(1000), s.Rate())
	_, err = s.Change(mustChange(t, "-100%"))
	require.Error(t, err)
	require.Equal(t, Rate(1000), s.Rate())
}

// A shape that is scaled goes on at its place, also while it is paused.
func TestChangeKeepsThePlaceInAShape(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(Hold(1000))
	s.Set(mustShape(t, "ramp(3k,10s)"))
	clock.advance(5 * time.Second)
	require.Equal(t, Rate(2000), s.Rate())
	s.Pause()
	clock.advance(time.Hour)
	changed, err := s.Change(mustChange(t, "+1k"))
	require.NoError(t, err)
	require.Equal(t, "ramp(4.5k,10s)", changed.After.String())
	require.Equal(t, Rate(3000), s.Base())
	s.Resume()
	require.Equal(t, Rate(3000), s.Rate())
	clock.advance(5 * time.Second)
	require.Equal(t, Rate(4500), s.Rate())
	require.InDelta(t, 7500+(3000+4500)/2*5, s.Due(), 1)
}
