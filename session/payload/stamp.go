// Package payload says what messages carry: how large their bodies are, what
// fills them, which key they have, and the stamp at the head of every body.
//
// The package is pure: randomness, sizes and times are arguments, nothing
// here reads a clock, opens a file or starts a goroutine.
package payload

import "encoding/binary"

// StampSize is the number of bytes that a Stamp takes at the head of a body,
// and with it the smallest body there can be.
const StampSize = 32

// MaxSequence is the highest number that a stamp may carry. It leaves room
// for sums of numbers in 64 bits; at ten million messages a second it is
// reached after fourteen thousand years.
const MaxSequence = 1<<62 - 1

// stampHead is the first five bytes of each stamp as a little-endian number:
// the letters "plsh" and then the version of the layout, 1.
const stampHead = 1<<32 | uint64('h')<<24 | uint64('s')<<16 | uint64('l')<<8 | uint64('p')

// failedShift is where the failed sends stand beside stampHead.
const failedShift = 40

// MaxFailed is the most failed sends that a stamp can tell of; more are told as
// so many.
const MaxFailed = 1<<24 - 1

// A Stamp identifies one message and says when it was due. On the wire it is
// 32 bytes, little-endian: magic (4), version (1), failed (3), stream (8),
// sequence (8), due (8).
type Stamp struct {
	// Stream is the random id of the lane generation that numbered the message,
	// made by StreamID.
	Producer uint64
	// Sequence counts the messages of the stream, up to MaxSequence.
	Sequence uint64
	// Due is when the schedule wanted the message sent, in nanoseconds of
	// Unix wall-clock time.
	Due int64
	// Failed is how many messages of the stream with lower numbers had failed
	// when this one was sent, up to MaxFailed: gaps that are no loss.
	Failed uint64
}

// keyBatched is the bit of a stream's id that says that its batches hold one
// key each, so that messages of different keys overtake one another.
const keyBatched = 1 << 63

// ProducerID makes the id of a lane generation from a random number. A receiver
// learns from it whether the lane keeps the order of all its messages or that
// within each key only.
func ProducerID(random uint64, byKey bool) uint64 {
	if byKey {
		return random | keyBatched
	}
	return random &^ keyBatched
}

// BatchedByKey says whether a stream keeps the order within each key only.
func BatchedByKey(stream uint64) bool { return stream&keyBatched != 0 }

// PutStamp writes s over the first StampSize bytes of b. It panics when b is
// shorter.
func PutStamp(b []byte, s Stamp) {
	_ = b[StampSize-1]
	binary.LittleEndian.PutUint64(b[0:], stampHead|min(s.Failed, MaxFailed)<<failedShift)
	binary.LittleEndian.PutUint64(b[8:], s.Producer)
	binary.LittleEndian.PutUint64(b[16:], s.Sequence)
	binary.LittleEndian.PutUint64(b[24:], uint64(s.Due))
}

// ReadStamp reads the stamp at the head of b. It reports false when b is too
// short or does not begin with a stamp of this version, as a message from
// another program.
func ReadStamp(b []byte) (Stamp, bool) {
	if len(b) < StampSize {
		return Stamp{}, false
	}
	head := binary.LittleEndian.Uint64(b)
	if head&(1<<failedShift-1) != stampHead {
		return Stamp{}, false
	}
	return Stamp{
		Failed:   head >> failedShift,
		Producer: binary.LittleEndian.Uint64(b[8:]),
		Sequence: binary.LittleEndian.Uint64(b[16:]),
		Due:      int64(binary.LittleEndian.Uint64(b[24:])),
	}, true
}
