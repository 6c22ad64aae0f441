package group

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/metrics"
)

func TestTheRunningTimeCountsFromTheLastReset(t *testing.T) {
	s := NewSampling(nil)
	require.Equal(t, 5*time.Second, s.Since(5*time.Second))
	s.Reset()
	require.True(t, s.TakeReset(6*time.Second))
	require.False(t, s.TakeReset(6*time.Second))
	require.Equal(t, time.Second, s.Since(7*time.Second))
	require.Equal(t, 4*time.Second, s.Since(10*time.Second))
}

func TestAnAliasIsTheSameDistribution(t *testing.T) {
	e2e := metrics.NewReceiveShards(time.Now).E2E
	s := NewSampling(map[string]*metrics.Distribution{"e2e": e2e})
	s.Alias("latency", "e2e")
	require.Same(t, e2e, s.Distribution("latency"))
	require.Same(t, s.Heat("e2e"), s.Heat("latency"))
	require.Nil(t, s.Distribution("lag"))
	require.Nil(t, s.Heat("lag"))
	require.Nil(t, s.Bars("lag"))
}
