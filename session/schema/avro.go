package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hamba/avro/v2"

	"pulsh/session/payload"
)

// avroForm is a schema of kind AVRO, or of kind JSON, whose definition is one of Avro.
type avroForm struct {
	schema    avro.Schema
	data      []byte
	json      bool
	recursive bool
}

// bodyValueMax bounds a text or bytes in a body: what its length claims is allocated
// before it is read.
const bodyValueMax = 16 << 20

// recursiveMax bounds bodies of a schema that contains itself: each byte may be one more
// level, and each level is a call.
const recursiveMax = 64 << 10

var avroAPI = avro.Config{MaxByteSliceSize: bodyValueMax, MaxSliceAllocSize: bodyValueMax}.Freeze()

// parseAvro reads a definition. Names in it are its own: those of other schemas do not
// matter.
func parseAvro(data []byte, asJSON bool) (form, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("it is empty")
	}
	if !json.Valid(data) && !bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		return nil, errors.New("it is not JSON")
	}
	s, err := avro.ParseBytesWithCache(data, "", &avro.SchemaCache{})
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "avro: "))
	}
	return &avroForm{schema: s, data: data, json: asJSON, recursive: recursive(s, map[string]bool{})}, nil
}

// compact returns JSON without blanks, and anything else as it is.
func compact(text string) []byte {
	var out bytes.Buffer
	if json.Compact(&out, []byte(text)) != nil {
		return []byte(text)
	}
	return out.Bytes()
}

// recursive reports whether a schema contains itself.
func recursive(s avro.Schema, inside map[string]bool) bool {
	switch s := s.(type) {
	case *avro.RefSchema:
		return inside[s.Schema().FullName()] || recursive(s.Schema(), inside)
	case *avro.RecordSchema:
		inside[s.FullName()] = true
		defer delete(inside, s.FullName())
		for _, f := range s.Fields() {
			if recursive(f.Type(), inside) {
				return true
			}
		}
	case *avro.ArraySchema:
		return recursive(s.Items(), inside)
	case *avro.MapSchema:
		return recursive(s.Values(), inside)
	case *avro.UnionSchema:
		for _, t := range s.Types() {
			if recursive(t, inside) {
				return true
			}
		}
	}
	return false
}

func (a *avroForm) describe() string {
	var out bytes.Buffer
	if json.Indent(&out, a.data, "", "  ") != nil {
		return string(a.data)
	}
	return out.String()
}

func (a *avroForm) check(body []byte) error {
	if a.recursive && len(body) > recursiveMax {
		return fmt.Errorf("the schema contains itself, and the body has more than %s", payload.FormatBytes(recursiveMax))
	}
	if a.json {
		return a.checkJSON(body)
	}
	var value any
	r := avro.NewReader(nil, 0, avro.WithReaderConfig(avroAPI)).Reset(body)
	r.ReadVal(a.schema, &value)
	if r.Error != nil && !errors.Is(r.Error, io.EOF) {
		text := r.Error.Error()
		if _, after, found := strings.Cut(text, "avro: "); found {
			text = after // without the types of Go that the library was inside of
		}
		return errors.New(text)
	}
	if r.Error != nil {
		return errors.New("the body ends too early")
	}
	if r.Peek(); r.Error == nil {
		return errors.New("the body goes on after the record")
	}
	return nil
}

func (a *avroForm) maker(wanted *wishes, _ payload.Size) (makeFunc, error) {
	b := avroBuilder{wanted: wanted, records: map[string]*avroNode{}}
	root, err := b.node(a.schema, "", "")
	if err != nil {
		return nil, err
	}
	if a.json {
		return func(to []byte, f *payload.Facts) []byte { return root.json(to, f, 0) }, nil
	}
	return func(to []byte, f *payload.Facts) []byte {
		w := avro.NewWriter(nil, 512, avro.WithWriterConfig(avroAPI))
		root.binary(w, f, 0)
		return append(to, w.Buffer()...)
	}, nil
}
