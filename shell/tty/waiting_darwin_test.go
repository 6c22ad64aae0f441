package tty

import "golang.org/x/sys/unix"

const inputWaiting = unix.TIOCOUTQ // the nearest that this system tells
