// Package chart decides how the figures and the marks of a session are drawn, for
// the screen and for the answers of commands.
package chart

import (
	"pulsh/graphs"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Unit returns the unit in which values of u are drawn and written.
func Unit(u spec.Unit) graphs.Unit {
	switch u {
	case spec.PerSecond:
		return graphs.PerSecond
	case spec.BytesPerSecond:
		return graphs.BytesPerSecond
	case spec.Nanoseconds:
		return graphs.Time
	case spec.Bytes:
		return graphs.ByteCount
	case spec.Percent:
		return graphs.Share
	}
	return graphs.Messages
}

// Sign returns the shape of a mark on the time axis. Errors, recoveries and notes
// have one each; all other marks, such as typed commands, share the fourth.
func Sign(kind snapshot.MarkKind) graphs.Sign {
	switch kind {
	case snapshot.MarkError:
		return graphs.Trouble
	case snapshot.MarkReconnect:
		return graphs.Mended
	case snapshot.MarkNote:
		return graphs.Remark
	}
	return graphs.Event
}
