package payload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// The limits of a template.
const (
	// TemplateMax bounds its text in bytes.
	TemplateMax = 64 << 10
	// fieldsMax bounds its fields: more than any record has.
	fieldsMax = 1000
	// textMax bounds a text field in bytes, and the bytes of a hex field.
	textMax = 64 << 10
	// decimalsMax bounds the decimals of a float field.
	decimalsMax = 15
)

// A Template is a text with fields in double braces, which have another value in each
// message: {"id":{{counter}},"at":"{{time}}"}. It never changes.
type Template struct {
	text   string
	parts  []templatePart
	most   int // bytes of the largest result
	fields int
}

// templatePart is a literal text, or a field.
type templatePart struct {
	literal string
	write   func(b []byte, f *facts) []byte // nil for a literal
}

// facts are what the fields of one message are made from.
type facts struct {
	number uint64 // of the message in its group, from 0
	due    int64  // ns of Unix time
	random *rand.Rand
	text   *textWriter
}

// A templateField is a kind of field.
type templateField struct {
	name string
	form string // as the help shows it
	doc  string
	make func(args []string) (write func([]byte, *facts) []byte, most int, err error)
}

// templateFields lists the fields in the order of the help.
func templateFields() []templateField {
	return []templateField{
		{"counter", "counter", "1, 2, 3 … of the group; counter(1000) begins there", counterField},
		{"uuid", "uuid", "a random UUID", uuidField},
		{"time", "time", "when the message was due, as RFC 3339; time(ms), time(s) or time(ns) of Unix time", timeField},
		{"int", "int(1,100)", "a random whole number from one to the other", intField},
		{"float", "float(0,1)", "a random number; float(0,1,2) with two decimals", floatField},
		{"choice", "choice(red,green)", "one of them at random", choiceField},
		{"bool", "bool", "true or false", boolField},
		{"name", "name", "a made-up name", nameField},
		{"text", "text(40)", "made-up words of so many bytes", textField},
		{"hex", "hex(16)", "so many random hexadecimal digits", hexField},
	}
}

// TemplateFields lists the fields of a template as name and meaning in turn.
func TemplateFields() []string {
	var all []string
	for _, f := range templateFields() {
		all = append(all, "{{"+f.form+"}}", f.doc)
	}
	return all
}

// ParseTemplate reads a template. Single braces are part of the text.
func ParseTemplate(text string) (*Template, error) {
	if len(text) > TemplateMax {
		return nil, fmt.Errorf("a template of %d bytes exceeds the limit of %d", len(text), TemplateMax)
	}
	t := &Template{text: text}
	for rest := text; rest != ""; {
		at := strings.Index(rest, "{{")
		if at < 0 {
			t.add(rest)
			break
		}
		for strings.HasPrefix(rest[at+1:], "{{") { // {{{counter}} is { and a field
			at++
		}
		t.add(rest[:at])
		inner, after, closed := strings.Cut(rest[at+2:], "}}")
		if !closed {
			return nil, fmt.Errorf("%q has no closing braces (}})", shorten(rest[at:]))
		}
		if err := t.addField(inner); err != nil {
			return nil, err
		}
		rest = after
	}
	return t, nil
}

func (t *Template) add(literal string) {
	if literal != "" {
		t.parts = append(t.parts, templatePart{literal: literal})
		t.most += len(literal)
	}
}

func (t *Template) addField(inner string) error {
	if t.fields++; t.fields > fieldsMax {
		return fmt.Errorf("a template has at most %d fields", fieldsMax)
	}
	name, argument, called := strings.Cut(strings.TrimSpace(inner), "(")
	var args []string
	if called {
		argument, closed := strings.CutSuffix(argument, ")")
		if !closed {
			return fmt.Errorf("{{%s}} has no closing parenthesis", shorten(inner))
		}
		for arg := range strings.SplitSeq(argument, ",") {
			args = append(args, strings.TrimSpace(arg))
		}
	}
	var names []string
	for _, f := range templateFields() {
		if f.name != name {
			names = append(names, f.name)
			continue
		}
		write, most, err := f.make(args)
		if err != nil {
			return fmt.Errorf("{{%s}} is not a field: %w", shorten(inner), err)
		}
		t.parts = append(t.parts, templatePart{write: write})
		t.most += most
		return nil
	}
	return fmt.Errorf("{{%s}} is not a field of a template (%s)", shorten(inner), strings.Join(names, ", "))
}

// shorten cuts a text for an error.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// String returns the text of the template.
func (t *Template) String() string { return t.text }

// Largest returns the most bytes that the template makes.
func (t *Template) Largest() int { return t.most }

// append appends the text for one message.
func (t *Template) append(b []byte, f *facts) []byte {
	for i := range t.parts {
		if p := &t.parts[i]; p.write == nil {
			b = append(b, p.literal...)
		} else {
			b = p.write(b, f)
		}
	}
	return b
}

// wants returns an error unless there are from least to most arguments.
func wants(args []string, least, most int, form string) error {
	if len(args) < least || len(args) > most {
		return fmt.Errorf("it is written %s", form)
	}
	return nil
}

func counterField(args []string) (func([]byte, *facts) []byte, int, error) {
	first := int64(1)
	if err := wants(args, 0, 1, "counter or counter(1000)"); err != nil {
		return nil, 0, err
	}
	if len(args) == 1 {
		n, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || n < 0 || n > 1<<62 {
			return nil, 0, fmt.Errorf("%q is not a whole number from 0 on", args[0])
		}
		first = n
	}
	return func(b []byte, f *facts) []byte { return strconv.AppendInt(b, first+int64(f.number), 10) }, 20, nil
}

