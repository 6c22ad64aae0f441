package protocol

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrMalformed is wrapped by every error about bytes that are no command of
// Pulsar's. Peers close a connection on it.
var ErrMalformed = errors.New("malformed")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}

// depthMax bounds how deep messages nest; the deepest of Pulsar's is four.
const depthMax = 8

// pass is what a coder does with each field that a command describes.
type pass uint8

const (
	writing  pass = iota // append it to out
	clearing             // set it to what it is when absent
	matching             // take it if its number is the one at hand
	checking             // refuse if it is required and was not seen
)

// coder carries the description of a message out in one of the four passes, so
// that one description serves both directions. It is not made for speed: hot.go
// and metadata.go have by hand what is read for each message.
type coder struct {
	pass  pass
	out   []byte
	depth int
	reader
}

// reader is where the reading of a message stands.
type reader struct {
	number protowire.Number // the field at hand
	kind   protowire.Type
	value  uint64
	bytes  []byte
	seen   uint64 // numbers that were matched, as bits; none is above 63
	err    error
}

// presence says when a field is written and whether it may be absent.
type presence uint8

const (
	optional presence = iota // written unless it has its default
	always                   // written, but may be absent when read
	required                 // written, and refused when absent
)

// decode reads b into the message that fields describes.
func decode(b []byte, fields func(*coder), depth int) error {
	if depth > depthMax {
		return malformed("messages nest deeper than %d", depthMax)
	}
	c := coder{depth: depth, pass: clearing}
	fields(&c)
	c.pass = matching
	for len(b) > 0 {
		n := c.next(b)
		if n < 0 {
			return malformed("a field is cut short or has no valid tag")
		}
		b = b[n:]
		if fields(&c); c.err != nil {
			return c.err
		}
	}
	c.pass = checking
	fields(&c)
	return c.err
}

// next takes the field that b begins with, which is not empty, apart, and returns its length or a
// number below 0.
func (c *reader) next(b []byte) int {
	var number protowire.Number
	var kind protowire.Type
	n := 1
	if b[0] >= 1<<3 && b[0] < 0x80 { // most tags are one byte
		number, kind = protowire.Number(b[0]>>3), protowire.Type(b[0]&7)
	} else if number, kind, n = protowire.ConsumeTag(b); n < 0 {
		return n
	}
	c.number, c.kind, c.value, c.bytes = number, kind, 0, nil
	var m int
	switch kind {
	case protowire.VarintType:
		c.value, m = protowire.ConsumeVarint(b[n:])
	case protowire.Fixed64Type:
		c.value, m = protowire.ConsumeFixed64(b[n:])
	case protowire.BytesType:
		c.bytes, m = protowire.ConsumeBytes(b[n:])
	default:
		m = protowire.ConsumeFieldValue(number, kind, b[n:])
	}
	if m < 0 {
		return m
	}
	return n + m
}

// field does what the pass asks of one field. write appends tag and value; read
// takes the value at hand; clear sets it to what it is when absent.
func (c *coder) field(n protowire.Number, kind protowire.Type, p presence, isDefault bool, write, read, clear func()) {
	switch c.pass {
	case writing:
		if p != optional || !isDefault {
			c.out = protowire.AppendTag(c.out, n, kind)
			write()
		}
	case clearing:
		clear()
	case matching:
		if c.number == n && c.kind == kind {
			c.seen |= 1 << (n & 63)
			read()
		}
	case checking:
		if p == required && c.seen&(1<<(n&63)) == 0 && c.err == nil {
			c.err = malformed("field %d is missing", n)
		}
	}
}

// integer is any number that is written as a varint. Those below 0 take ten
// bytes, as protobuf has it.
type integer interface {
	~int32 | ~uint32 | ~int64 | ~uint64
}

func number[T integer](c *coder, n protowire.Number, v *T, absent T, p presence) {
	c.field(n, protowire.VarintType, p, *v == absent,
		func() { c.out = protowire.AppendVarint(c.out, uint64(int64(*v))) },
		func() { *v = T(c.value) },
		func() { *v = absent })
}

// flag is a bool that is false when absent.
func (c *coder) flag(n protowire.Number, v *bool) {
	c.field(n, protowire.VarintType, optional, !*v,
		func() { c.out = protowire.AppendVarint(c.out, protowire.EncodeBool(*v)) },
		func() { *v = protowire.DecodeBool(c.value) },
		func() { *v = false })
}

