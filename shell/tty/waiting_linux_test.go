package tty

import "golang.org/x/sys/unix"

const inputWaiting = unix.TIOCINQ // bytes that can be read
