package payload

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// Extras are what the messages of a group carry beside a stamped body. All producers of
// the group share them.
type Extras struct {
	Content    *Content   // bodies that are the user's, whose stamps travel in a property; nil for stamped bodies
	Properties Properties // of each message
	EventTime  bool       // set the event time to when the message was due
	Ordering   *KeyTable  // ordering keys; nil for none
	Delay      Delay      // of the delivery

	number atomic.Uint64 // of the next message
}

// A Delay is how long after a message was due the broker delivers it: a time from
// Least to Most. The zero Delay is none.
type Delay struct{ Least, Most time.Duration }

// Continue lets the count of messages go on where that of earlier extras, which may be
// nil, has arrived.
func (x *Extras) Continue(earlier *Extras) {
	if earlier != nil {
		x.number.Store(earlier.number.Load())
	}
}

// IsZero reports whether there is no delay.
func (d Delay) IsZero() bool { return d.Most == 0 }

// Property is a property of a message.
type Property struct {
	Name  string
	Value []byte
}

// An Extra is what one message carries beside a stamped body. Its memory is used again
// by the next Write into it.
type Extra struct {
	Own        bool       // Body is the body; else it is a stamped one of the producer's
	Body       []byte     // not to be changed
	Properties []Property // the last is the stamp if Own is set
	EventTime  int64      // ms of Unix time; 0 for none
	DeliverAt  int64      // ms of Unix time; 0 for at once
	Ordering   string     // ordering key; "" for none

	room []byte // of a body that a template makes
}

// A Writer writes the extras of one producer's messages. One goroutine at a time uses
// it.
type Writer struct {
	extras     *Extras
	facts      facts
	ordering   *KeyChooser
	properties []propertyTemplate
}

// Writer returns a writer for a producer, nil if x is nil.
func (x *Extras) Writer(seed uint64) *Writer {
	if x == nil {
		return nil
	}
	source := rand.NewPCG(seed, 1)
	w := &Writer{extras: x, facts: facts{random: rand.New(source)}, ordering: x.Ordering.Chooser(rand.NewPCG(seed, 2))}
	w.facts.text, w.properties = newTextWriter(source), x.Properties.list()
	return w
}

// Write fills in the extras of the next message, of which s is the stamp so far, and
// returns its stamp: a message with a delay is due when it is due for delivery.
func (w *Writer) Write(e *Extra, s Stamp) Stamp {
	x := w.extras
	w.facts.number, w.facts.due = x.number.Add(1)-1, s.Due
	e.EventTime, e.DeliverAt, e.Ordering = 0, 0, w.ordering.Next()
	if x.EventTime {
		e.EventTime = s.Due / int64(time.Millisecond)
	}
	if !x.Delay.IsZero() {
		delay := x.Delay.Least
		if more := x.Delay.Most - delay; more > 0 {
			delay += time.Duration(w.facts.random.Int64N(int64(more) + 1))
		}
		e.DeliverAt = (s.Due + int64(delay) + int64(time.Millisecond) - 1) / int64(time.Millisecond)
		s.Due = e.DeliverAt * int64(time.Millisecond)
	}
	n := len(w.properties)
	if x.Content != nil {
		n++
	}
	for len(e.Properties) < n {
		e.Properties = append(e.Properties, Property{})
	}
	e.Properties = e.Properties[:n]
	for i, p := range w.properties {
		e.Properties[i].Name = p.name
		e.Properties[i].Value = p.value.append(e.Properties[i].Value[:0], &w.facts)
	}
	e.Own = x.Content != nil
	if e.Own {
		last := &e.Properties[n-1]
		last.Name, last.Value = StampProperty, AppendStampText(last.Value[:0], s)
		w.body(e)
	}
	return s
}

func (w *Writer) body(e *Extra) {
	c := w.extras.Content
	if c.maker != nil {
		e.room = c.maker.Make(e.room[:0], &w.facts)
		e.Body = e.room
		return
	}
	if c.template == nil {
		e.Body = c.bodies[w.facts.number%uint64(len(c.bodies))]
		return
	}
	e.room = c.template.append(e.room[:0], &w.facts)
	e.Body = e.room
}

