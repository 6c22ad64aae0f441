package tty

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS // at once: waiting for output would hang on a stalled link
)

// openBoth opens the controlling terminal anew, so that O_NONBLOCK does not
// apply to the calling shell, which shares stdin.
func openBoth(_, _ *os.File) (in, out int, owned bool, err error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	return fd, fd, true, err
}
