package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// writeJSON writes the whole report on one line: series of a day are long.
func (r *Report) writeJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// Read reads a report that was written as JSON. The error is a sentence that
// says what is wrong with the text, with its place where there is one.
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
	return &r, nil
}
