// Package input reads the text files that a user names: client.conf, profiles,
// tokens, certificates and scripts. Each is bounded, so that no file can fill
// the memory, and each is UTF-8.
package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"
)

// The limits of small files, in bytes.
const (
	// ConfigMax bounds a client.conf, a profile and a file of certificates: the
	// client.conf that Pulsar ships has 5 KB, the roots of a system 220 KB.
	ConfigMax = 1 << 20
	// SecretMax bounds a token, a password and a private key: no broker takes a
	// token that is longer than an HTTP header may be.
	SecretMax = 64 << 10
)

// The byte order marks that editors write before a text.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// Read reads a text of at most limit bytes. The file may be a pipe or a device:
// Read waits for its end, and stops after limit bytes. The error is the reason
// alone, to follow "NAME cannot be read: "; errors.Is finds fs.ErrNotExist.
func Read(path string, limit int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", reason(err)
	}
	defer f.Close()
	return From(f, limit)
}

// ReadRegular is Read for a regular file, or a link to one. It refuses pipes and
// devices, which could keep the caller waiting.
func ReadRegular(path string, limit int64) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", reason(err)
	case info.IsDir():
		return "", errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return "", errors.New("it is not a regular file")
	}
	return Read(path, limit)
}

// Bytes reads a regular file of at most limit bytes as it is. The error is the reason
// alone, as with Read.
func Bytes(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, reason(err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("it is larger than %s", size(limit))
	}
	return data, nil
}

// From is Read for an open file.
func From(r io.Reader, limit int64) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return "", reason(err)
	case int64(len(data)) > limit:
		return "", fmt.Errorf("it is larger than %s", size(limit))
	}
	return Text(data)
}

// Text returns data without its byte order mark. It refuses what is not UTF-8: UTF-16,
// which some editors write, would read as a text of other characters, and the bytes of
// other encodings would go into exports.
func Text(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte(markUTF16LE)), bytes.HasPrefix(data, []byte(markUTF16BE)):
		return "", errors.New("it is UTF-16; save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte(markUTF8))
	if at := invalid(data); at >= 0 {
		return "", fmt.Errorf("line %d is not UTF-8", 1+bytes.Count(data[:at], []byte("\n")))
	}
	return string(data), nil
}

// invalid returns the place of the first byte that is not UTF-8, or -1.
func invalid(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// reason drops the name of the file and of the system call from an error.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// size writes a limit, which is a whole number of KiB.
func size(bytes int64) string {
	if bytes >= 1<<20 && bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}
