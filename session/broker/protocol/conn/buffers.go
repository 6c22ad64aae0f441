package conn

import "pulsh/session/broker/protocol"

// inputMost is the bytes that are read at a time, at most. Entries that are
// held keep as much memory alive.
const inputMost = 256 << 10

// inputLeast is the least space in bytes for a read, and the most of a connection on
// which little comes at a time: a thousand of them must not need memory for entries.
const inputLeast = 16 << 10

// input holds the received bytes that were not decoded yet.
type input struct {
	buf        []byte
	start, end int
	held       bool // an owner keeps a part of buf
	much       bool // a read has filled all its room
}

// Room returns the buffer for the next read. It is never empty.
func (c *Conn) Room() []byte { return c.room(c.maxMessage + protocol.FrameSlack) }

func (in *input) room(longest int) []byte {
	waiting := in.end - in.start
	need := max(min(protocol.Wanted(in.unread()), longest)-waiting, inputLeast)
	switch {
	case waiting == 0 && !in.held && len(in.buf) >= need:
		in.start, in.end = 0, 0
	case len(in.buf)-in.end >= need:
	case !in.held && len(in.buf) >= waiting+need:
		copy(in.buf, in.unread())
		in.start, in.end = 0, waiting
	default:
		size := inputLeast
		if in.much || in.held {
			size = inputMost
		}
		fresh := make([]byte, max(size, waiting+need))
		copy(fresh, in.unread())
		in.buf, in.start, in.end, in.held = fresh, 0, waiting, false
	}
	return in.buf[in.end:]
}

// Filled adds n bytes that were read into the buffer of Room.
func (in *input) Filled(n int) {
	in.end += n
	in.much = in.much || in.end == len(in.buf)
}

// Hold keeps the bytes of the last event valid after the next Room: they are never
// overwritten.
func (in *input) Hold() { in.held = true }

func (in *input) unread() []byte { return in.buf[in.start:in.end] }

func (in *input) consume(n int) { in.start += n }

// copied is the largest frame in bytes that is copied into a chunk: for smaller
// ones another buffer in a system call costs more than the copy.
const copied = 2 << 10

// output holds the bytes to be sent, in order. Commands and small frames are
// copied into chunks; large frames are not copied.
type output struct {
	urgent []byte // sent before all else: PING and PONG
	chunks [][]byte
	taken  int // chunks at the front that were taken
	small  []byte
	spare  []byte // a chunk that was taken by the last Take but one
	inUse  []byte // a chunk that was taken by the last
	bytes  int
}

// first sends a command before all other bytes.
func (o *output) first(m protocol.Body) {
	o.urgent = protocol.Append(o.urgent, m)
}

func (o *output) command(m protocol.Body) {
	before := len(o.small)
	o.small = protocol.Append(o.chunk(), m)
	o.bytes += len(o.small) - before
}

// chunk returns the chunk that commands are copied into.
func (o *output) chunk() []byte {
	if o.small == nil {
		o.small, o.spare = o.spare, nil
	}
	return o.small
}

// Send queues the frame of a SEND. It must not change until the receipt has come
// or the connection has ended.
func (o *output) Send(frame []byte) {
	o.bytes += len(frame)
	if len(frame) <= copied {
		o.small = append(o.chunk(), frame...)
		return
	}
	o.seal()
	o.chunks = append(o.chunks, frame)
}

// seal ends the chunk of commands.
func (o *output) seal() {
	if len(o.small) > 0 {
		o.chunks = append(o.chunks, o.small)
		o.small = nil
	}
}

// Waiting returns how many bytes are to be sent.
func (o *output) Waiting() int { return o.bytes + len(o.urgent) }

// Take moves chunks to into, at most most bytes or one chunk, and returns it.
// They are valid until the next Take.
func (o *output) Take(into [][]byte, most int) [][]byte {
	if o.spare == nil && o.inUse != nil {
		o.spare = o.inUse[:0]
	}
	o.inUse = nil
	if len(o.urgent) > 0 {
		into = append(into, o.urgent)
		o.urgent = nil
	}
	if len(o.small) > 0 && o.taken == len(o.chunks) {
		o.inUse = o.small // nothing else refers to it
	}
	o.seal()
	for taken := 0; o.taken < len(o.chunks); {
		chunk := o.chunks[o.taken]
		if taken > 0 && taken+len(chunk) > most {
			if 2*o.taken > len(o.chunks) { // else the list would grow as long as it is never empty
				o.chunks, o.taken = o.chunks[:copy(o.chunks, o.chunks[o.taken:])], 0
			}
			return into
		}
		into = append(into, chunk)
		o.chunks[o.taken] = nil
		o.taken++
		taken += len(chunk)
		o.bytes -= len(chunk)
	}
	o.chunks, o.taken = o.chunks[:0], 0
	return into
}
