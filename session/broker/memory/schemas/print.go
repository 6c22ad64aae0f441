package schemas

import "strings"

// printer writes definitions as Java's Avro library does.
type printer struct {
	bare bool // without what does not make two definitions differ: comments and aliases
	seen map[string]bool
}

// text is a definition as brokers print it in their errors.
func (a *avro) text() string {
	var b strings.Builder
	pretty(&b, (&printer{seen: map[string]bool{}}).of(a, ""), "")
	return b.String()
}

// same reports whether two definitions are one, as far as brokers are concerned.
func same(a, b *avro) bool {
	var texts [2]strings.Builder
	for i, one := range []*avro{a, b} {
		pretty(&texts[i], (&printer{bare: true, seen: map[string]bool{}}).of(one, ""), "")
	}
	return texts[0].String() == texts[1].String()
}

// of returns a definition as a document; space is that of the type around it.
func (p *printer) of(a *avro, space string) any {
	switch a.kind {
	case "union":
		list := []any{}
		for _, branch := range a.branches {
			list = append(list, p.of(branch, space))
		}
		return list
	case "array", "map":
		return append(object{{"type", a.kind}, {map[string]string{"array": "items", "map": "values"}[a.kind], p.of(a.items, space)}}, a.extra...)
	case "record", "enum", "fixed":
		return p.declared(a, space)
	}
	if len(a.extra) == 0 {
		return a.kind
	}
	return append(object{{"type", a.kind}}, a.extra...)
}

func (p *printer) declared(a *avro, space string) any {
	if p.seen[a.full()] {
		if a.space == space {
			return a.name
		}
		return a.full()
	}
	p.seen[a.full()] = true
	o := object{{"type", a.kind}, {"name", a.name}}
	if a.space != space {
		o = append(o, member{"namespace", a.space})
	}
	if a.doc != nil && !p.bare {
		o = append(o, member{"doc", a.doc})
	}
	switch a.kind {
	case "record":
		fields := []any{}
		for _, f := range a.fields {
			fields = append(fields, p.field(f, a.space))
		}
		o = append(o, member{"fields", fields})
	case "enum":
		o = append(o, member{"symbols", a.symbols})
		if a.fallback != nil {
			o = append(o, member{"default", a.fallback})
		}
	case "fixed":
		o = append(o, member{"size", a.size})
	}
	return p.aliases(append(o, a.extra...), a.aliases, a.space)
}

func (p *printer) field(f *field, space string) object {
	o := object{{"name", f.name}, {"type", p.of(f.of, space)}}
	if f.doc != nil && !p.bare {
		o = append(o, member{"doc", f.doc})
	}
	if f.optional {
		o = append(o, member{"default", f.fallback})
	}
	if f.order != "" && f.order != "ascending" {
		o = append(o, member{"order", f.order})
	}
	return append(p.aliases(o, f.aliases, ""), f.extra...)
}

func (p *printer) aliases(o object, names []string, space string) object {
	if len(names) == 0 || p.bare {
		return o
	}
	list := []any{}
	for _, name := range names {
		if of, short := split(name, ""); of == space {
			name = short
		}
		list = append(list, name)
	}
	return append(o, member{"aliases", list})
}
