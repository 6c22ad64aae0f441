package group

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"pulsh/session/broker"
)

// WaitFor is broker.Error's text for a call that did not end in time.
func WaitFor(ctx context.Context, what string) error {
	if ctx.Err() == context.Canceled {
		return ctx.Err()
	}
	return &broker.Error{Message: what + " took too long", Try: "status"}
}

// OpenAtOnce is how many producers are created side by side: each costs the
// broker a lookup and a registration.
const OpenAtOnce = 64

// RandomID is unique among all lanes of all pulsh that ever send to one topic.
func RandomID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return binary.LittleEndian.Uint64(b[:])
}

// Rebuild is what a change did that the client takes only at creation.
type Rebuild struct {
	Done bool          // there was one
	Gap  time.Duration // between the last message sent the old way and the first the new
}

// RecordersMax is how many recorders the lanes or the consumers of a group
// share at most: a recorder takes 280 KiB, and beyond twice the cores nobody
// gets in anybody's way.
const RecordersMax = 64
