package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"
)

// Space is the size of a disk and the part of it that this user may still fill, in
// bytes.
type Space struct{ Free, Total int64 }

// spaceOf returns the space of the disk of dir.
func spaceOf(dir string) (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return Space{}, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return Space{Free: int64(st.Bavail) * int64(st.Bsize), Total: int64(st.Blocks) * int64(st.Bsize)}, nil
}

// fullAt returns the share of a disk in use at which a bookie stops to store, so that
// the rest is left free. A bookie counts what this user may not fill as in use, as
// [Space] does. The share is that of large disks too: with Pulsar's own 0.95, one of 1 TB
// with 40 GB free is full before the start, and the server never ready.
func (s Space) fullAt(rest int64) float64 {
	const least = 0.5 // of a disk that is too small to start on
	if s.Total <= 0 {
		return 0.99
	}
	return max(least, 1-float64(rest)/float64(s.Total))
}

// checkDisk returns an error if a disk, that of dir, has less free than is needed.
func checkDisk(dir string, disk Space, needed int64) error {
	if disk.Free >= needed {
		return nil
	}
	return &Error{
		Message: fmt.Sprintf("the disk of %s has %s free, a local pulsar needs %s (an hour of full load stays below that)",
			dir, humanize.Bytes(uint64(max(disk.Free, 0))), humanize.Bytes(uint64(needed))),
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
