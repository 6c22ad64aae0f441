package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hamba/avro/v2"
)

// checkJSON returns why a body is not the JSON of a record.
func (a *avroForm) checkJSON(body []byte) error {
	if !json.Valid(body) {
		return fmt.Errorf("it is not JSON")
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("it is not JSON")
	}
	c := conformer{left: len(body) + conformMost}
	return c.conform(a.schema, value, "")
}

// conformMost bounds the values that are compared, beside one for each byte of the body:
// unions in unions are tried in all combinations.
const conformMost = 100_000

// A conformer compares values of JSON with schemas.
type conformer struct{ left int } // values that may still be compared

var errTangled = errors.New("it has too many unions in unions to be compared with the schema")

// conform returns why a value does not fit a schema. Readers ignore fields that the schema
// does not have, and take the default or null for one that is missing.
func (c *conformer) conform(s avro.Schema, value any, path string) error {
	if c.left--; c.left < 0 {
		return errTangled
	}
	if ref, ok := s.(*avro.RefSchema); ok {
		s = ref.Schema()
	}
	wrong := fmt.Errorf("%s is not of type %s", place(path), s.Type())
	switch s := s.(type) {
	case *avro.RecordSchema:
		record, ok := value.(map[string]any)
		if !ok {
			return wrong
		}
		for _, f := range s.Fields() {
			v, there := record[f.Name()]
			if !there && f.HasDefault() {
				continue
			}
			if err := c.conform(f.Type(), v, join(path, f.Name())); err != nil {
				return err
			}
		}
		return nil
	case *avro.ArraySchema:
		list, ok := value.([]any)
		if !ok {
			return wrong
		}
		for _, v := range list {
			if err := c.conform(s.Items(), v, path); err != nil {
				return err
			}
		}
		return nil
	case *avro.MapSchema:
		entries, ok := value.(map[string]any)
		if !ok {
			return wrong
		}
		for _, v := range entries {
			if err := c.conform(s.Values(), v, path); err != nil {
				return err
			}
		}
		return nil
	case *avro.UnionSchema:
		if value == nil && s.Nullable() {
			return nil
		}
		for _, t := range s.Types() {
			if c.conform(t, value, path) == nil {
				return nil
			}
		}
		return fmt.Errorf("%s is of no type of its union", place(path))
	}
	if !conformScalar(s, value) {
		return wrong
	}
	return nil
}

func conformScalar(s avro.Schema, value any) bool {
	switch s.Type() {
	case avro.Null:
		return value == nil
	case avro.Boolean:
		_, ok := value.(bool)
		return ok
	case avro.Int, avro.Long:
		bits := map[avro.Type]int{avro.Int: 32, avro.Long: 64}[s.Type()]
		number, ok := value.(json.Number)
		if ok {
			_, ok = whole(number.String(), bits)
		}
		return ok
	case avro.Float, avro.Double:
		_, ok := value.(json.Number)
		return ok
	case avro.Enum:
		text, ok := value.(string)
		enum, known := s.(*avro.EnumSchema)
		return ok && (!known || slices.Contains(enum.Symbols(), text))
	}
	_, ok := value.(string)
	return ok
}