// Limits of the properties of a message.
const (
	propertiesMax    = 64
	propertyNameMax  = 256
	propertyValueMax = 4096
)

// Properties are the properties of each message, as they are typed: region:eu,tenant:7.
// Their values are templates. The empty Properties are none.
type Properties string

type propertyTemplate struct {
	name  string
	value *Template
}

// ParseProperties reads name:value pairs with commas between them, or none. A value
// may contain fields of a template, and a colon.
func ParseProperties(text string) (Properties, error) {
	if text == "none" {
		return "", nil
	}
	if _, err := parseProperties(text); err != nil {
		return "", err
	}
	return Properties(text), nil
}

func parseProperties(text string) ([]propertyTemplate, error) {
	var list []propertyTemplate
	for _, pair := range splitOutside(text, ',') {
		name, value, found := strings.Cut(pair, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !found || name == "":
			return nil, fmt.Errorf("%q is not a property, name:value", pair)
		case name == StampProperty:
			return nil, fmt.Errorf("the property %s is the one that pulsh counts messages by", name)
		case len(name) > propertyNameMax:
			return nil, fmt.Errorf("a property's name of %d bytes exceeds the limit of %d", len(name), propertyNameMax)
		}
		for _, other := range list {
			if other.name == name {
				return nil, fmt.Errorf("the property %s is given twice", name)
			}
		}
		t, err := ParseTemplate(value)
		if err == nil && t.Largest() > propertyValueMax {
			err = fmt.Errorf("the value of %s may have %d bytes, more than the limit of %d", name, t.Largest(), propertyValueMax)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, propertyTemplate{name, t})
	}
	if len(list) > propertiesMax {
		return nil, fmt.Errorf("%d properties exceed the limit of %d", len(list), propertiesMax)
	}
	return list, nil
}

// list returns the properties in order.
func (p Properties) list() []propertyTemplate {
	if p == "" {
		return nil
	}
	list, _ := parseProperties(string(p)) // it was parsed when it was set
	return list
}

// splitOutside splits a text at a separator outside parentheses.
func splitOutside(text string, separator byte) (fields []string) {
	depth, start := 0, 0
	for i := range len(text) {
		switch {
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		case text[i] == separator && depth <= 0:
			fields = append(fields, text[start:i])
			start = i + 1
		}
	}
	return append(fields, text[start:])
}

// String writes the properties as ParseProperties reads them.
func (p Properties) String() string {
	if p == "" {
		return "none"
	}
	return string(p)
}

// Count returns the number of properties.
func (p Properties) Count() int { return len(p.list()) }

// Largest returns the most bytes of all names and values.
func (p Properties) Largest() (n int) {
	for _, one := range p.list() {
		n += len(one.name) + one.value.Largest()
	}
	return n
}

// Sample returns up to n bodies of different slots as a batch has them, one after the other
// with their stamps, to be compressed: about most bytes at most.
func Sample(spec Spec, bodies *Bodies, n int, stream uint64, most int) []byte {
	var w *Writer
	if spec.Extras != nil { // with a count of its own
		w = (&Extras{Content: spec.Extras.Content, Properties: spec.Extras.Properties}).Writer(stream)
	}
	var sample []byte
	var e Extra
	for i := 0; i < n && len(sample) < most; i++ {
		s := Stamp{Producer: stream, Sequence: uint64(i)}
		if w != nil {
			w.Write(&e, s)
			for _, p := range e.Properties {
				sample = append(append(sample, p.Name...), p.Value...)
			}
		}
		if e.Own {
			sample = append(sample, e.Body[:min(len(e.Body), most)]...)
			continue
		}
		at, body := len(sample), bodies.Body(i)
		sample = append(sample, body[:min(len(body), most)]...)
		PutStamp(sample[at:], s)
	}
	return sample
}
