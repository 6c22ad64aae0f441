package schema

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"pulsh/session/broker"
	"pulsh/session/payload"
)

// primitive is a schema without a definition: a text, a number or a truth value, as
// Pulsar's clients encode them.
type primitive struct {
	kind broker.SchemaKind
	what string // of type
	size int    // bytes of a body; 0 for any
	put  func(b []byte, text string) ([]byte, bool)
}

var primitives = map[broker.SchemaKind]form{}

func init() {
	for _, p := range []*primitive{
		{broker.SchemaString, "UTF-8 text", 0, func(b []byte, text string) ([]byte, bool) { return append(b, text...), utf8.ValidString(text) }},
		{broker.SchemaBytes, "bytes", 0, func(b []byte, text string) ([]byte, bool) { return append(b, text...), true }},
		{"BOOLEAN", "true or false", 1, putTruth},
		{"INT8", "a whole number of 8 bits", 1, putWhole(8)},
		{"INT16", "a whole number of 16 bits", 2, putWhole(16)},
		{"INT32", "a whole number of 32 bits", 4, putWhole(32)},
		{"INT64", "a whole number of 64 bits", 8, putWhole(64)},
		{"FLOAT", "a number", 4, func(b []byte, text string) ([]byte, bool) {
			x, ok := real(text)
			return binary.BigEndian.AppendUint32(b, math.Float32bits(float32(x))), ok
		}},
		{"DOUBLE", "a number", 8, func(b []byte, text string) ([]byte, bool) {
			x, ok := real(text)
			return binary.BigEndian.AppendUint64(b, math.Float64bits(x)), ok
		}},
	} {
		primitives[p.kind] = p
	}
}

func putTruth(b []byte, text string) ([]byte, bool) {
	if text == "true" {
		return append(b, 1), true
	}
	return append(b, 0), text == "false"
}

func putWhole(bits int) func(b []byte, text string) ([]byte, bool) {
	return func(b []byte, text string) ([]byte, bool) {
		n, ok := whole(text, bits)
		for shift := bits - 8; shift >= 0; shift -= 8 {
			b = append(b, byte(n>>shift))
		}
		return b, ok
	}
}

// standard is what a value is if nobody describes it.
var standard = map[broker.SchemaKind]string{
	"BOOLEAN": "bool", "INT8": "int(0,100)", "INT16": "int(0,10000)", "INT32": "int(0,999999)", "INT64": "int(0,999999)",
	"FLOAT": "float(0,1000)", "DOUBLE": "float(0,1000)",
}

func (p *primitive) maker(wanted *wishes, size payload.Size) (makeFunc, error) {
	wish, err := wanted.of("value", standard[p.kind])
	if err != nil {
		return nil, err
	}
	if wish == nil { // a text of the size that bodies have
		return func(b []byte, f *payload.Facts) []byte {
			from := len(b)
			b = append(b, make([]byte, size.Quantile(f.Random().Float64()))...)
			f.Words(b[from:])
			return b
		}, nil
	}
	takes := func(text string) bool { _, ok := p.put(nil, text); return ok }
	if err := tried("value", p.what, wish, takes); err != nil {
		return nil, err
	}
	return func(b []byte, f *payload.Facts) []byte {
		b, _ = p.put(b, string(wish.Append(nil, f)))
		return b
	}, nil
}

func (p *primitive) check(body []byte) error {
	switch {
	case p.size > 0 && len(body) != p.size:
		return fmt.Errorf("%s has %d bytes, not %d", p.what, p.size, len(body))
	case p.kind == broker.SchemaString && !utf8.Valid(body):
		return errors.New("it is not UTF-8")
	case p.kind == "BOOLEAN" && body[0] > 1:
		return errors.New("it is neither true nor false")
	}
	return nil
}

func (p *primitive) describe() string { return p.what }
