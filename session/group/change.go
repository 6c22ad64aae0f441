package group

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"pulsh/session/broker"
)

// Rebuild tells of a change to a setting that the client takes only when it
// creates a producer or a consumer.
type Rebuild struct {
	Done bool          // false if no such setting has changed
	Gap  time.Duration // between the last message of the old ones and the first of the new
}

// TookTooLong is the error of a step that did not end before its context did.
func TookTooLong(ctx context.Context, step string) error {
	if ctx.Err() == context.Canceled {
		return ctx.Err()
	}
	return &broker.Error{Message: step + " took too long", Try: "status"}
}

// OpenAtOnce bounds the producers or consumers that are created side by side:
// each costs the broker a lookup and a registration.
const OpenAtOnce = 64

// RandomID returns a number that no other call ever returns, in any process.
func RandomID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return binary.LittleEndian.Uint64(b[:])
}
