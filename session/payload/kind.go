package payload

import (
	"fmt"
	"strings"
)

// A Kind is what fills a body after its stamp.
type Kind uint8

// The kinds of bodies.
const (
	// RandomKind is random bytes, which do not compress.
	RandomKind Kind = iota
	// TextKind is made-up words that repeat. LZ4 and similar codecs compress a
	// batch of them to a third or a quarter.
	TextKind
	// SequentialKind is the bytes 0, 1, 2 … 255, 0, 1 … of the position in the
	// body, which are easy to recognise in a dump.
	SequentialKind
	// ZeroKind is zero bytes, which compress to almost nothing.
	ZeroKind
	// PatternKind is a text of the user's, again and again.
	PatternKind
	// NoneKind is no bytes at all.
	NoneKind
	// FileKind is the messages of a file or a folder of the user's.
	FileKind
	// TemplateKind is a text of the user's with fields, see Template.
	TemplateKind
)

// Own reports whether bodies of this kind are the user's from the first byte on, so that
// their stamps travel in a property. Their size is not that of the setting.
func (k Kind) Own() bool { return k >= NoneKind }

// PatternMax bounds the text of PatternKind in bytes.
const PatternMax = 4096

// KindNames returns the names of all kinds, in the order of their values.
func KindNames() []string {
	return []string{"random", "text", "sequential", "zero", "pattern(TEXT)", "none", "file(FILE)", "template(TEXT)"}
}

// calls are the kinds that take an argument, by their names.
var calls = map[string]Kind{"pattern": PatternKind, "file": FileKind, "template": TemplateKind}

// ParseBody reads a kind of body, with the argument of pattern(TEXT), file(FILE) or
// template(TEXT), else "". Files are not read.
func ParseBody(text string) (kind Kind, argument string, err error) {
	name, inner, called := strings.Cut(text, "(")
	kind, known := calls[name]
	if !called || !known {
		kind, err = ParseKind(text)
		return kind, "", err
	}
	form := KindNames()[kind]
	argument, closed := strings.CutSuffix(inner, ")")
	switch {
	case !closed:
		return 0, "", fmt.Errorf("%q has no closing parenthesis (%s)", text, form)
	case argument == "":
		return 0, "", fmt.Errorf("a %s needs a %s (%s)", name, map[bool]string{true: "name", false: "text"}[kind == FileKind], form)
	case len(argument) > PatternMax:
		return 0, "", fmt.Errorf("a %s of %d bytes exceeds the limit of %d", name, len(argument), PatternMax)
	}
	switch kind {
	case FileKind:
		_, err = ParseFileBody(argument)
	case TemplateKind:
		if _, inFile := TemplateFile(argument); !inFile {
			_, err = ParseTemplate(argument)
		}
	}
	if err != nil {
		return 0, "", err
	}
	return kind, argument, nil
}

// TemplateFile returns the file that holds a template, if the argument is @FILE.
func TemplateFile(argument string) (name string, inFile bool) {
	name, inFile = strings.CutPrefix(argument, "@")
	return name, inFile && name != ""
}

// FormatBody writes a kind of body as ParseBody reads it.
func FormatBody(kind Kind, argument string) string {
	for name, k := range calls {
		if k == kind {
			return name + "(" + argument + ")"
		}
	}
	return kind.String()
}

// ParseKind reads the name of a kind.
func ParseKind(text string) (Kind, error) {
	for i, name := range KindNames() {
		if text == name && !strings.Contains(name, "(") {
			return Kind(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a kind of body (%s)", text, strings.Join(KindNames(), ", "))
}

// String returns the name of the kind.
func (k Kind) String() string {
	if names := KindNames(); int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// UnmarshalText reads the kind as ParseKind does.
func (k *Kind) UnmarshalText(text []byte) error {
	parsed, err := ParseKind(string(text))
	if err != nil {
		return err
	}
	*k = parsed
	return nil
}
