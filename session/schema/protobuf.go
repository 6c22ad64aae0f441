package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"pulsh/session/input"
	"pulsh/session/payload"
)

// nativeData is the definition of a schema of kind PROTOBUF_NATIVE, as Pulsar's clients
// write it.
type nativeData struct {
	Files   []byte `json:"fileDescriptorSet"`
	Message string `json:"rootMessageTypeName"`
	File    string `json:"rootFileDescriptorName"`
}

// protoForm is a schema of kind PROTOBUF_NATIVE.
type protoForm struct {
	message protoreflect.MessageDescriptor
}

// importsMax bounds the files that a definition imports.
const importsMax = 200

// compile reads a .proto file with what it imports from its folder, and returns the
// definition of one of its messages.
func compile(file, message string) ([]byte, error) {
	path := input.Home(file)
	folder, name := filepath.Split(path)
	if _, err := input.ReadRegular(path, DefinitionMax); err != nil {
		return nil, fmt.Errorf("the schema %s cannot be read: %w", file, err)
	}
	var opened atomic.Int32
	compiler := protocompile.Compiler{
		MaxParallelism: 1,
		SourceInfoMode: protocompile.SourceInfoStandard,
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: func(path string) (io.ReadCloser, error) {
				if !filepath.IsLocal(path) || opened.Add(1) > importsMax {
					return nil, fs.ErrNotExist
				}
				text, err := input.ReadRegular(filepath.Join(folder, path), DefinitionMax)
				if err != nil {
					return nil, err
				}
				return io.NopCloser(strings.NewReader(text)), nil
			},
		}),
	}
	files, err := compiler.Compile(context.Background(), name)
	if err != nil {
		return nil, fmt.Errorf("%s is not a schema: %s", file, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	root := files[0]
	found, err := messageIn(root, message)
	if err != nil {
		return nil, fmt.Errorf("%s %w", file, err)
	}
	set := &descriptorpb.FileDescriptorSet{}
	collect(root, set, map[string]bool{})
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return nil, err
	}
	return json.Marshal(nativeData{Files: data, Message: string(found.FullName()), File: root.Path()})
}

// messageIn finds a message of a file by its full name, or by its name alone.
func messageIn(file protoreflect.FileDescriptor, name string) (protoreflect.MessageDescriptor, error) {
	var names []string
	for i := range file.Messages().Len() {
		m := file.Messages().Get(i)
		if string(m.FullName()) == name || string(m.Name()) == name {
			return m, nil
		}
		names = append(names, string(m.Name()))
	}
	if len(names) == 0 {
		return nil, errors.New("has no messages")
	}
	return nil, fmt.Errorf("has no message %q (%s)", name, strings.Join(names, ", "))
}

// collect adds a file to a set, after those that it imports. Comments stay: they may say
// what a field contains.
func collect(file protoreflect.FileDescriptor, set *descriptorpb.FileDescriptorSet, done map[string]bool) {
	if done[file.Path()] {
		return
	}
	done[file.Path()] = true
	for i := range file.Imports().Len() {
		collect(file.Imports().Get(i).FileDescriptor, set, done)
	}
	one := protodesc.ToFileDescriptorProto(file)
	one.SourceCodeInfo = saying(file)
	set.File = append(set.File, one)
}

// saying returns the comments of a file that say what a field contains.
func saying(file protoreflect.FileDescriptor) *descriptorpb.SourceCodeInfo {
	var info descriptorpb.SourceCodeInfo
	for i := range file.SourceLocations().Len() {
		l := file.SourceLocations().Get(i)
		if hint := hintIn(l); hint != "" {
			text := " " + attribute + ": " + hint
			info.Location = append(info.Location, &descriptorpb.SourceCodeInfo_Location{
				Path: l.Path, Span: []int32{int32(l.StartLine), int32(l.StartColumn), int32(l.EndColumn)}, TrailingComments: &text})
		}
	}
	if info.Location == nil {
		return nil
	}
	return &info
}

// hintIn returns what a comment says that a field contains: pulsh: int(1,100).
func hintIn(l protoreflect.SourceLocation) string {
	for line := range strings.Lines(l.LeadingComments + "\n" + l.TrailingComments) {
		if hint, found := strings.CutPrefix(strings.TrimSpace(line), attribute+":"); found {
			return strings.TrimSpace(hint)
		}
	}
	return ""
}