// unset is a bool that is true when absent; v holds its opposite.
func (c *coder) unset(n protowire.Number, v *bool) {
	c.field(n, protowire.VarintType, optional, !*v,
		func() { c.out = protowire.AppendVarint(c.out, protowire.EncodeBool(!*v)) },
		func() { *v = !protowire.DecodeBool(c.value) },
		func() { *v = false })
}

func (c *coder) double(n protowire.Number, v *float64) {
	c.field(n, protowire.Fixed64Type, optional, *v == 0,
		func() { c.out = protowire.AppendFixed64(c.out, math.Float64bits(*v)) },
		func() { *v = math.Float64frombits(c.value) },
		func() { *v = 0 })
}

func (c *coder) text(n protowire.Number, v *string, p presence) {
	c.field(n, protowire.BytesType, p, *v == "",
		func() { c.out = protowire.AppendString(c.out, *v) },
		func() { *v = string(c.bytes) },
		func() { *v = "" })
}

// raw is a field of bytes. What is read is a copy.
func (c *coder) raw(n protowire.Number, v *[]byte, p presence) {
	c.field(n, protowire.BytesType, p, *v == nil,
		func() { c.out = protowire.AppendBytes(c.out, *v) },
		func() { *v = append([]byte{}, c.bytes...) },
		func() { *v = nil })
}

func (c *coder) texts(n protowire.Number, v *[]string) {
	if c.pass == writing {
		for _, s := range *v {
			c.out = protowire.AppendString(protowire.AppendTag(c.out, n, protowire.BytesType), s)
		}
		return
	}
	c.field(n, protowire.BytesType, optional, false, nil,
		func() { *v = append(*v, string(c.bytes)) },
		func() { *v = (*v)[:0] })
}

// described is a message that is part of another.
type described interface{ fields(c *coder) }

// nested writes m behind its length.
func (c *coder) nested(m described) {
	inner := coder{pass: writing}
	m.fields(&inner)
	c.out = protowire.AppendBytes(c.out, inner.out)
}

func (c *coder) take(m described) {
	if err := decode(c.bytes, m.fields, c.depth+1); err != nil && c.err == nil {
		c.err = err
	}
}

// message is a part that is nil when absent.
func message[T any, P interface {
	*T
	described
}](c *coder, n protowire.Number, v *P, p presence) {
	c.field(n, protowire.BytesType, p, *v == nil,
		func() {
			if *v == nil {
				*v = new(T)
			}
			c.nested(*v)
		},
		func() {
			*v = new(T)
			c.take(*v)
		},
		func() { *v = nil })
}

// part is a message that is always there.
func (c *coder) part(n protowire.Number, v described, p presence) {
	c.field(n, protowire.BytesType, p, false, func() { c.nested(v) }, func() { c.take(v) }, func() {})
}

// messages is a list of parts.
func messages[T any, P interface {
	*T
	described
}](c *coder, n protowire.Number, v *[]T) {
	if c.pass == writing {
		for i := range *v {
			c.out = protowire.AppendTag(c.out, n, protowire.BytesType)
			c.nested(P(&(*v)[i]))
		}
		return
	}
	c.field(n, protowire.BytesType, optional, false, nil,
		func() {
			*v = append(*v, *new(T))
			c.take(P(&(*v)[len(*v)-1]))
		},
		func() { *v = (*v)[:0] })
}

// words is a list of 64-bit numbers, packed or not.
func (c *coder) words(n protowire.Number, v *[]uint64) {
	switch {
	case c.pass == writing:
		for _, w := range *v {
			c.out = protowire.AppendVarint(protowire.AppendTag(c.out, n, protowire.VarintType), w)
		}
	case c.pass == clearing:
		*v = (*v)[:0]
	case c.pass == matching && c.number == n:
		var ok bool
		if *v, ok = appendWords(*v, c.kind, c.value, c.bytes); !ok {
			c.err = malformed("field %d is no list of numbers", n)
		}
	}
}

// appendWords adds one number, or those that are packed in b.
func appendWords(list []uint64, kind protowire.Type, value uint64, b []byte) ([]uint64, bool) {
	if kind == protowire.VarintType {
		return append(list, value), true
	}
	if kind != protowire.BytesType {
		return list, false
	}
	for len(b) > 0 {
		w, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return list, false
		}
		list, b = append(list, w), b[n:]
	}
	return list, true
}
