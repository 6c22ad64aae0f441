package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// writeJSON writes the whole report on one line: series of a day are long.
func (r *Report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r.document())
}

// document is the report as it is in JSON: figures and series have the names of
// their metrics, and no list is null.
func (r *Report) document() *Report {
	names := map[string]string{}
	for _, c := range r.Columns {
		if c.Metric != "" {
			names[c.Name] = c.Metric
		}
	}
	out := r.renamed(names)
	out.Columns, out.Timeline, out.Lines, out.Checks = listed(r.Columns), listed(r.Timeline), listed(r.Lines), listed(r.Checks)
	return out
}

// listed returns an empty list for none, which in JSON would be null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// renamed returns the report with other names of figures and series. Names that
// are not in the map stay.
func (r *Report) renamed(names map[string]string) *Report {
	out := *r
	out.Total, out.Process = r.Total.renamed(names), r.Process.renamed(names)
	out.Groups = make([]Group, len(r.Groups))
	for i, g := range r.Groups {
		out.Groups[i] = g.renamed(names)
	}
	return &out
}

func (g Group) renamed(names map[string]string) Group {
	g.Figures, g.Series = renamed(g.Figures, names), renamed(g.Series, names)
	return g
}

func renamed[T any](t Table[T], names map[string]string) Table[T] {
	out := slices.Clone(t)
	for i := range out {
		if name, ok := names[out[i].Name]; ok {
			out[i].Name = name
		}
	}
	return out
}

// Read reads a report that was written as JSON, of version 1 or 2. The error is a
// sentence that names the fault of the text, with its position if it has one.
func Read(from io.Reader) (*Report, error) {
	var r Report
	d := json.NewDecoder(from)
	err := d.Decode(&r)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("it ends too early")
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("it is not JSON from byte %d on", syntax.Offset)
	case errors.As(err, &kind):
		return nil, fmt.Errorf("%s is %s, which it cannot be, before byte %d", kind.Field, kind.Value, kind.Offset)
	case err != nil:
		return nil, err
	}
	switch {
	case r.Version == 0:
		return nil, errors.New("it is JSON, but no report of pulsh: it has no version")
	case r.Version > Version:
		return nil, fmt.Errorf("it has version %d, and this pulsh reads up to %d", r.Version, Version)
	case r.Samples.Count < 0 || r.Samples.StepSeconds < 0:
		return nil, errors.New("its samples have no time")
	}
	names := map[string]string{}
	for _, c := range r.Columns {
		if c.Metric != "" {
			names[c.Metric] = c.Name
		}
	}
	return r.renamed(names), nil
}
