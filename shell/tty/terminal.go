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

// stallMax is how long one Write waits for a terminal that takes nothing, such
// as a dead ssh link. After that the rest of the bytes is given up, so that
// neither keys nor signals nor the way out ever hang on a terminal.
const stallMax = time.Second

// ErrStalled is returned by Write when the terminal took no bytes for a second.
var ErrStalled = errors.New("the terminal takes no output")

// Terminal is the controlling terminal. Its methods may be called from any
// goroutine, except that only one may read.
type Terminal struct {
	in, out int
	owned   bool // in and out were opened here
	wake    [2]int

	mu     sync.Mutex
	saved  unix.Termios
	raw    bool
	closed bool
}

// Open opens the controlling terminal and remembers its modes. Call Usable
// before.
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

// Raw switches the terminal to raw mode: every key arrives as it is typed,
// Ctrl-C among them. Output processing stays on, so that a crash trace remains
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

// Restore gives the terminal the modes that it had before Raw. It may be called
// any number of times.
func (t *Terminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.raw || t.closed {
		return
	}
	t.raw = false
	// The terminal may be gone (hang-up); nothing is left to restore then.
	_ = t.set(&t.saved)
}

func (t *Terminal) set(m *unix.Termios) error {
	for {
		if err := unix.IoctlSetTermios(t.in, setTermios, m); err != unix.EINTR {
			return err
		}
	}
}

// Size returns the columns and rows of the terminal, 80 by 24 when it does not
// tell.
func (t *Terminal) Size() (width, height int) {
	ws, err := unix.IoctlGetWinsize(t.out, unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 || ws.Row == 0 {
		return 80, 24
	}
	return int(ws.Col), int(ws.Row)
}

// ReadTimeout reads what was typed into p. It returns 0 without an error when
// nothing came within d, and io.EOF when the terminal hung up or Wake was called.
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

// temporary returns nil for an error after which one simply tries again, and
// io.EOF for every other.
func temporary(err error) error {
	if err == unix.EINTR || err == unix.EAGAIN {
		return nil
	}
	return io.EOF
}

// Write writes p, waiting for a slow terminal as long as it takes something
// every second; then it returns what was written and ErrStalled.
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

// Wake ends a ReadTimeout under way and every later one with io.EOF.
func (t *Terminal) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		// The pipe cannot be full: one byte ends the reader for good.
		_, _ = unix.Write(t.wake[1], []byte{0})
	}
}

// Close restores the modes and closes what Open opened. No other method may be
// in use.
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
