package payload

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A Maker makes bodies that are the user's, as of a schema. Any number of goroutines may
// use it.
type Maker interface {
	// Make appends the body of one message.
	Make(b []byte, f *Facts) []byte
	// Largest returns about the most bytes of a body.
	Largest() int
}

// NewMade returns bodies that a maker makes.
func NewMade(m Maker) *Content { return &Content{maker: m, largest: m.Largest()} }

// Facts are what one message is made from. One goroutine at a time uses them.
type Facts = facts

// NewFacts returns the facts of messages that are made for a look at them.
func NewFacts(seed uint64) *Facts {
	source := rand.NewPCG(seed, 1)
	return &facts{random: rand.New(source), text: newTextWriter(source)}
}

// Next goes on to the next message, which is due at an instant of Unix time in ns.
func (f *facts) Next(due int64) { f.number, f.due = f.number+1, due }

// Number returns the number of the message in its group, from 0.
func (f *facts) Number() uint64 { return f.number }

// Due returns when the message is due, in ns of Unix time.
func (f *facts) Due() int64 { return f.due }

// Random returns the source of random numbers.
func (f *facts) Random() *rand.Rand { return f.random }

// Words fills b with made-up words.
func (f *facts) Words(b []byte) { f.text.words(b) }

// Append appends what the template makes for one message.
func (t *Template) Append(b []byte, f *Facts) []byte { return t.append(b, f) }

// A Field is what a field of a schema contains.
type Field struct {
	Name  string // with dots between those of nested records
	Value *Template
}

// ParseFields reads name:field pairs with commas between them: amount:int(1,100). A
// field is one of a template without its braces, or a text with fields in braces.
func ParseFields(text string) ([]Field, error) {
	if text == "" {
		return nil, nil
	}
	var list []Field
	for _, pair := range splitOutside(text, ',') {
		name, value, found := strings.Cut(pair, ":")
		name = strings.TrimSpace(name)
		if !found || name == "" {
			return nil, fmt.Errorf("%q is not a field, name:field", pair)
		}
		for _, other := range list {
			if other.Name == name {
				return nil, fmt.Errorf("the field %s is given twice", name)
			}
		}
		t, err := ParseField(value)
		if err != nil {
			return nil, err
		}
		list = append(list, Field{name, t})
	}
	if len(list) > fieldsMax {
		return nil, fmt.Errorf("%d fields exceed the limit of %d", len(list), fieldsMax)
	}
	return list, nil
}

// ParseField reads what one field contains.
func ParseField(text string) (*Template, error) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "{{") {
		text = "{{" + text + "}}"
	}
	return ParseTemplate(text)
}
