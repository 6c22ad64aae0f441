package schema

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"pulsh/session/payload"
)

// fill sets the fields of a message: all of them, and of a oneof one at random. A field
// that the user describes is always the one. Where the definition would go on without
// end, fields that are messages are left out.
func (n *protoNode) fill(m protoreflect.Message, f *payload.Facts, depth int) {
	endless(depth, 0)
	for _, field := range n.fields {
		field.set(m, f, depth)
	}
	for _, name := range n.names() {
		choices := n.oneofs[name]
		chosen := choices[f.Random().IntN(len(choices))]
		for _, one := range choices {
			if one.wish != nil {
				chosen = one
				break
			}
		}
		chosen.set(m, f, depth)
	}
}

func (p *protoField) set(m protoreflect.Message, f *payload.Facts, depth int) {
	if p.node != nil && depth > depthMax && p.field.Cardinality() != protoreflect.Required {
		return
	}
	if !p.field.IsList() && !p.field.IsMap() {
		m.Set(p.field, p.make(f, depth, func() protoreflect.Value { return m.NewField(p.field) }))
		return
	}
	count := 1 + f.Random().IntN(itemsMax)
	if p.field.IsList() {
		list := m.Mutable(p.field).List()
		for range count {
			list.Append(p.make(f, depth, list.NewElement))
		}
		return
	}
	entries := m.Mutable(p.field).Map()
	for i := range count {
		entries.Set(mapKey(p.field.MapKey().Kind(), i), p.make(f, depth, entries.NewValue))
	}
}

// mapKey returns the key of the entry of a map with this number.
func mapKey(kind protoreflect.Kind, i int) protoreflect.MapKey {
	switch kind {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("key" + strconv.Itoa(i+1)).MapKey()
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(i%2 == 1).MapKey()
	}
	return numberOf(kind, int64(i+1)).MapKey()
}

// numberOf returns a whole number as a value of a kind.
func numberOf(kind protoreflect.Kind, n int64) protoreflect.Value {
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(n))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(uint64(n))
	}
	return protoreflect.ValueOfInt64(n)
}

// make makes a value. fresh returns an empty message for it.
func (p *protoField) make(f *payload.Facts, depth int, fresh func() protoreflect.Value) protoreflect.Value {
	if p.node != nil {
		v := fresh()
		if p.node.message.FullName() == "google.protobuf.Timestamp" {
			setTime(v.Message(), f.Due())
		} else {
			p.node.fill(v.Message(), f, depth+1)
		}
		return v
	}
	if p.wish != nil {
		v, _ := p.read(string(p.wish.Append(nil, f)))
		return v
	}
	switch p.value.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(f.Random().Uint32()&1 == 0)
	case protoreflect.EnumKind:
		values := p.value.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(f.Random().IntN(values.Len())).Number())
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(someReal(f)))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(someReal(f))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(string(someText(f)))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(someBytes(f, 1+f.Random().IntN(bytesMax)))
	}
	return numberOf(p.value.Kind(), f.Random().Int64N(numberMax))
}

// setTime sets a google.protobuf.Timestamp to an instant of Unix time in ns.
func setTime(m protoreflect.Message, at int64) {
	fields := m.Descriptor().Fields()
	m.Set(fields.ByName("seconds"), protoreflect.ValueOfInt64(at/1e9))
	m.Set(fields.ByName("nanos"), protoreflect.ValueOfInt32(int32(at%1e9)))
}

// read returns a text as a value of the field.
func (p *protoField) read(text string) (v protoreflect.Value, ok bool) {
	switch kind := p.value.Kind(); kind {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(text == "true"), text == "true" || text == "false"
	case protoreflect.EnumKind:
		values := p.value.Enum().Values()
		if found := values.ByName(protoreflect.Name(strings.TrimSpace(text))); found != nil {
			return protoreflect.ValueOfEnum(found.Number()), true
		}
		return protoreflect.ValueOfEnum(values.Get(0).Number()), false
	case protoreflect.FloatKind:
		x, ok := real(text)
		return protoreflect.ValueOfFloat32(float32(x)), ok
	case protoreflect.DoubleKind:
		x, ok := real(text)
		return protoreflect.ValueOfFloat64(x), ok
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text), true
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(text)), true
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		n, ok := unsigned(text, 32)
		return protoreflect.ValueOfUint32(uint32(n)), ok
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		n, ok := unsigned(text, 64)
		return protoreflect.ValueOfUint64(n), ok
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		n, ok := whole(text, 64)
		return protoreflect.ValueOfInt64(n), ok
	default:
		n, ok := whole(text, 32)
		return numberOf(kind, n), ok
	}
}
