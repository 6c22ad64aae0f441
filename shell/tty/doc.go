// Package tty opens the controlling terminal, reads keys and writes frames
// without ever blocking for long, switches it to raw mode and back, and says
// when a full screen should not be started at all.
//
// It works on Linux and macOS.
package tty
