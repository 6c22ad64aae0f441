package clientconf

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTuning(t *testing.T) {
	c, err := Parse("listenerName=external\noperationTimeoutMs=30000\nconnectionTimeoutMs=10000\nkeepAliveIntervalSeconds=30\nmemoryLimitBytes=67108864\n", "f")
	require.NoError(t, err)
	require.Equal(t, map[string]Value{"listener": {"external", 1}, "operation_timeout": {"30000ms", 2}, "connection_timeout": {"10000ms", 3},
		"keep_alive": {"30s", 4}, "memory_limit": {"67108864", 5}}, c.Tuning)
	c, err = Parse("memoryLimitBytes=0\nlistenerName=\n", "f")
	require.NoError(t, err)
	require.Empty(t, c.Tuning, "0 is no limit, and no name is none")
	for text, says := range map[string]string{
		"operationTimeoutMs=30s":       `f:1: operationTimeoutMs: "30s" is not a whole number`,
		"connectionTimeoutMs=5":        "f:1: connectionTimeoutMs: 5ms is not a duration from 100ms to 10m",
		"\nkeepAliveIntervalSeconds=0": "f:2: keepAliveIntervalSeconds: 0s is not a duration from 100ms to 10m",
		"memoryLimitBytes=1":           "f:1: memoryLimitBytes: 1 is not from 1KiB to 1TiB",
	} {
		_, err := Parse(text, "f")
		require.EqualError(t, err, says)
	}
}
