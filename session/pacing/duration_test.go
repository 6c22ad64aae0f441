package pacing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "2m": 2 * time.Minute, "1h30m": 90 * time.Minute, "1d": day,
		"1d12h": 36 * time.Hour, "1h30s": time.Hour + 30*time.Second, "1.5s": 1500 * time.Millisecond,
		"100ms": 100 * time.Millisecond, "-5m": -5 * time.Minute, "0s": 0, "1m1ns": time.Minute + 1,
		"-2d1ns": -2*day - 1,
	} {
		got, err := ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		require.Equal(t, text, FormatDuration(got))
	}
	got, err := ParseDuration("0.5d")
	require.NoError(t, err)
	require.Equal(t, 12*time.Hour, got)
	for _, text := range []string{"", "5", "d", "5x", "--5m", "1d-5m", "1d+5m", "1d2d", "+-5m", "99999999x", "99999999h5"} {
		_, err := ParseDuration(text)
		require.EqualError(t, err, `"`+text+`" is not a duration`)
	}
	for _, text := range []string{"200000d", "106751d24h", "99999999h", "99999999h1.5s", "-99999999h"} {
		_, err := ParseDuration(text)
		require.EqualError(t, err, `"`+text+`" is too long; a duration is at most 106751d`)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"1d12h", "-5m", "1.5h", "3µs", "d", "0.1d5ns"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil || d == -1<<63 {
			return
		}
		again, err := ParseDuration(FormatDuration(d))
		require.NoError(t, err)
		require.Equal(t, d, again)
	})
}
