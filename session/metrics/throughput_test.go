package metrics

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestThroughputFromStartToStop(t *testing.T) {
	const rate = 1000.0
	random := rand.New(rand.NewPCG(2, 2))
	r := NewThroughput(ThroughputWindow)
	require.Zero(t, r.Rate())
	stop := 10 * time.Second
	total := func(elapsed time.Duration) int64 {
		return int64(rate * min(elapsed, stop).Seconds())
	}
	for i := range 200 {
		at := time.Duration(i) * SampleEvery
		if i > 0 {
			at += time.Duration(random.Int64N(int64(40*time.Millisecond))) - 20*time.Millisecond
		}
		r.Add(base().Add(at), total(at))
		switch {
		case i == 0:
			require.Zero(t, r.Rate())
		case at <= stop:
			require.InDelta(t, rate, r.Rate(), 1.1/min(at, ThroughputWindow-SampleEvery).Seconds(), "at %v", at)
		case at > stop+ThroughputWindow+SampleEvery:
			require.Zero(t, r.Rate(), "at %v", at)
		}
	}
}

func TestThroughputIsZeroOneWindowAfterTheStop(t *testing.T) {
	r := NewThroughput(ThroughputWindow)
	for i := range 21 {
		at := time.Duration(i) * SampleEvery
		r.Add(base().Add(at), int64(min(i, 10))*100)
	}
	require.Zero(t, r.Rate())
}

func TestThroughputOddSamples(t *testing.T) {
	r := NewThroughput(ThroughputWindow)
	r.Add(base(), 0)
	r.Add(base().Add(5*time.Second), 5000) // the sampler was stopped
	require.InDelta(t, 1000, r.Rate(), 1e-9)
	r.Add(base().Add(5*time.Second), 6000) // the same instant again
	require.InDelta(t, 1200, r.Rate(), 1e-9)
	r.Add(base().Add(5100*time.Millisecond), 10) // the counter was reset
	require.Zero(t, r.Rate())
	r.Add(base().Add(5200*time.Millisecond), 110)
	require.InDelta(t, 1000, r.Rate(), 1e-6)
}

func TestThroughputMemoryIsBounded(t *testing.T) {
	r := NewThroughput(ThroughputWindow)
	for i := range 10_000 {
		r.Add(base().Add(time.Duration(i)*time.Millisecond), int64(i))
	}
	require.LessOrEqual(t, len(r.samples), r.keep)
	require.InDelta(t, 1000, r.Rate(), 1e-6)
}
