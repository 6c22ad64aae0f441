package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"
)

// freeSpace returns the free bytes of the disk of dir, for this user.
func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// checkDisk returns an error if the disk of dir has less than DiskNeeded free.
func checkDisk(dir string, free func(string) (int64, error)) error {
	n, err := free(dir)
	if err != nil {
		return err
	}
	if n >= DiskNeeded {
		return nil
	}
	return &Error{
		Message: fmt.Sprintf("the disk of %s has %s free, a local pulsar needs %s (an hour of full load stays below that)",
			dir, humanize.Bytes(uint64(max(n, 0))), humanize.Bytes(DiskNeeded)),
		Next: "free some space, or name a folder on a larger disk with --local-dir",
	}
}

// folderSize returns the bytes of the files below dir. Files that are removed
// meanwhile count as 0.
func folderSize(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

// writeFile replaces a file with a rename: readers see the old content or the new
// one, and never a part.
func writeFile(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(content); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// syncFolder flushes the files below dir to the disk.
func syncFolder(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	})
}
