package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hamba/avro/v2"

	"pulsh/session/payload"
)

// avroNode makes the values of one place in a schema.
type avroNode struct {
	kind    avro.Type
	logical avro.LogicalType
	path    string
	wish    *payload.Template // nil if nobody describes the value

	names    []string    // of the fields of a record, or the symbols of an enum
	children []*avroNode // fields, branches of a union, or the one kind of item
	size     int         // of fixed
}

// avroBuilder builds the nodes of a schema. A record has one node, so that a schema that
// contains itself ends.
type avroBuilder struct {
	wanted  *wishes
	records map[string]*avroNode // by name, of those that are being built
	nodes   int
}

// attribute is the name of the attribute of a field that says what it contains.
const attribute = "pulsh"

func (b *avroBuilder) node(s avro.Schema, path, says string) (*avroNode, error) {
	if b.nodes++; b.nodes > nodesMax {
		return nil, errTooLarge
	}
	if ref, ok := s.(*avro.RefSchema); ok {
		s = ref.Schema()
	}
	n := &avroNode{kind: s.Type(), path: path}
	var err error
	switch s := s.(type) {
	case *avro.RecordSchema:
		if open := b.records[s.FullName()]; open != nil {
			return open, nil
		}
		b.records[s.FullName()] = n
		defer delete(b.records, s.FullName())
		for _, f := range s.Fields() {
			hint, _ := f.Prop(attribute).(string)
			child, err := b.node(f.Type(), join(path, f.Name()), hint)
			if err != nil {
				return nil, err
			}
			n.names, n.children = append(n.names, f.Name()), append(n.children, child)
		}
		return n, nil
	case *avro.ArraySchema:
		return n.only(b.node(s.Items(), path, says))
	case *avro.MapSchema:
		return n.only(b.node(s.Values(), path, says))
	case *avro.UnionSchema:
		return n, b.union(n, s, says)
	case *avro.EnumSchema:
		n.names = s.Symbols()
	case *avro.FixedSchema:
		if n.size = s.Size(); n.size > madeMax {
			return nil, fmt.Errorf("field %s has %s, more than the limit of %s", place(path), payload.FormatBytes(int64(n.size)), payload.FormatBytes(madeMax))
		}
	case avro.LogicalTypeSchema:
		if s.Logical() != nil {
			n.logical = s.Logical().Type()
		}
	}
	if n.wish, err = b.wanted.of(path, says); err != nil || n.wish == nil {
		return n, err
	}
	return n, tried(place(path), n.what(), n.wish, n.takes)
}

func (n *avroNode) only(child *avroNode, err error) (*avroNode, error) {
	n.children = []*avroNode{child}
	return n, err
}

// union builds the branches. A wish is for the first branch that takes what it makes.
func (b *avroBuilder) union(n *avroNode, s *avro.UnionSchema, says string) error {
	wish := b.wanted.byPath[n.path] != nil || says != ""
	var refused error
	taken := false
	for _, t := range s.Types() {
		hint := says
		if t.Type() == avro.Null {
			n.children = append(n.children, &avroNode{kind: avro.Null, path: n.path})
			continue
		}
		child, err := b.node(t, n.path, hint)
		if err != nil && !wish {
			return err
		}
		if err != nil {
			refused = err
			child = &avroNode{kind: avro.Null, size: -1} // never chosen
		}
		if err == nil && wish && child.wish != nil && !taken {
			n.wish, taken = child.wish, true
			n.size = len(n.children)
		}
		n.children = append(n.children, child)
	}
	if wish && !taken {
		return refused
	}
	return nil
}

func place(path string) string {
	if path == "" {
		return "value"
	}
	return path
}

// what names the kind of value in an error.
func (n *avroNode) what() string {
	if n.kind == avro.Enum {
		return "one of " + strings.Join(n.names, ", ")
	}
	return "of type " + string(n.kind)
}

// takes reports whether a text is a value of this kind.
func (n *avroNode) takes(text string) bool {
	switch n.kind {
	case avro.Int:
		_, ok := whole(text, 32)
		return ok
	case avro.Long:
		_, ok := whole(text, 64)
		return ok
	case avro.Float, avro.Double:
		_, ok := real(text)
		return ok
	case avro.Boolean:
		return text == "true" || text == "false"
	case avro.Enum:
		return slices.Contains(n.names, text)
	case avro.Fixed:
		return len(text) == n.size
	case avro.Null:
		return false
	}
	return true
}

// number makes the value of an int or a long.
func (n *avroNode) number(f *payload.Facts) int64 {
	if n.wish != nil {
		x, _ := whole(string(n.wish.Append(nil, f)), 64)
		return x
	}
	switch n.logical {
	case avro.Date:
		return f.Due() / (24 * time.Hour).Nanoseconds()
	case avro.TimeMillis:
		return f.Random().Int64N(24 * 3600 * 1000)
	case avro.TimeMicros:
		return f.Random().Int64N(24 * 3600 * 1e6)
	case avro.TimestampMillis, avro.LocalTimestampMillis:
		return f.Due() / 1e6
	case avro.TimestampMicros, avro.LocalTimestampMicros:
		return f.Due() / 1e3
	}
	return f.Random().Int64N(numberMax)
}

