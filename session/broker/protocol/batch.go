package protocol

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"
)

// Single stands in front of each message of a batch. What was decoded aliases
// the payload, and slices are used again.
type Single struct {
	Properties   []Property
	PartitionKey []byte // empty if KeySet is false
	KeySet       bool
	KeyEncoded   bool // PartitionKey is bytes in Base64
	Size         int32
	CompactedOut bool // the message is there no more
	EventTime    uint64
	OrderingKey  []byte
	Sequence     uint64 // if Sequenced
	Sequenced    bool
	NullValue    bool
	NullKey      bool
}

// Decode reads the metadata of one message without allocating, once the slice
// of properties has grown.
func (m *Single) Decode(b []byte) error {
	*m = Single{Properties: m.Properties[:0]}
	s := scanner{rest: b, texts: 1<<singleProperties | 1<<singleKey | 1<<singleOrderingKey}
	for s.step() {
		switch s.number {
		case singleProperties:
			m.Properties = s.property(m.Properties)
		case singleKey:
			m.PartitionKey, m.KeySet = s.bytes, true
		case singleSize:
			m.Size = int32(s.value)
		case singleCompacted:
			m.CompactedOut = s.value != 0
		case singleEventTime:
			m.EventTime = s.value
		case singleKeyEncoded:
			m.KeyEncoded = s.value != 0
		case singleOrderingKey:
			m.OrderingKey = s.bytes
		case singleSequence:
			m.Sequence, m.Sequenced = s.value, true
		case singleNullValue:
			m.NullValue = s.value != 0
		case singleNullKey:
			m.NullKey = s.value != 0
		}
	}
	return s.end(1 << singleSize)
}

// plainTag is what the metadata of a message with nothing but a body begins with.
const plainTag = singleSize<<3 | byte(protowire.VarintType)

// plain reads the metadata of a message with nothing but a body, which most are.
func (m *Single) plain(b []byte) bool {
	if len(b) < 2 || b[0] != plainTag {
		return false
	}
	size, n := binary.Uvarint(b[1:])
	if n != len(b)-1 {
		return false
	}
	*m = Single{Properties: m.Properties[:0], Size: int32(size)}
	return true
}

// Append writes the metadata of one message.
func (m *Single) Append(b []byte) []byte {
	for _, p := range m.Properties {
		b = appendProperty(b, singleProperties, p)
	}
	if m.KeySet {
		b = appendText(b, singleKey, m.PartitionKey)
	}
	b = appendNumber(b, singleSize, signed(m.Size))
	b = maybeNumber(b, singleCompacted, protowire.EncodeBool(m.CompactedOut))
	b = maybeNumber(b, singleEventTime, m.EventTime)
	b = maybeNumber(b, singleKeyEncoded, protowire.EncodeBool(m.KeyEncoded))
	b = maybeText(b, singleOrderingKey, m.OrderingKey)
	if m.Sequenced {
		b = appendNumber(b, singleSequence, m.Sequence)
	}
	b = maybeNumber(b, singleNullValue, protowire.EncodeBool(m.NullValue))
	return maybeNumber(b, singleNullKey, protowire.EncodeBool(m.NullKey))
}

// NextInBatch takes the first message off an uncompressed batch: its metadata,
// its body and what follows it. single is used again.
func NextInBatch(payload []byte, single *Single) (body, rest []byte, err error) {
	if len(payload) < sizeBytes {
		return nil, nil, malformed("a batch ends within the size of a message's metadata")
	}
	size := int64(binary.BigEndian.Uint32(payload))
	if payload = payload[sizeBytes:]; size > int64(len(payload)) {
		return nil, nil, malformed("metadata of %d bytes in the %d that are left of a batch", size, len(payload))
	}
	if !single.plain(payload[:size]) {
		if err := single.Decode(payload[:size]); err != nil {
			return nil, nil, err
		}
	}
	payload = payload[size:]
	if single.Size < 0 || int(single.Size) > len(payload) {
		return nil, nil, malformed("a message of %d bytes in the %d that are left of a batch", single.Size, len(payload))
	}
	return payload[:single.Size:single.Size], payload[single.Size:], nil
}

// headroom is what a SEND's command and metadata take without properties and
// names; those are added to it.
const headroom = 256

