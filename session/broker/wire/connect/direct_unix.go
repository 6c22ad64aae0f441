//go:build linux || darwin

package connect

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// directWriter writes to a socket as much as it takes without waiting. It is for one
// goroutine at a time.
type directWriter struct {
	socket  syscall.RawConn
	attempt func(fd uintptr) bool
	chunks  [][]byte
	n       int
	err     error
}

// newDirectWriter returns nil for what is no plain TCP connection.
func newDirectWriter(socket net.Conn) *directWriter {
	plain, ok := socket.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return nil
	}
	w := &directWriter{socket: raw}
	w.attempt = func(fd uintptr) bool {
		for {
			w.n, w.err = unix.Writev(int(fd), w.chunks)
			if w.err != unix.EINTR {
				return true // also if it would have to wait
			}
		}
	}
	return w
}

// write returns how many bytes of chunks the socket took.
func (w *directWriter) write() (int, error) {
	w.n, w.err = 0, nil
	if err := w.socket.Write(w.attempt); err != nil {
		return 0, err
	}
	if w.err == unix.EAGAIN {
		return 0, nil
	}
	return max(w.n, 0), w.err
}