// parseNative reads a definition as it is registered.
func parseNative(data []byte) (form, error) {
	var native nativeData
	if err := json.Unmarshal(data, &native); err != nil {
		return nil, errors.New("its definition is not that of a Protobuf message")
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(native.Files, &set); err != nil {
		return nil, errors.New("its definition is not that of a Protobuf message")
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, fmt.Errorf("its definition is broken: %w", err)
	}
	found, err := files.FindDescriptorByName(protoreflect.FullName(native.Message))
	message, ok := found.(protoreflect.MessageDescriptor)
	if errors.Is(err, protoregistry.NotFound) || !ok {
		return nil, fmt.Errorf("its definition lacks the message %s", native.Message)
	}
	return &protoForm{message}, nil
}

func (p *protoForm) check(body []byte) error {
	m := dynamicpb.NewMessage(p.message)
	if err := proto.Unmarshal(body, m); err != nil {
		return errors.New("it is not a " + string(p.message.Name()) + ": " + reason(err))
	}
	return nil
}

// reason drops the library's name from an error. It writes a space that is no plain one.
func reason(err error) string {
	text := strings.ReplaceAll(err.Error(), "\u00a0", " ")
	return strings.TrimSpace(strings.TrimPrefix(text, "proto:"))
}

// describe writes the messages as a .proto file does.
func (p *protoForm) describe() string {
	var out strings.Builder
	todo := []protoreflect.Descriptor{p.message}
	seen := map[protoreflect.FullName]bool{p.message.FullName(): true}
	for len(todo) > 0 {
		d := todo[0]
		todo = todo[1:]
		if e, ok := d.(protoreflect.EnumDescriptor); ok {
			fmt.Fprintf(&out, "enum %s {\n", e.FullName())
			for i := range e.Values().Len() {
				v := e.Values().Get(i)
				fmt.Fprintf(&out, "  %s = %d;\n", v.Name(), v.Number())
			}
			out.WriteString("}\n")
			continue
		}
		m := d.(protoreflect.MessageDescriptor)
		fmt.Fprintf(&out, "message %s {\n", m.FullName())
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			fmt.Fprintf(&out, "  %s %s = %d;\n", typeOf(f), f.Name(), f.Number())
			for _, next := range usedBy(f) {
				if !seen[next.FullName()] {
					seen[next.FullName()] = true
					todo = append(todo, next)
				}
			}
		}
		out.WriteString("}\n")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// usedBy returns the messages and enums that a field is of.
func usedBy(f protoreflect.FieldDescriptor) (all []protoreflect.Descriptor) {
	if f.IsMap() {
		return usedBy(f.MapValue())
	}
	if f.Message() != nil {
		all = append(all, f.Message())
	}
	if f.Enum() != nil {
		all = append(all, f.Enum())
	}
	return all
}

// typeOf returns the type of a field as a .proto file writes it.
func typeOf(f protoreflect.FieldDescriptor) string {
	name := f.Kind().String()
	switch {
	case f.IsMap():
		return "map<" + typeOf(f.MapKey()) + ", " + typeOf(f.MapValue()) + ">"
	case f.Message() != nil:
		name = string(f.Message().FullName())
	case f.Enum() != nil:
		name = string(f.Enum().FullName())
	}
	switch {
	case f.IsList():
		return "repeated " + name
	case f.Cardinality() == protoreflect.Required:
		return "required " + name
	case f.HasOptionalKeyword():
		return "optional " + name
	}
	return name
}

// protoNode makes the values of one message in a definition.
type protoNode struct {
	message protoreflect.MessageDescriptor
	fields  []*protoField
	oneofs  map[protoreflect.FullName][]*protoField // that are chosen among
}

// protoField makes the values of one field.
type protoField struct {
	field protoreflect.FieldDescriptor
	value protoreflect.FieldDescriptor // the field itself, or that of a map's values
	wish  *payload.Template            // nil if nobody describes the value
	node  *protoNode                   // of a message, else nil
}

func (p *protoForm) maker(wanted *wishes, _ payload.Size) (makeFunc, error) {
	b := protoBuilder{wanted: wanted, open: map[protoreflect.FullName]*protoNode{}}
	root, err := b.node(p.message, "")
	if err != nil {
		return nil, err
	}
	return func(to []byte, f *payload.Facts) []byte {
		m := dynamicpb.NewMessage(p.message)
		root.fill(m, f, 0)
		out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(to, m)
		if err != nil {
			panic(reason(err)) // at the first look at a schema, before anything is sent
		}
		endless(0, len(out)-len(to))
		return out
	}, nil
}

// protoBuilder builds the nodes of a definition. A message in itself has one node.
type protoBuilder struct {
	wanted *wishes
	open   map[protoreflect.FullName]*protoNode
	nodes  int
}

func (b *protoBuilder) node(m protoreflect.MessageDescriptor, path string) (*protoNode, error) {
	if known := b.open[m.FullName()]; known != nil {
		return known, nil
	}
	n := &protoNode{message: m, oneofs: map[protoreflect.FullName][]*protoField{}}
	b.open[m.FullName()] = n
	defer delete(b.open, m.FullName())
	for i := range m.Fields().Len() {
		if b.nodes++; b.nodes > nodesMax {
			return nil, errTooLarge
		}
		field := m.Fields().Get(i)
		f := &protoField{field: field, value: field}
		if field.IsMap() {
			f.value = field.MapValue()
		}
		at := join(path, string(field.Name()))
		var err error
		if f.value.Message() != nil {
			f.node, err = b.node(f.value.Message(), at)
		} else if f.wish, err = b.wanted.of(at, hintIn(m.ParentFile().SourceLocations().ByDescriptor(field))); err == nil && f.wish != nil {
			err = tried(at, "of type "+f.value.Kind().String(), f.wish, func(text string) bool { _, ok := f.read(text); return ok })
		}
		if err != nil {
			return nil, err
		}
		if of := field.ContainingOneof(); of != nil && !of.IsSynthetic() {
			n.oneofs[of.FullName()] = append(n.oneofs[of.FullName()], f)
		} else {
			n.fields = append(n.fields, f)
		}
	}
	return n, nil
}

// names returns the names of the oneofs in order.
func (n *protoNode) names() []protoreflect.FullName { return slices.Sorted(maps.Keys(n.oneofs)) }
