// Package look decides how the figures and the marks of a session are drawn, for
// the screen and for the answers of commands.
package look

import (
	"pulsh/graphs"
	"pulsh/session"
)

// Unit returns the unit in which values of u are drawn and written.
func Unit(u session.Unit) graphs.Unit {
	switch u {
	case session.PerSecond:
		return graphs.PerSecond
	case session.BytesPerSecond:
		return graphs.BytesPerSecond
	case session.Nanoseconds:
		return graphs.Time
	case session.Bytes:
		return graphs.ByteCount
	case session.Percent:
		return graphs.Share
	}
	return graphs.Messages
}

// Sign returns the shape of a mark on the time axis. Errors, recoveries and notes
// have one each; all other marks, such as typed commands, share the fourth.
func Sign(kind session.MarkKind) graphs.Sign {
	switch kind {
	case session.MarkError:
		return graphs.Trouble
	case session.MarkReconnect:
		return graphs.Mended
	case session.MarkNote:
		return graphs.Remark
	}
	return graphs.Event
}
