package export

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Format is a file format for reports. Its value is the extension of files.
type Format string

// The formats.
const (
	JSON    Format = ".json"
	CSV     Format = ".csv"
	Prom    Format = ".prom"
	HTML    Format = ".html"
	HdrLog  Format = ".hlog"
	formats        = ".json .csv .prom .html .hlog"
)

// Formats returns all formats with a description, for help and completion.
func Formats() Table[string] {
	return Table[string]{
		{string(HTML), "a page to look at and to hand on"},
		{string(JSON), "everything, for programs and for compare"},
		{string(CSV), "a row for each second and group"},
		{string(Prom), "the last sample as text of Prometheus"},
		{string(HdrLog), "histograms for HdrHistogram's tools"},
	}
}

// FormatOf returns the format of a file by its extension.
func FormatOf(path string) (Format, error) {
	ending := Format(strings.ToLower(filepath.Ext(path)))
	for _, f := range Formats() {
		if string(ending) == f.Name {
			return ending, nil
		}
	}
	return "", fmt.Errorf("%q does not end in one of %s", path, formats)
}

// Write writes the report in a format. It calls told with the part that is
// written, from 0 to 1. When ctx ends, Write returns its error.
func Write(ctx context.Context, w io.Writer, r *Report, as Format, told func(part float64)) error {
	switch as {
	case JSON:
		return r.writeJSON(w)
	case CSV:
		return r.writeCSV(ctx, w, told)
	case Prom:
		return r.writeProm(w)
	case HTML:
		return r.writeHTML(w)
	case HdrLog:
		return r.writeHlog(ctx, w, told)
	}
	return fmt.Errorf("there is no format %q", as)
}
