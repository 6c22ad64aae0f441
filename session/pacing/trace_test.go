package pacing

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// loaded reads a shape whose traces have this text.
func loaded(t testing.TB, shape, text string) Shape {
	t.Helper()
	s, err := mustShape(t, shape).Load(func(string) (string, error) { return text, nil })
	require.NoError(t, err)
	return s
}

func TestTrace(t *testing.T) {
	const text = "time,rate\r\n# yesterday\n1700000000, 1k\n\n1700000010.5,0\n1700000020,\"2.5e3\"\n1700000030,60/m\n"
	s := loaded(t, "trace(a.csv)", text)
	require.False(t, s.NeedsFiles())
	for e, want := range map[time.Duration]Rate{0: 1e3, 10 * time.Second: 1e3, 10500 * time.Millisecond: 0, 25 * time.Second: 2500, 30 * time.Second: 1, day: 1} {
		require.Equal(t, want, s.At(e, 7), e)
	}
	require.Equal(t, Rate(2500), s.Peak(0))

	s = loaded(t, "loop(trace(a.csv,x2),2)+hold(5,1s)", text)
	require.Equal(t, Rate(2000), s.At(35*time.Second, 0))
	require.Equal(t, Rate(5), s.At(time.Minute, 0))
	require.InDelta(t, 2*2*(10500+25000), integrate(s, time.Minute, 0), 2)
	s, err := s.Scaled(1.5)
	require.NoError(t, err)
	require.Equal(t, "loop(trace(a.csv,x3),2)+hold(7.5,1s)", s.String())
	require.Equal(t, Rate(3000), s.At(0, 0))

	_, err = s.Scaled(20000)
	require.EqualError(t, err, "trace(a.csv,x60000) reaches more than 100M per second, the highest rate")
	require.NotEmpty(t, arriveLoaded(t, loaded(t, "poisson(trace(a.csv))", text), 30*time.Second))
}

func arriveLoaded(t *testing.T, s Shape, until time.Duration) []int64 {
	t.Helper()
	clock := &stepClock{}
	schedule := clock.schedule()
	schedule.SetLagLimit(0)
	schedule.Set(s)
	clock.advance(until)
	dues := drain(schedule.Cursor())
	require.InDelta(t, integrate(s, until, 0), len(dues), 6*200)
	return dues
}

// A schedule with a trace that was not read sends nothing.
func TestTraceWithoutItsFile(t *testing.T) {
	clock := &stepClock{}
	s := clock.schedule()
	s.Set(mustShape(t, "loop(trace(a.csv))"))
	clock.advance(time.Hour)
	require.Zero(t, s.Due())
	require.True(t, s.Shape().NeedsFiles())
}

func TestTraceRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "a.csv has fewer than two lines of seconds and a rate, such as 60,20k",
		"seconds,rate\n1,2\n":    "a.csv has fewer than two lines of seconds and a rate, such as 60,20k",
		"0,1k\nten,2k\n":         `a.csv:2: "ten" is not a number of seconds`,
		"0,1k\n10\n":             `a.csv:2: "10" is not seconds and a rate, such as 60,20k`,
		"0,1k\n10,fast\n":        `a.csv:2: "fast" is not a rate`,
		"0,1k\n10,-5\n":          `a.csv:2: a rate must be more than 0`,
		"0,1k\n10,max\n":         `a.csv:2: max is not a rate of a trace`,
		"0,1k\n10,101M\n":        `a.csv:2: "101M" is more than 100M per second, the highest rate (max has no limit)`,
		"0,1k\n10,NaN\n":         `a.csv:2: "NaN" is not a rate`,
		"0,1k\n\n10,2k\n10,3k\n": `a.csv:4: 10 s is not at least 10ms after the line before`,
		"0,1k\nNaN,2k\n":         `a.csv:2: "NaN" is not a number of seconds`,
		"0,1k\n1e9,2k\n":         `a.csv:2: 1e+09 s is more than 1000d after the first line`,
		"0,0\n10,0\n":            `trace(a.csv) sends nothing; a shape needs a rate above 0`,
		"\x00\x01\n":             "a.csv has fewer than two lines of seconds and a rate, such as 60,20k",
	} {
		_, err := mustShape(t, "trace(a.csv)").Load(func(string) (string, error) { return text, nil })
		require.EqualError(t, err, want, text)
	}
	_, err := mustShape(t, "loop(trace(a.csv))").Load(func(string) (string, error) { return "", errors.New("it is a folder") })
	require.EqualError(t, err, "a.csv cannot be read: it is a folder")
	_, err = mustShape(t, "loop(trace(a.csv),1000)").Load(func(string) (string, error) { return "0,1\n1e7,1\n", nil })
	require.EqualError(t, err, "loop(trace(a.csv),1000) takes longer than 1000d")
}

func FuzzParsePoints(f *testing.F) {
	for _, text := range []string{"0,1k\n10,0\n", "t,r\n1.5,1e3\n2,60/m", "# c\n-5,1\n5,2", "0,1\n0,1", "a,b", "1e300,1\n2,inf"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		points, err := parsePoints(text)
		if err != nil {
			return
		}
		require.Zero(t, points[0].at)
		for i, p := range points {
			require.True(t, p.rate >= 0 && p.rate <= Limit)
			if i > 0 {
				require.GreaterOrEqual(t, p.at-points[i-1].at, shortestSpan)
			}
		}
	})
}
