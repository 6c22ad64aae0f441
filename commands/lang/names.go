package lang

import (
	"slices"
	"strings"

	"pulsh/session/spell"
)

// Nearest returns the name nearest to typed, if one is near.
func Nearest(typed string, names []string) (string, bool) {
	list := spell.Nearest(typed, names)
	if len(list) == 0 {
		return "", false
	}
	return list[0], true
}

// And joins names: a, b and c.
func And(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// or joins words: a, b or c.
func or(names []string) string {
	names = slices.Compact(slices.Clone(names))
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
