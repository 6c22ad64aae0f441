package tty

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS // at once: waiting for output would hang on a stalled link
)

// openBoth opens the controlling terminal once more for reading and writing, so
// that O_NONBLOCK holds for us alone and not for the shell that shares stdin.
func openBoth(_, _ *os.File) (in, out int, owned bool, err error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	return fd, fd, true, err
}
