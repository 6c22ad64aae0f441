package start

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestQuittingContinuesASuspendedServer suspends a server that stays, and ends pulsh in
// the middle: by the end of its lines, by Ctrl-C and by SIGKILL.
func TestQuittingContinuesASuspendedServer(t *testing.T) {
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	dir := t.TempDir()
	run := func(args ...string) *exec.Cmd {
		return pulsh(t, []string{"XDG_CACHE_HOME=" + cache}, append([]string{"--local-dir", dir}, args...)...)
	}
	started := pipedWithin(t, 5*time.Minute, run("--local", "--keep-local", "-e", "chaos stop 1h", "-e", "wait 2s"), "")
	t.Cleanup(func() {
		require.Zero(t, piped(t, run("--local", "-e", "local stop"), "").code)
		require.False(t, regexp.MustCompile(`(?m)^  process +\d`).MatchString(piped(t, run("-e", "local status"), "").out))
	})
	require.Zero(t, started.code, started)
	continued := func() {
		t.Helper()
		stat := statOf(t, filepath.Join(dir, "local", "state.json"))
		require.NotContains(t, stat, ") T ", "it is suspended")
	}
	continued()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		cmd := run("--local", "--keep-local", "-e", "chaos stop 1h", "-e", "wait 10m")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return strings.Contains(statOf(t, filepath.Join(dir, "local", "state.json")), ") T ") }, time.Minute, 50*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(sig))
		_ = cmd.Wait()
		if sig == syscall.SIGKILL { // the server's supervisor looks once a second
			time.Sleep(3 * time.Second)
		}
		continued()
	}
}

// statOf returns the line of proc about the server of a state file.
func statOf(t *testing.T, file string) string {
	t.Helper()
	state, err := os.ReadFile(file)
	require.NoError(t, err)
	pid := regexp.MustCompile(`"server":\s*\{\s*"pid":\s*(\d+)`).FindSubmatch(state)
	require.NotNil(t, pid, string(state))
	stat, err := os.ReadFile("/proc/" + string(pid[1]) + "/stat")
	require.NoError(t, err, "the server has ended")
	return string(stat)
}
