package protocol

import (
	"encoding/binary"
	"hash/crc32"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	// MaxMessageSize is the largest message in bytes, metadata and payload as
	// they travel, unless the broker says another.
	MaxMessageSize = 5 << 20
	// FrameSlack is by how much a frame with its first four bytes may be longer
	// than a message: room for the command.
	FrameSlack = 10 << 10

	sizeBytes = 4 // of a length, and of a checksum
	magic     = 0x0e01
	magicMore = 0x0e02 // of a BrokerEntryMetadata
)

// handmade is a command with a codec of its own.
type handmade interface {
	append(b []byte) []byte
	decode(b []byte) error
}

// Append adds the frame of a command that carries no entry.
func Append(b []byte, m Body) []byte {
	at := len(b)
	b = AppendCommand(append(b, 0, 0, 0, 0), m)
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-sizeBytes))
	return b
}

// AppendCommand adds a command and its size, which is what stands in a frame
// between the frame's own size and an entry.
func AppendCommand(b []byte, m Body) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	kind := m.Type()
	b = appendNumber(b, 1, uint64(kind))
	b = protowire.AppendTag(b, protowire.Number(kind), protowire.BytesType)
	if hot, ok := m.(handmade); ok {
		b = appendSized(b, hot)
	} else {
		c := coder{out: b}
		c.nested(m.(described))
		b = c.out
	}
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-sizeBytes))
	return b
}

// appendSized writes a command behind its length. Most are shorter than 128
// bytes, so one byte is left for the length; else the command is moved.
func appendSized(b []byte, m handmade) []byte {
	at := len(b)
	b = m.append(append(b, 0))
	size := len(b) - at - 1
	more := protowire.SizeVarint(uint64(size)) - 1
	if more > 0 {
		b = append(b, make([]byte, more)...)
		copy(b[at+1+more:], b[at+1:at+1+size])
	}
	protowire.AppendVarint(b[:at], uint64(size))
	return b
}

// Frame is a frame, taken apart. Its slices alias the bytes that it was read
// from.
type Frame struct {
	Type Type
	Body []byte // of the command, for Decode
	Rest []byte // what follows the command, for ParseEntry
}

// NextFrame takes the first frame off b. A length of 0 means that b holds no
// whole frame yet; Wanted then tells how much it takes. maxMessage is the largest
// message that the two sides have agreed on.
func NextFrame(b []byte, maxMessage int) (f Frame, length int, err error) {
	if len(b) < sizeBytes {
		return f, 0, nil
	}
	total := int64(binary.BigEndian.Uint32(b))
	if total+sizeBytes > int64(maxMessage)+FrameSlack {
		return f, 0, malformed("a frame of %d bytes is longer than %d", total+sizeBytes, maxMessage+FrameSlack)
	}
	if total < sizeBytes {
		return f, 0, malformed("a frame of %d bytes has no command", total)
	}
	if int64(len(b)) < sizeBytes+total {
		return f, 0, nil
	}
	inner := b[sizeBytes : sizeBytes+total]
	size := int64(binary.BigEndian.Uint32(inner))
	if size > total-sizeBytes {
		return f, 0, malformed("a command of %d bytes stands in a frame of %d", size, total)
	}
	f.Rest = inner[sizeBytes+size:]
	if f.Type, f.Body, err = parseCommand(inner[sizeBytes : sizeBytes+size]); err != nil {
		return f, 0, err
	}
	return f, int(sizeBytes + total), nil
}

// Wanted is how many bytes the frame that b begins with takes, 0 if b is too
// short to tell.
func Wanted(b []byte) int {
	if len(b) < sizeBytes {
		return 0
	}
	return int(int64(binary.BigEndian.Uint32(b)) + sizeBytes)
}

