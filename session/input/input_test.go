package input

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadSkipsAByteOrderMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("\xef\xbb\xbfa=1\r\n"), 0o600))
	text, err := Read(path, 10)
	require.NoError(t, err)
	require.Equal(t, "a=1\r\n", text)
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		require.NoError(t, os.WriteFile(path, []byte(mark+"a\x00"), 0o600))
		_, err = Read(path, 10)
		require.EqualError(t, err, "it is UTF-16; save it as UTF-8")
	}
}

func TestReadIsBounded(t *testing.T) {
	_, err := Read("/dev/zero", SecretMax)
	require.EqualError(t, err, "it is larger than 64 KiB")
	_, err = Read("/dev/zero", ConfigMax)
	require.EqualError(t, err, "it is larger than 1 MiB")
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, make([]byte, 1024), 0o600))
	_, err = Read(path, 1024)
	require.NoError(t, err, "the limit itself is allowed")
}

func TestReadNamesTheReasonAlone(t *testing.T) {
	_, err := Read(filepath.Join(t.TempDir(), "nowhere"), 1)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "no such file or directory")
	_, err = Read(t.TempDir(), 1)
	require.EqualError(t, err, "is a directory")
}

func TestOnlyReadTakesPipes(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	wrote := make(chan error, 1)
	go func() { wrote <- os.WriteFile(pipe, []byte("list\n"), 0) }()
	text, err := Read(pipe, 10)
	require.NoError(t, err)
	require.Equal(t, "list\n", text)
	require.NoError(t, <-wrote)
	for path, want := range map[string]string{pipe: "it is not a regular file", "/dev/zero": "it is not a regular file", dir: "it is a folder"} {
		_, err = ReadRegular(path, 10)
		require.EqualError(t, err, want)
	}
	link := filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(dir, "file"), link))
	text, err = ReadRegular(link, 10)
	require.NoError(t, err)
	require.Equal(t, "x", text)
}
