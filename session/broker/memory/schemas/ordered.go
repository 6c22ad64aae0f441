package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// object is a JSON object whose members keep their order. A JSON document is an object, a
// []any, a string, a json.Number, a bool or nil.
type object []member

type member struct {
	name  string
	value any
}

// get returns a member, and false if there is none.
func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// text returns a member that is a string, "" if there is none.
func (o object) text(name string) string {
	value, _ := o.get(name)
	text, _ := value.(string)
	return text
}

// deepest bounds how deep documents are nested.
const deepest = 200

var errDocument = errors.New("it is not one JSON document")

// readJSON reads a document.
func readJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	value, err := readValue(d, 0)
	if err == nil && d.More() {
		err = errDocument
	}
	return value, err
}

func readValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil || depth > deepest {
		return nil, errDocument
	}
	switch token {
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, errDocument
			}
			value, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name.(string), value})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	}
	return token, nil
}

// pretty writes a document as Pulsar's brokers print definitions.
func pretty(b *strings.Builder, value any, indent string) {
	switch v := value.(type) {
	case object:
		if len(v) == 0 {
			b.WriteString("{ }")
			return
		}
		for i, m := range v {
			b.WriteString(map[bool]string{true: "{\n", false: ",\n"}[i == 0] + indent + "  ")
			pretty(b, m.name, "")
			b.WriteString(" : ")
			pretty(b, m.value, indent+"  ")
		}
		b.WriteString("\n" + indent + "}")
	case []any:
		b.WriteString("[")
		for i, one := range v {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(" ")
			pretty(b, one, indent)
		}
		b.WriteString(" ]")
	case json.Number:
		b.WriteString(v.String())
	default:
		var quoted bytes.Buffer
		e := json.NewEncoder(&quoted)
		e.SetEscapeHTML(false)
		_ = e.Encode(v) // a string, a bool or nil
		b.WriteString(strings.TrimSuffix(quoted.String(), "\n"))
	}
}
