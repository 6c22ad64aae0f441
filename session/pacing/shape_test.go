package pacing

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustShape(t testing.TB, text string) Shape {
	t.Helper()
	shape, err := ParseShape(text)
	require.NoError(t, err, text)
	return shape
}

func TestShapeRoundTrip(t *testing.T) {
	for _, text := range []string{
		"50k", "max", "300/m", "hold(20k,30s)", "hold(20k,30s)+ramp(20k..50k,2m)", "ramp(50k,2m)",
		"sine(20k,50%,1m)", "sine(20k,50%,1m,for=1d)+5k", "steps(10k,20k,40k,every=30s)+max",
		"hold(20k,1m)+hold(0,30s)", "ramp(0..5k,1m)+ramp(0,1m)", "steps(0,10k,0,every=1s)",
		"loop(hold(20k,1m)+hold(0,30s))", "loop(ramp(5k,1m)+ramp(1,1m),3)+1", "loop(loop(hold(1,1s),2)+hold(0,1s))",
		"poisson(20k)", "poisson(sine(20k,50%,1m),seed=7)", "loop(poisson(hold(20k,1m))+hold(0,1m))", "trace(a.csv)", "trace(my file.csv,x1.5)+1",
		"spike(x5,10s,every=1m)", "spike(x0.5,10s)+spike(x5,10s,every=1m,for=5m)+1",
	} {
		if text == "300/m" {
			require.Equal(t, "5", mustShape(t, text).String())
			continue
		}
		require.Equal(t, text, mustShape(t, text).String())
	}
	require.Equal(t, "hold(20k,30s)+ramp(50k,2m)", mustShape(t, " hold( 20k/s, 30s ) + ramp(50000, 120s)").String())
	require.Equal(t, "20k", mustShape(t, "hold(20k)").String())
	require.Equal(t, "", Shape{}.String())

	var shape Shape
	require.NoError(t, shape.UnmarshalText([]byte("ramp(1..2,1s)")))
	require.Equal(t, "ramp(1..2,1s)", shape.String())
	require.Error(t, shape.UnmarshalText(nil))
}

func TestParseShapeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      `"" is not a rate`,
		"50kk":                                  `"50kk" is not a rate`,
		"50k+":                                  `"50k+" has nothing next to a +`,
		"50k+5k":                                `50k never ends, so nothing can follow it; write hold(50k,30s)`,
		"sine(1k,5%,1m)+1k":                     `sine(1k,5%,1m) never ends, so nothing can follow it; write sine(1k,5%,1m,for=5m)`,
		"spike(x5,10s,every=1m)+1k":             `spike(x5,10s,every=1m) never ends, so nothing can follow it; write spike(x5,10s,every=1m,for=5m)`,
		"ramp(1k..50k,2m":                       `"ramp(1k..50k,2m" lacks a )`,
		"ramp)":                                 `"ramp)" has a ) without its (`,
		"ramp(1k..50k)":                         `"ramp(1k..50k)" is not written like ramp(20k..50k,2m)`,
		"ramp(1k..50k,2m,3m)":                   `"ramp(1k..50k,2m,3m)" is not written like ramp(20k..50k,2m)`,
		"ramp(1k..max,2m)":                      `a ramp cannot start or end at max`,
		"hold(max,1s)+ramp(1k,2m)":              `ramp(1k,2m) starts from the rate before it, which is max`,
		"0":                                     `a rate must be more than 0`,
		"hold(0)":                               `a rate must be more than 0`,
		"sine(0,50%,1m)":                        `a rate must be more than 0`,
		"hold(0,1m)":                            `"hold(0,1m)" sends nothing; a shape needs a rate above 0`,
		"loop(hold(0,1m))":                      `"loop(hold(0,1m))" sends nothing; a shape needs a rate above 0`,
		"loop(20k)":                             `20k never ends, so it cannot be repeated; write hold(20k,30s)`,
		"loop(poisson(20k))":                    `poisson(20k) never ends, so it cannot be repeated; write poisson(hold(20k,30s))`,
		"loop(hold(1k,1m))+5k":                  `loop(hold(1k,1m)) never ends, so nothing can follow it; write loop(hold(1k,1m),3)`,
		"poisson(1k)+5k":                        `poisson(1k) never ends, so nothing can follow it; write poisson(hold(1k,30s))`,
		"loop()":                                `"" is not a rate`,
		"loop(hold(1k,1m),0)":                   `"0" is not a number of times from 1 to 1000000`,
		"loop(hold(1k,1m),+3)":                  `"+3" is not a number of times from 1 to 1000000`,
		"loop(hold(1k,1m),3,4)":                 `"loop(hold(1k,1m),3,4)" is not written like loop(hold(20k,1m)+hold(0,30s))`,
		"loop(hold(1k,900d),2)":                 `loop(hold(1k,900d),2) takes longer than 1000d`,
		"loop(ramp(1k,1m)+hold(max,1s))":        `ramp(1k,1m) starts from the rate before it, which is max`,
		"hold(max,1s)+loop(ramp(1k,2m))":        `loop(ramp(1k,2m)) starts from the rate before it, which is max`,
		"loop(loop(loop(loop(hold(1,1m)))))":    `"loop(hold(1,1m))" is inside 3 other shapes, the most that there may be`,
		"loop(hold(1k,1m))(":                    `"loop(hold(1k,1m))(" lacks a )`,
		"loop(1)(2)":                            `"1)(2" is not a shape`,
		"poisson(max)":                          `poisson needs a rate; max has no times at which messages are due`,
		"poisson(1k,seed=-1)":                   `"-1" is not a seed, a whole number up to 4294967295`,
		"poisson(1k,2k)":                        `"poisson(1k,2k)" is not written like poisson(20k)`,
		"trace()":                               `"trace()" is not written like trace(FILE)`,
		"trace(a.csv,2)":                        `"2" is not a factor such as x5`,
		"trace(a.csv,x2,x3)":                    `"trace(a.csv,x2,x3)" is not written like trace(FILE)`,
		"ramp(1k..2k,5)":                        `"5" is not a duration`,
		"ramp(1k..2k,5ms)":                      `"5ms" is too short; at least 10ms`,
		"hold(1k,1001d)":                        `"1001d" is too long; at most 1000d`,
		"rmap(1k,2m)":                           `"rmap" is not a shape (hold, ramp, sine, steps, spike, loop, poisson, trace)`,
		"ramp(1k,2m)x":                          `"ramp(1k,2m)x" is not a shape`,
		"ramp((1k,2m))":                         `"ramp((1k,2m))" is not a shape`,
		"sine(1k,50,1m)":                        `"50" is not a swing: more than 0% and at most 100% of the mean`,
		"sine(1k,101%,1m)":                      `"101%" is not a swing: more than 0% and at most 100% of the mean`,
		"sine(max,50%,1m)":                      `a sine cannot swing around max`,
		"sine(60M,100%,1m)":                     `sine(60M,100%,1m) reaches more than 100M per second, the highest rate`,
		"sine(1k,50%,10ms)":                     `"10ms" is too short; at least 100ms`,
		"steps(1k,every=1s)":                    `"steps(1k,every=1s)" is not written like steps(10k,20k,40k,every=30s)`,
		"steps(1k,2k)":                          `"steps(1k,2k)" is not written like steps(10k,20k,40k,every=30s)`,
		"steps(1k,every=1s,2k)":                 `"2k" must come before the options`,
		"steps(1,2,every=999d)":                 `steps(1,2,every=999d) takes longer than 1000d`,
		"spike(5,10s)":                          `"5" is not a factor such as x5`,
		"spike(x5,10s,every=10s)":               `spike(x5,10s,every=10s) recurs before it has ended; every= must be more than 10s`,
		"spike(x5,10s,for=1m)":                  `spike(x5,10s,for=1m) needs every= with for=`,
		"spike(x5,10s,ever=1m)":                 `"spike(x5,10s,ever=1m)" is not written like spike(x5,10s,every=1m)`,
		"spike(x5,1s,for=1s,for=1s)":            `for= is given twice`,
		strings.Repeat("hold(1,1s)+", 32) + "1": `a shape has at most 32 parts, not 33`,
		"steps(" + strings.Repeat("1,", 101) + "every=1s)": `steps takes at most 100 rates, not 101`,
	} {
		_, err := ParseShape(text)
		require.EqualError(t, err, want, text)
	}
}

