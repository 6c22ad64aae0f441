package start

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local/localtest"
)

// The results of a run that cannot be stored are an error of the run, and leave no
// half file.
func TestReportsOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no disk to fill: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	old := filepath.Join(dir, "old.json")
	require.NoError(t, os.WriteFile(old, []byte("{}\n"), 0o600))
	require.Error(t, os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 128<<10), 0o600))
	server := localtest.Start(t)
	for _, args := range [][]string{{"--json", filepath.Join(dir, "run.json")}, {"--junit", filepath.Join(dir, "run.xml")}, {"--json", old}} {
		got := piped(t, pulsh(t, nil, append(append(at(server), "-e", "mark x"), args...)...), "")
		require.Equal(t, 1, got.code, got)
		require.Contains(t, got.err, "cannot write the report: ", args)
		require.Contains(t, got.err, "no space left on device", args)
	}
	got := piped(t, pulsh(t, nil, append(at(server), "-e", "mark x", "--cpuprofile", filepath.Join(dir, "cpu.pprof"))...), "")
	require.Contains(t, got.err, "cannot write the CPU profile: ")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "only the filler and the old report")
	text, err := os.ReadFile(old)
	require.NoError(t, err)
	require.Equal(t, "{}\n", string(text))
}
