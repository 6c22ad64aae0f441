package editor

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	// fileLinesMax is the length in lines at which the file is written anew with
	// the lines kept.
	fileLinesMax = 4 * historyMax
	// fileBytesMax is how much of the end of a file is read: all that the lines
	// kept can be.
	fileBytesMax = historyMax * (entryMax + 1)
	// lockWait is how long another pulsh may keep the file; it needs a
	// millisecond.
	lockWait = 200 * time.Millisecond
	lockTry  = 5 * time.Millisecond
)

// historyFile is the file of a history. Several pulsh may use one: each line is
// appended with one write, and whoever writes it anew keeps what others have
// added.
type historyFile struct {
	path  string
	lines int // in the file, as far as this process knows
}

// open reads the lines kept and creates what is missing.
func (f *historyFile) open() ([]string, error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return nil, err
	}
	lines, err := f.read()
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	f.lines = len(lines)
	if f.lines > fileLinesMax {
		err = f.compact()
	}
	return lines, err
}

// read returns the lines of the file, oldest first. Of one that is too large it
// reads the end.
func (f *historyFile) read() ([]string, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	body := make([]byte, min(info.Size(), fileBytesMax))
	n, err := file.ReadAt(body, info.Size()-int64(len(body)))
	if n < len(body) {
		return nil, err
	}
	if info.Size() > fileBytesMax {
		_, body, _ = bytes.Cut(body, []byte("\n"))
	}
	var lines []string
	for line := range strings.Lines(string(body)) {
		if line = strings.ToValidUTF8(strings.TrimRight(line, "\r\n"), "\uFFFD"); line != "" && len(line) <= entryMax {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// add appends a line.
func (f *historyFile) add(line string) error {
	lock := f.lock()
	defer lock()
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line + "\n")
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if f.lines++; err == nil && f.lines > fileLinesMax {
		err = f.rewrite()
	}
	return err
}

// lock keeps other pulsh from the file until the function is called. Where locks
// do not work it goes on without.
func (f *historyFile) lock() (unlock func()) {
	l := flock.New(f.path+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	_, _ = l.TryLockContext(ctx, lockTry) // see above
	return func() { _ = l.Close() }
}

// compact rewrites the file under the lock.
func (f *historyFile) compact() error {
	unlock := f.lock()
	defer unlock()
	return f.rewrite()
}

// rewrite replaces the file by the last of its lines, each once, in one step.
func (f *historyFile) rewrite() error {
	lines, err := f.read()
	if err != nil {
		return err
	}
	var kept History
	for _, line := range lines {
		kept.remember(line)
	}
	lines = kept.Lines()
	file, err := os.CreateTemp(filepath.Dir(f.path), ".history-*")
	if err != nil {
		return err
	}
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // what matters is the first error
		return err
	}
	f.lines = len(lines)
	return nil
}