func TestShapeAt(t *testing.T) {
	for _, c := range []struct {
		text   string
		before Rate
		at     map[time.Duration]Rate
		peak   Rate
	}{
		{"20k", 7, map[time.Duration]Rate{-1: 20e3, 0: 20e3, endless: 20e3}, 20e3},
		{"hold(20k,30s)+ramp(20k..50k,2m)", 7, map[time.Duration]Rate{
			0: 20e3, 30 * time.Second: 20e3, 90 * time.Second: 35e3, 150 * time.Second: 50e3, day: 50e3}, 50e3},
		{"ramp(50k,10s)", 10e3, map[time.Duration]Rate{0: 10e3, 5 * time.Second: 30e3, day: 50e3}, 50e3},
		{"ramp(5k,10s)", 10e3, map[time.Duration]Rate{0: 10e3, day: 5e3}, 10e3},
		{"ramp(5k,10s)", Max(), map[time.Duration]Rate{0: 5e3, time.Second: 5e3}, 5e3},
		{"sine(20k,50%,1m)", 7, map[time.Duration]Rate{0: 20e3, 15 * time.Second: 30e3, 45 * time.Second: 10e3, 75 * time.Second: 30e3}, 30e3},
		{"sine(20k,50%,1m,for=15s)+ramp(1k,10s)", 7, map[time.Duration]Rate{15 * time.Second: 30e3, 25 * time.Second: 1e3}, 30e3},
		{"sine(20k,50%,1m,for=15s)", 7, map[time.Duration]Rate{day: 30e3}, 30e3},
		{"steps(10k,40k,20k,every=30s)", 7, map[time.Duration]Rate{0: 10e3, 30 * time.Second: 40e3, 60 * time.Second: 20e3, day: 20e3}, 40e3},
		{"spike(x5,10s,every=1m)", 1e3, map[time.Duration]Rate{0: 5e3, 10 * time.Second: 1e3, 60 * time.Second: 5e3, 75 * time.Second: 1e3}, 5e3},
		{"spike(x5,10s)", 1e3, map[time.Duration]Rate{0: 5e3, 10 * time.Second: 1e3, day: 1e3}, 5e3},
		{"hold(2k,5s)+spike(x5,10s)+spike(x0.5,10s)+3k", 1e3, map[time.Duration]Rate{
			0: 2e3, 5 * time.Second: 10e3, 15 * time.Second: 1e3, 25 * time.Second: 3e3}, 10e3},
		{"hold(20k,1m)+hold(0,30s)", 7, map[time.Duration]Rate{0: 20e3, time.Minute: 0, day: 0}, 20e3},
		{"ramp(0..10k,10s)+ramp(0,10s)", 7, map[time.Duration]Rate{0: 0, 5 * time.Second: 5e3, 15 * time.Second: 5e3, day: 0}, 10e3},
		{"loop(hold(20k,1m)+hold(0,30s))", 7, map[time.Duration]Rate{0: 20e3, time.Minute: 0, 90 * time.Second: 20e3, day + 80*time.Second: 0}, 20e3},
		{"loop(ramp(20k,10s)+hold(20k,10s)+ramp(10k,10s),2)+1k", 0, map[time.Duration]Rate{
			0: 0, 5 * time.Second: 10e3, 30 * time.Second: 10e3, 35 * time.Second: 15e3, time.Minute: 1e3}, 20e3},
		{"loop(spike(x5,10s)+spike(x1,10s))", 1e3, map[time.Duration]Rate{0: 5e3, 15 * time.Second: 1e3, 25 * time.Second: 5e3}, 5e3},
		{"poisson(sine(20k,50%,1m))", 7, map[time.Duration]Rate{0: 20e3, 15 * time.Second: 30e3}, 30e3},
		{"trace(a.csv)", 7, map[time.Duration]Rate{0: 0, day: 0}, 0},
		{"spike(x5,10s)", 90e6, map[time.Duration]Rate{0: Limit}, Limit},
		{"spike(x5,10s)", Max(), map[time.Duration]Rate{0: Max()}, Max()},
	} {
		shape := mustShape(t, c.text)
		for e, want := range c.at {
			if want.IsMax() {
				require.Equal(t, want, shape.At(e, c.before))
				continue
			}
			require.InDelta(t, float64(want), float64(shape.At(e, c.before)), 1e-9*float64(want), "%s at %s", c.text, e)
		}
		if !c.peak.IsMax() {
			require.InDelta(t, float64(c.peak), float64(shape.Peak(c.before)), 1e-6, c.text)
		}
	}
	require.Zero(t, Shape{}.At(5, 5))
	require.Zero(t, Hold(0).Peak(5))
	rate, ok := mustShape(t, "hold(5,1m)").IsHold()
	require.True(t, ok)
	require.Equal(t, Rate(5), rate)
	_, ok = mustShape(t, "hold(5,1m)+6").IsHold()
	require.False(t, ok)
}

