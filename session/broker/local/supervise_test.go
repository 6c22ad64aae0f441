package local

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests give the supervisor a sleeping process instead of a server.

const patience = 20 * time.Second

func newInstance(t *testing.T) instance {
	t.Helper()
	i := instance{t.TempDir()}
	require.NoError(t, i.make())
	return i
}

// sleeper starts a supervised process; ends are waited for by the test.
func sleeper(t *testing.T, i instance, run launch) state {
	t.Helper()
	if run.Command == nil {
		run.Command = []string{"sleep", "600"}
	}
	sup, server, err := i.spawn([]string{os.Args[0], SuperviseWord}, run, time.Now().Add(patience))
	require.NoError(t, err)
	s := state{Phase: phaseReady, Supervisor: sup, Server: server, Launch: run}
	require.NoError(t, i.setState(s))
	t.Cleanup(func() {
		_ = s.Server.signal(syscall.SIGKILL)
		ended(t, s)
	})
	return s
}

func ended(t *testing.T, s state) {
	t.Helper()
	err := until(context.Background(), patience, func() bool {
		s.Supervisor.reap()
		return !s.Supervisor.alive() && !s.Server.alive()
	})
	require.NoError(t, err, "supervisor or server still runs")
}

// otherProcess is alive until the returned function ends it.
func otherProcess(t *testing.T) (process, func()) {
	t.Helper()
	cmd := exec.Command("sleep", "600")
	require.NoError(t, cmd.Start())
	p, ok := processOf(cmd.Process.Pid)
	require.True(t, ok)
	end := func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(end)
	return p, end
}

func TestSupervisorStopsWithoutUsers(t *testing.T) {
	i := newInstance(t)
	user, kill := otherProcess(t)
	_, err := i.addLease(user)
	require.NoError(t, err)
	s := sleeper(t, i, launch{})
	require.Len(t, i.users(), 1)
	require.True(t, s.Server.alive())
	kill()
	ended(t, s)
	e, ok := i.exit(s.Server)
	require.True(t, ok)
	require.True(t, e.Asked)
	now, _ := i.state()
	require.Equal(t, phaseStopping, now.Phase)
}

func TestSupervisorKeepsWhatIsKept(t *testing.T) {
	i := newInstance(t)
	require.NoError(t, os.WriteFile(i.keepFile(), nil, 0o600))
	s := sleeper(t, i, launch{})
	// Two looks at the leases go by before the server is given up.
	err := until(context.Background(), 2*watchEvery+watchEvery/2, func() bool { return !s.Server.alive() })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, os.Remove(i.keepFile()))
	ended(t, s)
}

func TestSupervisorObeysSIGTERM(t *testing.T) {
	i := newInstance(t)
	// The server ignores SIGTERM, so it has to be killed after the grace.
	s := sleeper(t, i, launch{Command: []string{"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}})
	require.NoError(t, s.Supervisor.signal(syscall.SIGTERM))
	ended(t, s)
	e, ok := i.exit(s.Server)
	require.True(t, ok)
	require.True(t, e.Asked)
}

func TestSupervisorToldOfAKill(t *testing.T) {
	i := newInstance(t)
	me, _ := processOf(os.Getpid())
	_, err := i.addLease(me)
	require.NoError(t, err)
	s := sleeper(t, i, launch{})
	srv := &Server{at: i}
	require.NoError(t, srv.Kill(t.Context()))
	e, ok := i.exit(s.Server)
	require.True(t, ok)
	require.True(t, e.Killed)
	require.False(t, e.Asked)
	require.Equal(t, Killed, srv.Status().Condition)
}

func TestServerDoesNotOutliveItsSupervisor(t *testing.T) {
	i := newInstance(t)
	s := sleeper(t, i, launch{})
	require.NoError(t, s.Supervisor.signal(syscall.SIGKILL))
	srv := &Server{at: i}
	require.NoError(t, srv.clear(t.Context(), s))
	require.False(t, s.Server.alive())
}

func TestSecretsStayWithPulsh(t *testing.T) {
	t.Setenv("PULSH_TOKEN", "s3cret")
	t.Setenv("NOT_OF_PULSH", "kept")
	i := newInstance(t)
	s := sleeper(t, i, launch{Command: []string{"sh", "-c", "env; exit 3"}, Env: []string{"ADDED=1"}})
	ended(t, s)
	said := readString(t, i.console())
	require.NotContains(t, said, "PULSH_")
	require.Contains(t, said, "NOT_OF_PULSH=kept\n")
	require.Contains(t, said, "ADDED=1\n")
}

func TestSpawnSaysWhyItCannot(t *testing.T) {
	i := newInstance(t)
	_, _, err := i.spawn([]string{os.Args[0], SuperviseWord}, launch{Command: []string{"/no/such/java"}}, time.Now().Add(patience))
	require.ErrorContains(t, err, "the server does not start")
}

func TestEarlyDeathQuotesTheLog(t *testing.T) {
	i := newInstance(t)
	s := sleeper(t, i, launch{Command: []string{"sh", "-c", "echo 'java.net.BindException: Address already in use'; exit 3"}})
	srv := &Server{at: i}
	err := srv.waitReady(t.Context())
	require.ErrorContains(t, err, "pulsar ended while it was starting: java.net.BindException: Address already in use")
	ended(t, s)
}

func TestLeasesOfTheDeadAreIgnored(t *testing.T) {
	i := newInstance(t)
	me, ok := processOf(os.Getpid())
	require.True(t, ok)
	_, err := i.addLease(me)
	require.NoError(t, err)
	recycled := process{PID: me.PID, Start: "another-time"}
	_, err = i.addLease(recycled)
	require.NoError(t, err)
	dead, kill := otherProcess(t)
	_, err = i.addLease(dead)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(i.file("leases", "torn.json"), []byte("{"), 0o600))
	kill()
	require.Equal(t, []process{me}, i.users())
	require.NoError(t, recycled.signal(syscall.SIGKILL), "a recycled id must not be signalled")
}
