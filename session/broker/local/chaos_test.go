package local

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stopped reports whether a process is stopped by a signal.
func stopped(t *testing.T, p process) bool {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID) + "/stat")
	require.NoError(t, err)
	_, rest, _ := cutLast(string(stat), ")")
	return strings.HasPrefix(strings.TrimSpace(rest), "T")
}

// becomes waits until a process is stopped, or runs.
func becomes(t *testing.T, p process, want bool) {
	t.Helper()
	err := until(t.Context(), patience, func() bool { return stopped(t, p) == want })
	require.NoError(t, err, "stopped=%v", !want)
}

// used returns a supervised process that this test uses.
func used(t *testing.T) (*Server, state) {
	t.Helper()
	i := newInstance(t)
	me, _ := processOf(os.Getpid())
	_, err := i.addLease(me)
	require.NoError(t, err)
	return &Server{at: i}, sleeper(t, i, launch{})
}

func TestASuspendedServerIsContinued(t *testing.T) {
	srv, s := used(t)
	done := make(chan error, 1)
	go func() { done <- srv.Suspend(t.Context(), time.Second) }()
	becomes(t, s.Server, true)
	require.NoError(t, <-done)
	becomes(t, s.Server, false)
	require.NoFileExists(t, srv.at.suspension())
}

func TestACancelledSuspensionContinuesAtOnce(t *testing.T) {
	srv, s := used(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Suspend(ctx, time.Hour) }()
	becomes(t, s.Server, true)
	cancel()
	require.NoError(t, <-done)
	becomes(t, s.Server, false)
}

func TestTheSupervisorContinuesWhatADeadProcessHasSuspended(t *testing.T) {
	srv, s := used(t)
	other, kill := otherProcess(t)
	require.NoError(t, writeJSON(srv.at.suspension(), suspension{By: other, Until: time.Now().Add(time.Hour)}))
	require.NoError(t, s.Server.signal(syscall.SIGSTOP))
	becomes(t, s.Server, true)
	time.Sleep(watchEvery + watchEvery/2)
	require.True(t, stopped(t, s.Server), "continued although its process lives")
	kill()
	becomes(t, s.Server, false)
	require.NoFileExists(t, srv.at.suspension())
}

func TestASuspensionThatIsOverIsEnded(t *testing.T) {
	srv, s := used(t)
	me, _ := processOf(os.Getpid())
	require.NoError(t, writeJSON(srv.at.suspension(), suspension{By: me, Until: time.Now().Add(-overdue)}))
	require.NoError(t, s.Server.signal(syscall.SIGSTOP))
	becomes(t, s.Server, false)
}

func TestASuspendedServerCanBeStopped(t *testing.T) {
	srv, s := used(t)
	require.NoError(t, s.Server.signal(syscall.SIGSTOP))
	becomes(t, s.Server, true)
	begin := time.Now()
	require.NoError(t, s.Supervisor.signal(syscall.SIGTERM))
	ended(t, s)
	require.Less(t, time.Since(begin), stopGrace, "it was killed instead")
	e, ok := srv.at.exit(s.Server)
	require.True(t, ok)
	require.False(t, e.Killed)
}

func TestNoServerCannotBeSuspended(t *testing.T) {
	srv := &Server{at: newInstance(t)}
	require.ErrorIs(t, srv.Suspend(t.Context(), time.Second), ErrNotRunning)
	srv.origin = Foreign
	require.ErrorIs(t, srv.Suspend(t.Context(), time.Second), ErrForeign)
	require.ErrorIs(t, srv.Crash(t.Context()), ErrForeign)
}
