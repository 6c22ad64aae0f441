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
)

// KindNames returns the names of all kinds, in the order of their values.
func KindNames() []string { return []string{"random", "text", "sequential", "zero"} }

// ParseKind reads the name of a kind.
func ParseKind(text string) (Kind, error) {
	for i, name := range KindNames() {
		if text == name {
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