func (n *avroNode) real(f *payload.Facts) float64 {
	if n.wish != nil {
		x, _ := real(string(n.wish.Append(nil, f)))
		return x
	}
	return someReal(f)
}

func (n *avroNode) truth(f *payload.Facts) bool {
	if n.wish != nil {
		return string(n.wish.Append(nil, f)) == "true"
	}
	return f.Random().Uint32()&1 == 0
}

var uuid, _ = payload.ParseField("uuid")

// text makes the value of a string, of bytes, of fixed or of an enum.
func (n *avroNode) text(f *payload.Facts) []byte {
	switch {
	case n.wish != nil:
		return n.wish.Append(nil, f)
	case n.kind == avro.Enum:
		return []byte(n.names[f.Random().IntN(len(n.names))])
	case n.kind == avro.Fixed:
		return someBytes(f, n.size)
	case n.kind == avro.Bytes:
		return someBytes(f, 1+f.Random().IntN(bytesMax))
	case n.logical == avro.UUID:
		return uuid.Append(nil, f)
	}
	return someText(f)
}

// branch chooses a branch of a union. Deep inside it is null, or else one that does not
// go deeper: the schema might go on without end.
func (n *avroNode) branch(f *payload.Facts, depth int) int {
	if n.wish != nil {
		return n.size
	}
	if depth > depthMax {
		for _, ends := range []func(*avroNode) bool{func(c *avroNode) bool { return c.kind == avro.Null }, func(c *avroNode) bool { return c.kind != avro.Record && c.kind != avro.Union }} {
			if at := slices.IndexFunc(n.children, ends); at >= 0 {
				return at
			}
		}
	}
	return f.Random().IntN(len(n.children))
}

// items is how many items a list or a map has.
func (n *avroNode) items(f *payload.Facts, depth int) int {
	if depth > depthMax {
		return 0
	}
	return 1 + f.Random().IntN(itemsMax)
}

// endless stops a schema that contains itself in every value, or makes too much.
func endless(depth, bytes int) {
	if depth > nestedMax {
		panic("the schema contains itself without end")
	}
	if bytes > madeMax {
		panic("a message has more than " + payload.FormatBytes(madeMax))
	}
}

// binary writes a value in Avro's encoding.
func (n *avroNode) binary(w *avro.Writer, f *payload.Facts, depth int) {
	endless(depth, w.Buffered())
	switch n.kind {
	case avro.Record:
		for _, c := range n.children {
			c.binary(w, f, depth+1)
		}
	case avro.Array, avro.Map:
		if count := n.items(f, depth); count > 0 {
			w.WriteLong(int64(count))
			for i := range count {
				if n.kind == avro.Map {
					w.WriteString("key" + strconv.Itoa(i+1))
				}
				n.children[0].binary(w, f, depth+1)
			}
		}
		w.WriteLong(0)
	case avro.Union:
		at := n.branch(f, depth)
		w.WriteLong(int64(at))
		n.children[at].binary(w, f, depth+1)
	case avro.Int:
		w.WriteInt(int32(n.number(f)))
	case avro.Long:
		w.WriteLong(n.number(f))
	case avro.Float:
		w.WriteFloat(float32(n.real(f)))
	case avro.Double:
		w.WriteDouble(n.real(f))
	case avro.Boolean:
		w.WriteBool(n.truth(f))
	case avro.Enum:
		w.WriteInt(int32(slices.Index(n.names, string(n.text(f)))))
	case avro.Fixed:
		_, _ = w.Write(n.text(f)) // into memory
	case avro.Bytes, avro.String:
		w.WriteBytes(n.text(f))
	}
}

// json appends a value as the JSON that Pulsar's clients write and read.
func (n *avroNode) json(b []byte, f *payload.Facts, depth int) []byte {
	endless(depth, len(b))
	switch n.kind {
	case avro.Record:
		b = append(b, '{')
		for i, c := range n.children {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, n.names[i]), ':')
			b = c.json(b, f, depth+1)
		}
		return append(b, '}')
	case avro.Array, avro.Map:
		open, end := byte('['), byte(']')
		if n.kind == avro.Map {
			open, end = '{', '}'
		}
		b = append(b, open)
		for i := range n.items(f, depth) {
			if i > 0 {
				b = append(b, ',')
			}
			if n.kind == avro.Map {
				b = append(appendText(b, "key"+strconv.Itoa(i+1)), ':')
			}
			b = n.children[0].json(b, f, depth+1)
		}
		return append(b, end)
	case avro.Union:
		return n.children[n.branch(f, depth)].json(b, f, depth+1)
	case avro.Int, avro.Long:
		return strconv.AppendInt(b, n.number(f), 10)
	case avro.Float, avro.Double:
		x := n.real(f)
		if math.IsInf(x, 0) || math.IsNaN(x) {
			x = 0 // JSON has none of them
		}
		return strconv.AppendFloat(b, x, 'g', -1, 64)
	case avro.Boolean:
		return strconv.AppendBool(b, n.truth(f))
	case avro.Bytes, avro.Fixed:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), n.text(f)), '"')
	case avro.Null:
		return append(b, "null"...)
	}
	return appendText(b, string(n.text(f)))
}

func appendText(b []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a text is always JSON
	return append(b, quoted...)
}