const hexDigits = "0123456789abcdef"

func uuidField(args []string) (func([]byte, *facts) []byte, int, error) {
	return func(b []byte, f *facts) []byte {
		high, low := f.random.Uint64(), f.random.Uint64()
		high = high&^0xf000 | 0x4000       // version 4
		low = low&^(3<<62) | uint64(2)<<62 // variant of RFC 9562
		for i := range 32 {
			if i == 8 || i == 12 || i == 16 || i == 20 {
				b = append(b, '-')
			}
			word, at := high, i
			if i >= 16 {
				word, at = low, i-16
			}
			b = append(b, hexDigits[word>>(60-4*at)&15])
		}
		return b
	}, 36, wants(args, 0, 0, "uuid")
}

func timeField(args []string) (func([]byte, *facts) []byte, int, error) {
	if err := wants(args, 0, 1, "time, time(ms), time(s) or time(ns)"); err != nil {
		return nil, 0, err
	}
	if len(args) == 0 {
		const layout = "2006-01-02T15:04:05.000Z"
		return func(b []byte, f *facts) []byte { return time.Unix(0, f.due).UTC().AppendFormat(b, layout) }, len(layout), nil
	}
	unit, known := map[string]int64{"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}[args[0]]
	if !known {
		return nil, 0, fmt.Errorf("%q is not a unit of time (s, ms, us, ns)", args[0])
	}
	return func(b []byte, f *facts) []byte { return strconv.AppendInt(b, f.due/unit, 10) }, 20, nil
}

func intField(args []string) (func([]byte, *facts) []byte, int, error) {
	if err := wants(args, 2, 2, "int(1,100)"); err != nil {
		return nil, 0, err
	}
	low, wrong := strconv.ParseInt(args[0], 10, 64)
	high, err := strconv.ParseInt(args[1], 10, 64)
	const most = 1 << 53 // the numbers that JSON readers keep exactly
	if wrong != nil || err != nil || low > high || low < -most || high > most {
		return nil, 0, fmt.Errorf("int takes two whole numbers in order, such as int(1,100)")
	}
	return func(b []byte, f *facts) []byte { return strconv.AppendInt(b, low+f.random.Int64N(high-low+1), 10) }, 20, nil
}

func floatField(args []string) (func([]byte, *facts) []byte, int, error) {
	if err := wants(args, 2, 3, "float(0,1) or float(0,1,2)"); err != nil {
		return nil, 0, err
	}
	low, wrong := strconv.ParseFloat(args[0], 64)
	high, err := strconv.ParseFloat(args[1], 64)
	if wrong != nil || err != nil || !(low <= high) || math.Abs(low) > 1e15 || math.Abs(high) > 1e15 {
		return nil, 0, fmt.Errorf("float takes two numbers in order, such as float(0,1)")
	}
	decimals := 3
	if len(args) == 3 {
		if decimals, err = strconv.Atoi(args[2]); err != nil || decimals < 0 || decimals > decimalsMax {
			return nil, 0, fmt.Errorf("%q is not a number of decimals up to %d", args[2], decimalsMax)
		}
	}
	return func(b []byte, f *facts) []byte {
		return strconv.AppendFloat(b, low+f.random.Float64()*(high-low), 'f', decimals, 64)
	}, 18 + decimals, nil
}

func choiceField(args []string) (func([]byte, *facts) []byte, int, error) {
	if len(args) == 0 || len(args) == 1 && args[0] == "" {
		return nil, 0, fmt.Errorf("it is written choice(red,green)")
	}
	most := 0
	for _, one := range args {
		most = max(most, len(one))
	}
	return func(b []byte, f *facts) []byte { return append(b, args[f.random.IntN(len(args))]...) }, most, nil
}

func boolField(args []string) (func([]byte, *facts) []byte, int, error) {
	return func(b []byte, f *facts) []byte { return strconv.AppendBool(b, f.random.Uint32()&1 == 0) }, 5, wants(args, 0, 0, "bool")
}

func nameField(args []string) (func([]byte, *facts) []byte, int, error) {
	return func(b []byte, f *facts) []byte {
		for i := range 2 {
			if i > 0 {
				b = append(b, ' ')
			}
			at := len(b)
			for range 2 + f.random.IntN(2) {
				b = f.text.syllable(b)
			}
			b[at] -= 'a' - 'A'
		}
		return b
	}, 13, wants(args, 0, 0, "name")
}

// countArgument reads the argument of a field of so many bytes.
func countArgument(args []string, form string) (int, error) {
	if err := wants(args, 1, 1, form); err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 || n > textMax {
		return 0, fmt.Errorf("%q is not a whole number from 1 to %d", args[0], textMax)
	}
	return n, nil
}

func textField(args []string) (func([]byte, *facts) []byte, int, error) {
	n, err := countArgument(args, "text(40)")
	return func(b []byte, f *facts) []byte {
		at := len(b)
		b = append(b, make([]byte, n)...)
		f.text.words(b[at:])
		return b
	}, n, err
}

func hexField(args []string) (func([]byte, *facts) []byte, int, error) {
	n, err := countArgument(args, "hex(16)")
	return func(b []byte, f *facts) []byte {
		for range n {
			b = append(b, hexDigits[f.random.Uint32()&15])
		}
		return b
	}, n, err
}
