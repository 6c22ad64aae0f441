// Package tty opens the controlling terminal, switches it to raw mode and back, reads
// keys and writes frames. No call blocks for long, also on a stalled terminal. Usable
// reports whether the terminal serves for a full screen.
//
// The package works on Linux and macOS.
package tty