// parseCommand finds the type of a command and the field that holds it. No order
// is promised, and the last of several wins.
func parseCommand(b []byte) (kind Type, body []byte, err error) {
	var c reader
	for rest := b; len(rest) > 0; {
		n := c.next(rest)
		if n < 0 {
			return 0, nil, malformed("a command is cut short")
		}
		if c.number == 1 && c.kind == protowire.VarintType {
			kind = Type(c.value)
		}
		rest = rest[n:]
	}
	found := false
	for rest := b; len(rest) > 0; {
		rest = rest[c.next(rest):]
		if Type(c.number) == kind && c.kind == protowire.BytesType {
			body, found = c.bytes, true
		}
	}
	switch {
	case kind == 0:
		return 0, nil, malformed("a command has no type")
	case !found:
		return 0, nil, malformed("%v has no content", kind)
	}
	return kind, body, nil
}

// Decode reads a command into m, which is used again as it is. Hot commands
// allocate nothing once their slices have grown; text of the others is copied.
func Decode(body []byte, m Body) error {
	if hot, ok := m.(handmade); ok {
		return hot.decode(body)
	}
	return decode(body, m.(described).fields, 0)
}

// New returns an empty command of a type, nil if it is unknown.
func New(t Type) Body {
	if kind, ok := kinds[t]; ok {
		return kind.make()
	}
	return nil
}

// Entry is what a SEND or MESSAGE carries, taken apart. Its slices alias the
// frame.
type Entry struct {
	BrokerMetadata []byte // of the broker, for BrokerEntry.Decode; nil if there is none
	Stored         []byte // what a broker stores: from the magic number on
	Metadata       []byte // for Metadata.Decode
	Payload        []byte

	summed   []byte // what the checksum covers
	checksum uint32
	checked  bool // a checksum was sent
}

// ParseEntry takes what follows a command apart. It does not verify the
// checksum.
func ParseEntry(rest []byte) (e Entry, err error) {
	if len(rest) >= 6 && binary.BigEndian.Uint16(rest) == magicMore {
		size := int64(binary.BigEndian.Uint32(rest[2:]))
		if size > int64(len(rest)-6) {
			return e, malformed("broker metadata of %d bytes in %d", size, len(rest)-6)
		}
		e.BrokerMetadata, rest = rest[6:6+size:6+size], rest[6+size:]
	}
	e.Stored = rest
	if len(rest) >= 6 && binary.BigEndian.Uint16(rest) == magic {
		e.checksum, e.checked = binary.BigEndian.Uint32(rest[2:]), true
		rest = rest[6:]
	}
	e.summed = rest
	if len(rest) < sizeBytes {
		return e, malformed("an entry of %d bytes has no metadata", len(rest))
	}
	size := int64(binary.BigEndian.Uint32(rest))
	if rest = rest[sizeBytes:]; size > int64(len(rest)) {
		return e, malformed("metadata of %d bytes in %d", size, len(rest))
	}
	e.Metadata, e.Payload = rest[:size:size], rest[size:]
	return e, nil
}

// castagnoli is the polynomial of Pulsar's checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Verify tells whether the entry is as its sender summed it. One without a
// checksum passes.
func (e *Entry) Verify() bool {
	return !e.checked || crc32.Checksum(e.summed, castagnoli) == e.checksum
}

// Checksum is the CRC32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// AppendMessage adds the frame of a MESSAGE with a stored entry, whose checksum
// stays what it was. more is nil or what the broker adds to the entry.
func AppendMessage(b []byte, m *Message, more *BrokerEntry, stored []byte) []byte {
	at := len(b)
	b = AppendCommand(append(b, 0, 0, 0, 0), m)
	if more != nil {
		b = append(b, magicMore>>8, magicMore&0xff, 0, 0, 0, 0)
		from := len(b)
		b = more.Append(b)
		binary.BigEndian.PutUint32(b[from-sizeBytes:], uint32(len(b)-from))
	}
	b = append(b, stored...)
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-sizeBytes))
	return b
}

// AppendEntry adds an entry as a broker stores it: checksum, metadata and payload.
func AppendEntry(b []byte, meta *Metadata, payload []byte) []byte {
	at := len(b)
	b = append(b, magic>>8, magic&0xff, 0, 0, 0, 0, 0, 0, 0, 0)
	from := len(b)
	b = meta.Append(b)
	binary.BigEndian.PutUint32(b[from-sizeBytes:], uint32(len(b)-from))
	b = append(b, payload...)
	binary.BigEndian.PutUint32(b[at+2:], Checksum(b[at+6:]))
	return b
}
