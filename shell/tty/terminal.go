package tty

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// stallMax is the time that Write waits for a terminal that takes no bytes, such
// as a dead ssh link. It then drops the rest, so that no key, no signal and no
// exit waits for the terminal.
const stallMax = time.Second

// ErrStalled is returned by Write if the terminal took no bytes for a second.
var ErrStalled = errors.New("the terminal takes no output")

// Terminal is the controlling terminal. Its methods may be called from any
// goroutine, but only one goroutine may read.
type Terminal struct {
	in, out int
	owned   bool // in and out were opened here
	wake    [2]int

	mu     sync.Mutex
	saved  unix.Termios
	raw    bool
	closed bool
}

// Open opens the controlling terminal and saves its modes. Usable must have
// returned nil.
func Open(stdin, stdout *os.File) (*Terminal, error) {
	in, out, owned, err := openBoth(stdin, stdout)
	if err != nil {
		return nil, fmt.Errorf("the terminal does not open: %w", err)
	}
	t := &Terminal{in: in, out: out, owned: owned}
	saved, err := unix.IoctlGetTermios(in, getTermios)
	if err == nil {
		t.saved = *saved
		err = unix.Pipe(t.wake[:])
	}
	if err != nil {
		t.closeFiles()
		return nil, fmt.Errorf("the terminal does not tell its modes: %w", err)
	}
	unix.CloseOnExec(t.wake[0])
	unix.CloseOnExec(t.wake[1])
	return t, nil
}

// Raw switches the terminal to raw mode, in which every key, also Ctrl-C, is a
// byte to read. Output processing stays on, so that the trace of a panic is
// readable.
func (t *Terminal) Raw() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.raw || t.closed {
		return nil
	}
	m := t.saved
	m.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP |
		unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	m.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	m.Cflag &^= unix.CSIZE | unix.PARENB
	m.Cflag |= unix.CS8
	m.Cc[unix.VMIN], m.Cc[unix.VTIME] = 1, 0
	if err := t.set(&m); err != nil {
		return fmt.Errorf("the terminal does not change its modes: %w", err)
	}
	t.raw = true
	return nil
}

// Restore sets the modes that the terminal had at Open. It may be called any
// number of times.
func (t *Terminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.raw || t.closed {
		return
	}
	t.raw = false
	// An error means that the terminal is gone, and nothing is left to restore.
	_ = t.set(&t.saved)
}

func (t *Terminal) set(m *unix.Termios) error {
	for {
		if err := unix.IoctlSetTermios(t.in, setTermios, m); err != unix.EINTR {
			return err
		}
	}
}

// Size returns the columns and rows of the terminal, 80 and 24 if they are
// unknown.
func (t *Terminal) Size() (width, height int) {
	ws, err := unix.IoctlGetWinsize(t.out, unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 || ws.Row == 0 {
		return 80, 24
	}
	return int(ws.Col), int(ws.Row)
}

// ReadTimeout reads typed bytes into p. It returns 0 without an error if no byte
// came within d, and io.EOF if the terminal hung up or Wake was called.
func (t *Terminal) ReadTimeout(p []byte, d time.Duration) (int, error) {
	fds := []unix.PollFd{
		{Fd: int32(t.in), Events: unix.POLLIN},
		{Fd: int32(t.wake[0]), Events: unix.POLLIN},
	}
	if _, err := unix.Poll(fds, int(d.Milliseconds())); err != nil {
		return 0, temporary(err)
	}
	if fds[1].Revents != 0 {
		return 0, io.EOF
	}
	if fds[0].Revents == 0 {
		return 0, nil
	}
	n, err := unix.Read(t.in, p)
	if err != nil {
		return 0, temporary(err)
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// temporary returns nil for an error after which a call can be repeated, and
// io.EOF for all others.
func temporary(err error) error {
	if err == unix.EINTR || err == unix.EAGAIN {
		return nil
	}
	return io.EOF
}

// Write writes p. It returns ErrStalled and the number of written bytes if the
// terminal takes no byte for a second.
func (t *Terminal) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := unix.Write(t.out, p[done:])
		if n > 0 {
			done += n
			continue
		}
		switch err {
		case unix.EINTR:
		case unix.EAGAIN:
			fds := []unix.PollFd{{Fd: int32(t.out), Events: unix.POLLOUT}}
			ready, err := unix.Poll(fds, int(stallMax.Milliseconds()))
			if err == nil && ready == 0 {
				return done, ErrStalled
			}
		default:
			return done, fmt.Errorf("the terminal is gone: %w", err)
		}
	}
	return done, nil
}

// Wake makes a running and all later calls of ReadTimeout return io.EOF.
func (t *Terminal) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		// The pipe is never full, because one byte ends the reader.
		_, _ = unix.Write(t.wake[1], []byte{0})
	}
}

// Close restores the modes and closes the files that Open opened. No other
// method may be running.
func (t *Terminal) Close() {
	t.Restore()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.closed = true
	t.closeFiles()
}

func (t *Terminal) closeFiles() {
	for _, fd := range t.wake {
		if fd != 0 {
			_ = unix.Close(fd)
		}
	}
	if t.owned {
		_ = unix.Close(t.in)
	}
}
