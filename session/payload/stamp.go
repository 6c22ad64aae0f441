// Package payload makes what messages carry: bodies of given sizes and
// contents, keys, and the stamp at the head of every body.
//
// The package is pure: randomness, sizes and times are arguments. It reads no
// clock, opens no file and starts no goroutine.
package payload

import "encoding/binary"

// StampSize is the number of bytes of a Stamp at the head of a body, and so the
// size of the smallest body.
const StampSize = 32

// MaxSequence is the highest number that a stamp may carry. It leaves room for
// sums of numbers in 64 bits. Ten million messages per second reach it after
// fourteen thousand years.
const MaxSequence = 1<<62 - 1

// stampHead is the first five bytes of each stamp as a little-endian number:
// the letters "plsh" and the version of the layout, 1.
const stampHead = 1<<32 | uint64('h')<<24 | uint64('s')<<16 | uint64('l')<<8 | uint64('p')

// failedShift is the position of the failed sends in the word that begins with
// stampHead.
const failedShift = 40

// MaxFailed is the highest number of failed sends that a stamp can carry. More
// are written as MaxFailed.
const MaxFailed = 1<<24 - 1

// A Stamp identifies one message and says when it was due. On the wire it is 32
// bytes, little-endian: magic (4), version (1), failed (3), producer (8),
// sequence (8), due (8).
type Stamp struct {
	// Producer is the random id of the Pulsar producer that numbered the
	// message, see ProducerID.
	Producer uint64
	// Sequence counts the messages of the producer, up to MaxSequence.
	Sequence uint64
	// Due is when the schedule wanted the message sent, in ns of Unix time.
	Due int64
	// Failed is how many messages of the producer with lower numbers had failed
	// when this one was sent, up to MaxFailed. Their numbers are missing and
	// not lost.
	Failed uint64
}

// keyBatched is the bit of a producer's id that says that its batches hold one
// key each, so that messages of different keys overtake one another.
const keyBatched = 1 << 63

// ProducerID makes the id of a producer from a random number. It tells
// receivers whether the producer keeps the order of all its messages or, with
// byKey, only the order within each key.
func ProducerID(random uint64, byKey bool) uint64 {
	if byKey {
		return random | keyBatched
	}
	return random &^ keyBatched
}

// delayedDelivery is the bit of a producer's id that says that the broker delivers its
// messages later, so that the time since they were due tells nothing about clocks.
const delayedDelivery = 1 << 62

// WithDelay marks the id of a producer whose messages the broker delivers later.
func WithDelay(stream uint64, delayed bool) uint64 {
	if delayed {
		return stream | delayedDelivery
	}
	return stream &^ delayedDelivery
}

// Delayed reports whether the broker delivers the messages of the producer later.
func Delayed(stream uint64) bool { return stream&delayedDelivery != 0 }

// BatchedByKey reports whether the producer with the given id keeps only the
// order within each key.
func BatchedByKey(stream uint64) bool { return stream&keyBatched != 0 }

// PutStamp writes s over the first StampSize bytes of b. It panics if b is
// shorter.
func PutStamp(b []byte, s Stamp) {
	_ = b[StampSize-1]
	binary.LittleEndian.PutUint64(b[0:], stampHead|min(s.Failed, MaxFailed)<<failedShift)
	binary.LittleEndian.PutUint64(b[8:], s.Producer)
	binary.LittleEndian.PutUint64(b[16:], s.Sequence)
	binary.LittleEndian.PutUint64(b[24:], uint64(s.Due))
}

// ReadStamp reads the stamp at the head of b. It reports false if b is too
// short or does not begin with a stamp of this version, as a message of another
// program.
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
