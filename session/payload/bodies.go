package payload

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Limits of the bodies of one producer.
const (
	// ArenaLimit bounds the memory in bytes of one producer's bodies. Sixteen
	// producers, the most that a group has by default, then need less than 1
	// GiB, and 64 MiB in flight fill any network between here and a broker. A
	// single slot may be as large as MaxSize, which is the same.
	ArenaLimit = 64 << 20

	// sizeTurns is the number of sizes that are drawn in advance when sizes
	// vary. Each stands for an equal share of the distribution, so their mean
	// is that of the Size to a fraction of a percent. A power of two.
	sizeTurns = 4096

	// largeBody is the room of a body from which on each slot is made when it is first
	// used. So large bodies take the memory of those that are in flight, not of those
	// that may be. Small ones lie side by side.
	largeBody = 4 << 10

	// slotAlignment keeps stamps on 8-byte addresses.
	slotAlignment = 8
)

// A Spec describes the bodies of a group.
type Spec struct {
	Size    Size
	Kind    Kind
	Pattern string // repeated by PatternKind
	Most    int    // bytes of the bodies of one producer; 0 is ArenaLimit
	Ratio   Ratio  // to which bodies of RandomKind compress
	Extras  *Extras
}

// Bodies are the pre-generated bodies of one producer, in slots.
//
// Every slot has room for the largest body. Each call of Body takes the next of
// the sizes drawn for its slot, so the sizes follow the distribution however
// few slots are in use. Stamps are written in place, so two messages in flight
// must not share a slot: the sender owns a slot from the call of Body until the
// callback of its message. Different slots may be used by different goroutines
// at the same time. The bytes after the stamp never change.
//
// Reuse the slot that was freed last, because it is still in the caches.
type Bodies struct {
	arena []byte   // of small bodies
	large [][]byte // the slots of large ones, each nil before its first use
	spec  Spec
	seed  uint64
	text  *textWriter // for TextKind
	room  int         // bytes from the start of one slot to that of the next
	slots int
	fixed int      // the size when all are the same, else 0
	sizes []int32  // otherwise the sizes drawn, sizeTurns of them
	turns []uint32 // for each slot, the index of its next size
}

// NewBodies makes bodies in the given number of slots, one for each message in
// flight. If they would exceed spec.Most it makes fewer, but at least one: see
// Slots. The same arguments give the same bodies.
func NewBodies(spec Spec, slots int, seed uint64) (*Bodies, error) {
	if spec.Extras != nil && spec.Extras.Content != nil {
		return ownBodies(spec, slots), nil
	}
	if spec.Size.IsZero() {
		return nil, fmt.Errorf("a body needs a size such as 1KiB")
	}
	if spec.Kind == PatternKind && spec.Pattern == "" {
		return nil, fmt.Errorf("a pattern needs a text (pattern(TEXT))")
	}
	if slots < 1 {
		return nil, fmt.Errorf("%d slots are not enough for one body", slots)
	}
	source := newSource(seed)
	b := &Bodies{spec: spec, seed: seed}
	largest := b.drawSizes(spec.Size, rand.New(source))
	b.room = (largest + slotAlignment - 1) / slotAlignment * slotAlignment
	most := ArenaLimit
	if spec.Most > 0 {
		most = min(most, spec.Most)
	}
	b.slots = max(1, min(slots, most/b.room))
	if b.sizes != nil {
		b.turns = make([]uint32, b.slots)
		for i := range b.turns {
			b.turns[i] = uint32(source.Uint64())
		}
	}
	if spec.Kind == TextKind {
		b.text = newTextWriter(source)
	}
	if b.room >= largeBody {
		b.large = make([][]byte, b.slots)
	} else {
		b.arena = make([]byte, b.slots*b.room)
		b.fill(b.arena, source)
	}
	return b, nil
}

// ownBodies returns slots for bodies that are the user's. They have no memory of their
// own.
func ownBodies(spec Spec, slots int) *Bodies {
	b := &Bodies{slots: max(slots, 1)}
	if largest := spec.Extras.Content.Largest(); spec.Most > 0 && largest > 0 {
		b.slots = max(1, min(slots, spec.Most/largest))
	}
	return b
}

// newSource returns the random numbers that belong to seed.
func newSource(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

// drawSizes draws the sizes in advance and returns the largest of them.
func (b *Bodies) drawSizes(size Size, r *rand.Rand) int {
	if size.IsFixed() {
		b.fixed = size.Max()
		return b.fixed
	}
	b.sizes = make([]int32, sizeTurns)
	largest := 0
	for i := range b.sizes {
		n := size.Quantile((float64(i) + r.Float64()) / sizeTurns)
		b.sizes[i] = int32(n)
		largest = max(largest, n)
	}
	r.Shuffle(len(b.sizes), func(i, j int) { b.sizes[i], b.sizes[j] = b.sizes[j], b.sizes[i] })
	return largest
}

// fill writes the bytes after the stamps of slots that lie side by side.
func (b *Bodies) fill(slots []byte, source *rand.ChaCha8) {
	kind := b.spec.Kind
	if kind == RandomKind {
		source.Read(slots) // never fails
		b.spec.Ratio.thin(slots, b.room)
		return
	}
	var writer textWriter
	if kind == TextKind {
		writer = b.text.by(source)
	}
	for ; len(slots) > 0; slots = slots[b.room:] {
		body := slots[:b.room]
		switch kind {
		case TextKind:
			writer.write(body[StampSize:])
		case PatternKind:
			for rest := body[min(StampSize, len(body)):]; len(rest) > 0; {
				rest = rest[copy(rest, b.spec.Pattern):]
			}
		case SequentialKind:
			for i := range body {
				body[i] = byte(i)
			}
		}
	}
}

// Slots returns the number of slots, which is how many messages can be in
// flight.
func (b *Bodies) Slots() int { return b.slots }

// Body returns the body of the next message in a slot, from 0 to Slots()-1. The
// caller stamps its first StampSize bytes and must not write the others. Its
// capacity ends with it, so that an append cannot reach the next slot. If sizes
// vary, every call takes another size.
func (b *Bodies) Body(slot int) []byte {
	start, n := slot*b.room, b.fixed
	if n == 0 {
		turn := b.turns[slot]
		b.turns[slot] = turn + 1
		n = int(b.sizes[turn%sizeTurns])
	}
	if b.large != nil {
		if b.large[slot] == nil {
			b.grow(slot)
		}
		return b.large[slot][:n:n]
	}
	return b.arena[start : start+n : start+n]
}

// grow makes a large slot. Its bytes depend on the slot alone.
func (b *Bodies) grow(slot int) {
	b.large[slot] = make([]byte, b.room)
	b.fill(b.large[slot], newSource(b.seed^mixed(uint64(slot)+1)))
}

// mixed spreads a small number over all bits: seeds that are alike differ by little.
func mixed(n uint64) uint64 { return n * 0x9e3779b97f4a7c15 }
