package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/broker/local"
)

// childWord makes the test binary a child that lives until it is stopped.
const childWord = "child"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case childWord:
			time.Sleep(time.Hour)
		case bareWord:
			os.Exit(runBare(os.Args[2], os.Stdout))
		case local.SuperviseWord:
			os.Exit(local.Supervise(os.Args[2:]))
		}
	}
	goleak.VerifyTestMain(m)
}

func TestChildIsCountedAndStopped(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	c, err := program{path: self, args: []string{childWord}}.start(t.Context())
	require.NoError(t, err)
	require.True(t, c.running())
	used, err := c.cpu()
	require.NoError(t, err)
	require.GreaterOrEqual(t, used, time.Duration(0))
	c.stop()
	require.False(t, c.running())
	require.ErrorContains(t, c.died(), "it ended by itself")

	_, err = program{path: self + "-not-there"}.start(t.Context())
	require.ErrorContains(t, err, "does not start")
}

func TestMeasureSaysWhatEndedEarly(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	nothing := func(context.Context) (counters, error) { return counters{}, nil }
	_, children, err := measure(t.Context(), []program{{path: self, args: []string{bareWord, "no JSON"}}}, window{length: time.Hour}, nothing)
	require.ErrorContains(t, err, "it ended by itself (exit status 2); its last words: invalid character")
	require.False(t, children[0].running())
}

func TestTailKeepsTheEnd(t *testing.T) {
	var kept tail
	for i := range 10_000 {
		fmt.Fprintf(&kept, "line %d\n", i)
	}
	require.LessOrEqual(t, len(kept.String()), outputKept)
	require.Equal(t, "line 9998 / line 9999", kept.last(2))
	require.Empty(t, (&tail{}).last(3))
}

func TestWithoutGOGC(t *testing.T) {
	require.Equal(t, []string{"A=1", "B=GOGC=2"}, withoutGOGC([]string{"A=1", "GOGC=off", "B=GOGC=2"}))
}

func TestUntilLooksALastTimeAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		looks := 0
		look := func() (reading, error) {
			looks++
			return reading{at: time.Now(), counters: counters{out: int64(looks)}}, nil
		}
		never := func(reading) bool { return false }
		r, err := until(t.Context(), start.Add(time.Second+lookEvery/2), look, never)
		require.NoError(t, err)
		require.Equal(t, time.Second+lookEvery/2, r.at.Sub(start))
		require.Equal(t, 5, looks)

		looks = 0
		r, err = until(t.Context(), time.Now().Add(time.Hour), look, func(r reading) bool { return r.out == 3 })
		require.NoError(t, err)
		require.EqualValues(t, 3, r.out)

		refused := errors.New("refused")
		_, err = until(t.Context(), time.Now().Add(time.Hour), func() (reading, error) { return reading{}, refused }, never)
		require.ErrorIs(t, err, refused)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = until(ctx, time.Now().Add(time.Hour), look, never)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestBetween(t *testing.T) {
	at := time.Unix(0, 0)
	begin := reading{counters{in: 100, out: 50}, at, 3 * time.Second}
	end := reading{counters{in: 1_000_100, out: 1_000_050}, at.Add(4 * time.Second), 7 * time.Second}
	r, err := between(begin, end)
	require.NoError(t, err)
	require.Equal(t, result{rate: 500_000, cost: 2}, r)

	_, err = between(begin, reading{end.counters, at.Add(shortestWindow - 1), end.cpu})
	require.ErrorContains(t, err, "drained")
	_, err = between(begin, reading{begin.counters, end.at, end.cpu})
	require.ErrorContains(t, err, "no message")
}

func TestSummary(t *testing.T) {
	const before = "00:00:02 out 368k/s max p99 99.3ms 0 failed\n"
	acked, err := parseSummary(before + "out  1,941,376 sent · 1,941,376 acked · 0 failed · 310,506/s · p50 42.0 ms\n3s · pulsh used 3.5 CPU s")
	require.NoError(t, err)
	require.EqualValues(t, 1_941_376, acked)
	for said, output := range map[string]string{
		"without its account": before,
		"sent 5 messages, of which 4 were acked and 0 failed": "5 sent · 4 acked · 0 failed",
		"of which 5 were acked and 1 failed":                  "5 sent · 5 acked · 1 failed",
		"is no count":                                         strings.Repeat("9", 30) + " sent · 4 acked · 0 failed",
	} {
		_, err := parseSummary(output)
		require.ErrorContains(t, err, said)
	}
}