// Builder makes the frames of SENDs. Messages are written straight behind a
// room for what stands before them, whose size is not known until the end:
// command and metadata are then written backwards from the payload.
//
// Begin, then Add or Claim for each message, then Finish. Its memory is its
// caller's, so frames can be kept for a resend and used again.
type Builder struct {
	buf      []byte
	room     int // bytes before the payload
	head     []byte
	messages int

	plain     []byte // what stands before a body of plainSize bytes without anything else
	plainSize int
}

// Begin starts a payload in buf, whose content is overwritten and which grows as
// needed. extra is the bytes of names, keys and properties of the metadata.
func (b *Builder) Begin(buf []byte, extra int) {
	b.room, b.messages = headroom+extra, 0
	if cap(buf) < b.room {
		buf = make([]byte, b.room)
	}
	b.buf = buf[:b.room]
}

// Messages is how many messages were added.
func (b *Builder) Messages() int { return b.messages }

// Size is the bytes of the payload so far.
func (b *Builder) Size() int { return len(b.buf) - b.room }

// Claim adds a message to a batch and returns where its body of size bytes is to
// be written. The body is valid until the next call.
func (b *Builder) Claim(single *Single, size int) []byte {
	single.Size = int32(size)
	at := len(b.buf)
	b.buf = single.Append(append(b.buf, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(b.buf[at:], uint32(len(b.buf)-at-sizeBytes))
	b.messages++
	return b.extend(size)
}

// ClaimPlain is Claim for a message with nothing but a body, and key if that is
// not empty.
func (b *Builder) ClaimPlain(key string, size int) []byte {
	b.messages++
	if key == "" {
		if b.plainSize != size || len(b.plain) == 0 {
			b.plainSize = size
			b.plain = appendNumber(append(b.plain[:0], 0, 0, 0, 0), singleSize, uint64(size))
			b.plain[sizeBytes-1] = byte(len(b.plain) - sizeBytes)
		}
		b.buf = append(b.buf, b.plain...)
		return b.extend(size)
	}
	at := len(b.buf)
	b.buf = appendNumber(appendText(append(b.buf, 0, 0, 0, 0), singleKey, key), singleSize, uint64(size))
	binary.BigEndian.PutUint32(b.buf[at:], uint32(len(b.buf)-at-sizeBytes))
	return b.extend(size)
}

// ClaimAlone makes the payload one message of size bytes without metadata of its
// own, and returns where it is to be written.
func (b *Builder) ClaimAlone(size int) []byte {
	b.messages++
	return b.extend(size)
}

func (b *Builder) extend(size int) []byte {
	at := len(b.buf)
	if cap(b.buf)-at >= size {
		b.buf = b.buf[:at+size]
	} else {
		b.buf = append(b.buf, make([]byte, size)...)
	}
	return b.buf[at : at+size : at+size]
}

// Payload is what was added, to be compressed.
func (b *Builder) Payload() []byte { return b.buf[b.room:] }

// Compress adds the compressed form of a payload.
func (b *Builder) Compress(c *Compressor, payload []byte) (err error) {
	b.buf, err = c.Append(b.buf, payload)
	return err
}

// Memory gives the memory of a payload back that will not be finished.
func (b *Builder) Memory() []byte {
	memory := b.buf[:0]
	b.buf = nil
	return memory
}

// Finish writes command, checksum and metadata before the payload and returns
// the frame, with the memory that it lives in for another Begin.
func (b *Builder) Finish(send *Send, meta *Metadata) (frame, memory []byte) {
	h := append(b.head[:0], 0, 0, 0, 0) // the frame's size
	h = AppendCommand(h, send)
	h = append(h, magic>>8, magic&0xff, 0, 0, 0, 0)
	sum := len(h) // where the checksum begins to count
	h = meta.Append(append(h, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(h[sum:], uint32(len(h)-sum-sizeBytes))
	b.head = h
	if len(h) > b.room { // extra was too small
		b.buf = append(make([]byte, len(h), len(h)+b.Size()), b.Payload()...)
		b.room = len(h)
	}
	start := b.room - len(h)
	copy(b.buf[start:], h)
	frame = b.buf[start:]
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-sizeBytes))
	binary.BigEndian.PutUint32(frame[sum-sizeBytes:], Checksum(frame[sum:]))
	memory = b.buf[:0]
	b.buf = nil
	return frame, memory
}
