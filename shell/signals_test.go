package shell

import (
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was ignored at the start, as by nohup, does not end the shell.
func TestAnIgnoredSignalStaysIgnored(t *testing.T) {
	require.Contains(t, EndSignals(), syscall.SIGHUP)
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	require.NotContains(t, EndSignals(), syscall.SIGHUP)
	require.Contains(t, EndSignals(), syscall.SIGTERM)
}
