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
)

// PatternMax bounds the text of PatternKind in bytes.
const PatternMax = 4096

// KindNames returns the names of all kinds, in the order of their values.
func KindNames() []string {
	return []string{"random", "text", "sequential", "zero", "pattern(TEXT)"}
}

// ParseBody reads a kind of body, with the text of pattern(TEXT), else "".
func ParseBody(text string) (kind Kind, pattern string, err error) {
	inner, ok := strings.CutPrefix(text, "pattern(")
	if !ok {
		kind, err = ParseKind(text)
		return kind, "", err
	}
	pattern, ok = strings.CutSuffix(inner, ")")
	switch {
	case !ok:
		return 0, "", fmt.Errorf("%q has no closing parenthesis (pattern(TEXT))", text)
	case pattern == "":
		return 0, "", fmt.Errorf("a pattern needs a text (pattern(TEXT))")
	case len(pattern) > PatternMax:
		return 0, "", fmt.Errorf("a pattern of %d bytes exceeds the limit of %d", len(pattern), PatternMax)
	}
	return PatternKind, pattern, nil
}

// FormatBody writes a kind of body as ParseBody reads it.
func FormatBody(kind Kind, pattern string) string {
	if kind == PatternKind {
		return "pattern(" + pattern + ")"
	}
	return kind.String()
}

// ParseKind reads the name of a kind.
func ParseKind(text string) (Kind, error) {
	for i, name := range KindNames() {
		if text == name && Kind(i) != PatternKind {
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
