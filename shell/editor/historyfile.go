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
	// fileLinesMax is the number of lines above which the file is rewritten with
	// the kept lines only.
	fileLinesMax = 4 * historyMax
	// fileBytesMax is the number of bytes that are read, from the end of the file:
	// the most that the kept lines can have.
	fileBytesMax = historyMax * (entryMax + 1)
	// lockWait is how long another pulsh may keep the file locked. It needs about
	// a millisecond.
	lockWait = 200 * time.Millisecond
	lockTry  = 5 * time.Millisecond
)

// historyFile is the file of a history. Several pulsh processes may use one file:
// each appends a line with one write, and a rewrite keeps the lines that others
// have added.
type historyFile struct {
	path  string
	lines int // the number of lines in the file that this process knows of
}

// open returns the lines of the file. It creates the folder if that is missing.
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

// read returns the lines of the file, the oldest first. It reads only the end of a
// file that is larger than fileBytesMax.
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

// lock keeps other processes from the file until unlock is called. On a file system
// without locks it has no effect.
func (f *historyFile) lock() (unlock func()) {
	l := flock.New(f.path+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	_, _ = l.TryLockContext(ctx, lockTry) // without the lock a line may be lost, no more
	return func() { _ = l.Close() }
}

// compact rewrites the file under the lock.
func (f *historyFile) compact() error {
	unlock := f.lock()
	defer unlock()
	return f.rewrite()
}

// rewrite atomically replaces the file by one with the kept lines only. The caller
// holds the lock.
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
		_ = os.Remove(file.Name()) // the first error is the one to report
		return err
	}
	f.lines = len(lines)
	return nil
}
