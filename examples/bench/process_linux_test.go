package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	used, err := parseStat("42 (a ) name) S 1 42 42 0 -1 4194304 10 20 30 40 250 50 3 7 20 0 9 0 164223 1 2")
	require.NoError(t, err)
	require.Equal(t, 3100*time.Millisecond, used)
	for _, stat := range []string{"", "42 (x) S 1", "42 (x) S 1 42 42 0 -1 4194304 10 20 30 40 x 50 3 7 20"} {
		_, err := parseStat(stat)
		require.Error(t, err, stat)
	}
	own, err := cpuOf(os.Getpid())
	require.NoError(t, err)
	require.GreaterOrEqual(t, own, time.Duration(0))
	_, err = cpuOf(-1)
	require.Error(t, err)
}
