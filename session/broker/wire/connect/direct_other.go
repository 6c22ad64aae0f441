//go:build !linux && !darwin

package connect

import "net"

// directWriter is not to be had here: the writer's goroutine writes everything.
type directWriter struct{ chunks [][]byte }

func newDirectWriter(net.Conn) *directWriter { return nil }

func (w *directWriter) write() (int, error) { return 0, nil }
