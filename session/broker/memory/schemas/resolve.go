package schemas

import "slices"

// promotions are the kinds that a value of a kind may be read as.
var promotions = map[string][]string{
	"int": {"long", "float", "double"}, "long": {"float", "double"}, "float": {"double"}, "string": {"bytes"}, "bytes": {"string"},
}

// reading compares a writer's types with those of a reader, and holds the results. A pair
// that is being compared counts as readable: a record that refers to itself fails at its
// own fields.
type reading map[[2]*avro]bool

// readable reports whether what the writer's definition has written can be read with the
// reader's, by the rules of Java's Avro library, which Pulsar's brokers use. That library
// lets an enum lack symbols, and leaves the names of records alone outside unions.
func readable(writer, reader *avro) bool { return reading{}.can(writer, reader) }

func (r reading) can(w, to *avro) bool {
	pair := [2]*avro{w, to}
	if known, ok := r[pair]; ok {
		return known
	}
	r[pair] = true
	r[pair] = r.compare(w, to)
	return r[pair]
}

func (r reading) compare(w, to *avro) bool {
	switch {
	case w.kind == "union":
		return r.each(w, to)
	case to.kind == "union":
		branch := r.branch(w, to)
		return branch != nil && r.can(w, branch)
	case w.kind != to.kind:
		return slices.Contains(promotions[w.kind], to.kind)
	}
	switch w.kind {
	case "fixed":
		return sameName(w, to) && w.size == to.size
	case "enum":
		return sameName(w, to)
	case "array", "map":
		return r.can(w.items, to.items)
	case "record":
		return r.record(w, to)
	}
	return true
}

// each reports whether all branches of the writer's union are readable.
func (r reading) each(w, to *avro) bool {
	for _, branch := range w.branches {
		if !r.can(branch, to) {
			return false
		}
	}
	return true
}

// branch is the first branch of the reader's union that takes the writer's type, nil if
// there is none.
func (r reading) branch(w, to *avro) (structure *avro) {
	for _, b := range to.branches {
		switch {
		case b.kind != w.kind:
		case !w.named() || sameName(w, b):
			return b
		case w.kind == "record" && r.can(w, b) && (structure == nil || w.name == b.name):
			structure = b
		}
	}
	if structure != nil {
		return structure
	}
	for _, b := range to.branches {
		if slices.Contains(promotions[w.kind], b.kind) {
			return b
		}
	}
	return nil
}

// sameName reports whether the writer's type has the reader's name, or one of its aliases.
func sameName(w, to *avro) bool {
	return w.full() == to.full() || slices.Contains(to.aliases, w.full())
}

// record reports whether each field of the reader's record is in the writer's or has a
// default.
func (r reading) record(w, to *avro) bool {
	for _, f := range to.fields {
		from := w.field(f)
		if from == nil && !f.optional || from != nil && !r.can(from.of, f.of) {
			return false
		}
	}
	return true
}

// field is the field of a writer's record that a reader's field is read from, nil if there
// is none.
func (a *avro) field(to *field) *field {
	for _, f := range a.fields {
		if f.name == to.name {
			return f
		}
	}
	for _, f := range a.fields {
		if slices.Contains(to.aliases, f.name) {
			return f
		}
	}
	return nil
}