// The pieces of a shape follow At, meet end to end, and have its integral.
func TestPiecesFollowTheShape(t *testing.T) {
	for _, text := range []string{
		"sine(20k,100%,7s)", "sine(1M,30%,100ms)", "hold(3,1s)+sine(20k,50%,10s,for=13s)+spike(x3,1s,every=2s,for=5s)+ramp(1,3s)",
		"steps(1k,5k,2k,every=700ms)", "spike(x5,1s,every=3s)", "ramp(1..100k,9s)",
		"loop(hold(20k,300ms)+hold(0,200ms)+ramp(5k,1s))", "loop(steps(0,5k,every=1s)+sine(1k,50%,1s,for=1500ms),2)+hold(0,1s)+3k",
	} {
		shape := mustShape(t, text)
		var sum float64
		for e := time.Duration(0); e < 22*time.Second; {
			p := shape.piece(e, 1000)
			require.Positive(t, p.length)
			require.InDelta(t, float64(shape.At(e, 1000)), float64(p.from), 0.002*float64(shape.Peak(1000)), "%s at %s", text, e)
			p = p.cut(22*time.Second - e)
			sum += float64(p.from+p.to) / 2 * p.length.Seconds()
			e += p.length
		}
		require.InDelta(t, integrate(shape, 22*time.Second, 1000), sum, 1+sum*1e-7, text)
	}
}

// integrate adds up a shape numerically, by the midpoints of 100 µs.
func integrate(shape Shape, to time.Duration, before Rate) float64 {
	const step = 100 * time.Microsecond
	var sum float64
	for e := time.Duration(0); e < to; e += step {
		sum += float64(shape.At(e+step/2, before)) * step.Seconds()
	}
	return sum
}

func FuzzParseShape(f *testing.F) {
	for _, text := range []string{
		"hold(20k,30s)+ramp(20k..50k,2m)", "sine(20k,50%,1m)", "steps(10k,20k,40k,every=30s)", "spike(x5,10s,every=1m)",
		"loop(hold(20k,1m)+hold(0,30s),3)+poisson(sine(1k,5%,1m),seed=7)", "trace(a.csv,x2)+1", "loop(loop(loop(hold(1,1s))))",
		"spike(x5,10s,every=1m,for=1h)+1/h", "hold(max,1s)+ramp(1,2s)", "+", "(", "ramp(..,)", "a=b(",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shape, err := ParseShape(text)
		if err != nil {
			return
		}
		again, err := ParseShape(shape.String())
		require.NoError(t, err)
		require.Equal(t, shape, again)
		peak := float64(shape.Peak(10)) * 1.001
		for _, e := range []time.Duration{0, time.Second, time.Hour, day} {
			at := float64(shape.At(e, 10))
			require.False(t, math.IsNaN(at) || at < 0 || at > peak, "%s: %g at %s", shape, at, e)
			require.Positive(t, shape.piece(e, 10).length)
		}
	})
}
