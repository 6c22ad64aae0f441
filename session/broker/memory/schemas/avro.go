package schemas

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// avro is a type of an Avro definition. A record that refers to itself is a cycle.
type avro struct {
	kind     string // as Avro names it
	space    string // of a record, an enum or a fixed; "" for none
	name     string // likewise
	aliases  []string
	doc      any
	fields   []*field
	symbols  []any
	fallback any // of an enum
	size     json.Number
	items    *avro   // of an array or a map
	branches []*avro // of a union
	extra    object  // other members, as logicalType
}

// field is a field of a record.
type field struct {
	name     string
	of       *avro
	doc      any
	fallback any
	optional bool // it has a default
	order    string
	aliases  []string
	extra    object
}

var primitives = []string{"null", "boolean", "int", "long", "float", "double", "bytes", "string"}

func (a *avro) named() bool { return a.kind == "record" || a.kind == "enum" || a.kind == "fixed" }

// full is the full name.
func (a *avro) full() string { return qualified(a.space, a.name) }

func qualified(space, name string) string {
	if space == "" {
		return name
	}
	return space + "." + name
}

// split takes a name apart; one without dots is in space.
func split(name, space string) (of, short string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return space, name
}

// parser knows the types that a definition has named so far.
type parser map[string]*avro

// parseAvro reads an Avro definition.
func parseAvro(data []byte) (*avro, error) {
	document, err := readJSON(data)
	if err != nil {
		return nil, err
	}
	return parser{}.read(document, "")
}

// read reads a type; space is that of the type around it.
func (p parser) read(document any, space string) (*avro, error) {
	switch v := document.(type) {
	case string:
		if slices.Contains(primitives, v) {
			return &avro{kind: v}, nil
		}
		if known := p[qualified(split(v, space))]; known != nil {
			return known, nil
		}
		return nil, fmt.Errorf("there is no type %q", v)
	case []any:
		return p.union(v, space)
	case object:
		return p.object(v, space)
	}
	return nil, errors.New("it is no type")
}

func (p parser) union(list []any, space string) (*avro, error) {
	u := &avro{kind: "union"}
	seen := map[string]bool{}
	for _, one := range list {
		branch, err := p.read(one, space)
		if err != nil {
			return nil, err
		}
		name := branch.kind
		if branch.named() {
			name = branch.full()
		}
		if branch.kind == "union" || seen[name] {
			return nil, fmt.Errorf("a union has %s twice, or a union in it", name)
		}
		seen[name] = true
		u.branches = append(u.branches, branch)
	}
	return u, nil
}

// known are the members of each kind that are not extra.
var known = map[string][]string{
	"record": {"type", "name", "namespace", "doc", "fields", "aliases"}, "enum": {"type", "name", "namespace", "doc", "symbols", "default", "aliases"},
	"fixed": {"type", "name", "namespace", "doc", "size", "aliases"}, "array": {"type", "items"}, "map": {"type", "values"},
	"field": {"name", "type", "doc", "default", "order", "aliases"},
}

func extra(o object, kind string) (rest object) {
	names := known[kind]
	if names == nil {
		names = []string{"type"}
	}
	for _, m := range o {
		if !slices.Contains(names, m.name) {
			rest = append(rest, m)
		}
	}
	return rest
}

func (p parser) object(o object, space string) (a *avro, err error) {
	of, _ := o.get("type")
	kind, isText := of.(string)
	if kind == "error" {
		kind = "record"
	}
	if !isText || kind != "array" && kind != "map" && known[kind] == nil && !slices.Contains(primitives, kind) {
		return p.read(of, space) // a type around a type
	}
	a = &avro{kind: kind, extra: extra(o, kind)}
	switch kind {
	case "array", "map":
		items, _ := o.get(map[string]string{"array": "items", "map": "values"}[kind])
		a.items, err = p.read(items, space)
		return a, err
	case "record", "enum", "fixed":
		if err := p.declare(a, o, space); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "record":
		err = p.fields(a, o)
	case "enum":
		list, ok := o.get("symbols")
		a.symbols, _ = list.([]any)
		a.fallback, _ = o.get("default")
		if !ok || a.symbols == nil {
			err = errors.New("an enum has no symbols")
		}
		for _, one := range a.symbols {
			if text, ok := one.(string); !ok || !valid(text) {
				err = fmt.Errorf("the symbol %v is not allowed", one)
			}
		}
	case "fixed":
		size, _ := o.get("size")
		var ok bool
		if a.size, ok = size.(json.Number); !ok {
			err = errors.New("a fixed has no size")
		}
	}
	return a, err
}

// declare gives a type its name.
func (p parser) declare(a *avro, o object, space string) error {
	if given, ok := o.get("namespace"); ok {
		space, _ = given.(string)
	}
	a.space, a.name = split(o.text("name"), space)
	a.doc, _ = o.get("doc")
	a.aliases = aliasesOf(o, a.space)
	if !valid(a.name) || slices.Contains(primitives, a.name) && a.space == "" {
		return fmt.Errorf("the name %q of a type is not allowed", a.name)
	}
	if p[a.full()] != nil {
		return fmt.Errorf("the type %s is there twice", a.full())
	}
	p[a.full()] = a
	return nil
}

func aliasesOf(o object, space string) (names []string) {
	list, _ := o.get("aliases")
	all, _ := list.([]any)
	for _, one := range all {
		if text, ok := one.(string); ok {
			names = append(names, qualified(split(text, space)))
		}
	}
	return names
}

func (p parser) fields(a *avro, o object) error {
	list, _ := o.get("fields")
	all, ok := list.([]any)
	if !ok {
		return errors.New("a record has no fields")
	}
	for _, one := range all {
		m, _ := one.(object)
		f := &field{name: m.text("name"), order: m.text("order"), aliases: aliasesOf(m, ""), extra: extra(m, "field")}
		of, there := m.get("type")
		if !there || !valid(f.name) || slices.ContainsFunc(a.fields, func(other *field) bool { return other.name == f.name }) {
			return fmt.Errorf("the field %q is there twice, has no type, or a name that is not allowed", f.name)
		}
		f.doc, _ = m.get("doc")
		f.fallback, f.optional = m.get("default")
		var err error
		if f.of, err = p.read(of, a.space); err != nil {
			return err
		}
		a.fields = append(a.fields, f)
	}
	return nil
}

// valid reports whether a name is one. Like Pulsar's brokers it allows $.
func valid(name string) bool {
	for i, c := range name {
		if !unicode.IsLetter(c) && c != '_' && c != '$' && (i == 0 || !unicode.IsDigit(c)) {
			return false
		}
	}
	return name != ""
}
