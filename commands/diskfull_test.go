package commands

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
)

// smallDisk mounts a disk of 128 KiB in memory, which needs root. fill leaves no byte
// of it.
func smallDisk(t *testing.T) (dir string, fill, empty func()) {
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k"); err != nil {
		t.Skipf("no disk to fill: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	filler := filepath.Join(dir, "filler")
	fill = func() {
		f, err := os.Create(filler)
		require.NoError(t, err)
		defer f.Close()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	return dir, fill, func() { require.NoError(t, os.Remove(filler)) }
}

// Every writer says that the disk is full, leaves no half file and no old file
// changed, and the session goes on.
func TestAFullDisk(t *testing.T) {
	dir, fill, empty := smallDisk(t)
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t), func(e *host.Env) { e.Library.Dir = filepath.Join(dir, "profiles") })
		t.Chdir(dir)
		var out strings.Builder
		do := func(line string) error { return c.Execute(t.Context(), line, &out) }
		for _, line := range []string{"connect pulsar://localhost:6650 admin=http://localhost:8080", "produce start fast rate=100", "wait 2s",
			"export old.json", "save old", "stream run.jsonl every=1s", "record mine.pulsh", "wait 2s"} {
			require.NoError(t, do(line), line)
		}
		old, err := os.ReadFile("old.json")
		require.NoError(t, err)
		saved, err := os.ReadFile(filepath.Join(dir, "profiles", "old.toml"))
		require.NoError(t, err)
		fill()
		for _, line := range []string{"export new.json", "export new.csv", "export new.html", "export new.hlog", "export new.prom", "export old.json force=on", "save new", "save old force"} {
			err := do(line)
			require.ErrorContains(t, err, "no space left on device", line)
		}
		require.NoError(t, do("wait 30s"))
		require.NoError(t, do("status"))
		var said []string
		for len(c.Env.Session.Notes()) > 0 {
			said = append(said, (<-c.Env.Session.Notes()).Text)
		}
		require.Contains(t, strings.Join(said, "\n")+out.String(), "no space left on device", "the stream and the recording")
		now, err := os.ReadFile("old.json")
		require.NoError(t, err)
		require.Equal(t, old, now)
		now, err = os.ReadFile(filepath.Join(dir, "profiles", "old.toml"))
		require.NoError(t, err)
		require.Equal(t, saved, now)
		streamed, err := os.ReadFile("run.jsonl")
		require.NoError(t, err)
		require.NotEmpty(t, streamed)
		require.True(t, strings.HasSuffix(string(streamed), "}\n"), "the last record is whole")
		require.Empty(t, leftovers(t, dir, "old.json", "run.jsonl", "mine.pulsh", "filler", "old.toml"))
		empty()
		require.NoError(t, do("export new.json"))
		require.NoError(t, do("save new"))
		time.Sleep(time.Second)
	})
}

// leftovers lists the files below a folder that are not known.
func leftovers(t *testing.T, dir string, known ...string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, name := range known {
			if entry.Name() == name {
				return nil
			}
		}
		all = append(all, path)
		return nil
	}))
	return all
}
