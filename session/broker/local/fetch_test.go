package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// packed builds a .tar.gz of the given entries.
func packed(t *testing.T, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range headers {
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(h.Name))
		}
		require.NoError(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(h.Name))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "a.tar.gz")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

func file(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644} }

func TestUnpack(t *testing.T) {
	quiet := func(int64, int64) {}
	t.Run("drops the top folder", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "out")
		a := packed(t, tar.Header{Name: "top/", Typeflag: tar.TypeDir, Mode: 0o755}, file("top/lib/a.jar"), file("./top/b"))
		var done, total int64
		require.NoError(t, unpack(t.Context(), a, dir, func(d, n int64) { done, total = d, n }))
		require.FileExists(t, filepath.Join(dir, "lib", "a.jar"))
		require.FileExists(t, filepath.Join(dir, "b"))
		require.Equal(t, total, done)
	})
	for name, entry := range map[string]tar.Header{
		"leaves by dots":     file("top/../../evil"),
		"leaves by the root": file("top//etc/evil"),
		"links":              {Name: "top/l", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, unpack(t.Context(), packed(t, entry), t.TempDir(), quiet))
		})
	}
	t.Run("stops when cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, unpack(ctx, packed(t, file("top/a")), t.TempDir(), quiet), context.Canceled)
	})
	t.Run("says what is no archive", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "x.tar.gz")
		require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
		require.ErrorContains(t, unpack(t.Context(), path, t.TempDir(), quiet), "x.tar.gz is no gzip file")
	})
}

// fakeMaven copies a small distribution where Maven would copy the real one,
// and counts its runs.
func fakeMaven(t *testing.T) (mvn, runs string) {
	t.Helper()
	dir := t.TempDir()
	archive := packed(t, file("p/lib/org.apache.pulsar-pulsar-broker-4.0.8.jar"), file("p/lib/other.jar"))
	runs = filepath.Join(dir, "runs")
	mvn = filepath.Join(dir, "mvn")
	script := `#!/bin/sh
echo run >> '` + runs + `'
for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done
mkdir -p "$out" && cp '` + archive + `' "$out/"
`
	require.NoError(t, os.WriteFile(mvn, []byte(script), 0o700))
	return mvn, runs
}

func fetchConfig(t *testing.T) Config {
	t.Helper()
	cfg, err := Config{Dir: t.TempDir()}.withDefaults()
	require.NoError(t, err)
	return cfg
}

func TestHalfUnpackedFolderIsNotTaken(t *testing.T) {
	cfg := fetchConfig(t)
	dir := libraryFolder(cfg)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "lib"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lib", "org.apache.pulsar-pulsar-broker-4.0.8.jar"), nil, 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(cfg.Libraries, ".fetch-old", "whole"), 0o755))
	require.False(t, complete(dir), "no marker")

	mvn, runs := fakeMaven(t)
	require.NoError(t, fetch(t.Context(), cfg, mvn))
	require.True(t, complete(dir))
	require.NoDirExists(t, filepath.Join(cfg.Libraries, ".fetch-old"))
	require.NoError(t, fetch(t.Context(), cfg, mvn), "a whole folder is not fetched again")
	require.Equal(t, "run\n", readString(t, runs))

	require.NoError(t, os.Remove(filepath.Join(dir, "lib", "other.jar")))
	require.False(t, complete(dir), "a jar is missing")
}

func TestTwoFetchesAtOnceMakeOne(t *testing.T) {
	cfg := fetchConfig(t)
	mvn, runs := fakeMaven(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := fetch(t.Context(), cfg, mvn); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.True(t, complete(libraryFolder(cfg)))
	require.Equal(t, "run\n", readString(t, runs))
}

func TestFetchThatFailsLeavesNothing(t *testing.T) {
	cfg := fetchConfig(t)
	mvn := filepath.Join(t.TempDir(), "mvn")
	require.NoError(t, os.WriteFile(mvn, []byte("#!/bin/sh\necho '[ERROR] no network'\nexit 1\n"), 0o700))
	err := fetch(t.Context(), cfg, mvn)
	require.ErrorContains(t, err, "Maven did not get Pulsar: no network")
	require.NoDirExists(t, libraryFolder(cfg))
	left, _ := filepath.Glob(filepath.Join(cfg.Libraries, ".fetch-*"))
	require.Empty(t, left)
}

func TestFetchIsCancelled(t *testing.T) {
	cfg := fetchConfig(t)
	mvn := filepath.Join(t.TempDir(), "mvn")
	require.NoError(t, os.WriteFile(mvn, []byte("#!/bin/sh\nsleep 600\n"), 0o700))
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Progress = func(p Progress) {
		if p.Step == "fetch" {
			cancel()
		}
	}
	require.ErrorIs(t, fetch(ctx, cfg, mvn), context.Canceled)
}

func readString(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}
