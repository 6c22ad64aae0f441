package lang

import (
	"fmt"
	"slices"
	"strings"

	"pulsh/graphs"
	"pulsh/session/spell"
)

// Nearest finds the name that was most likely meant.
func Nearest(typed string, names []string) (string, bool) {
	list := spell.Nearest(typed, names)
	if len(list) == 0 {
		return "", false
	}
	return list[0], true
}

// And joins names as a sentence does: a, b and c.
func And(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// or joins words as a question does: a, b or c.
func or(names []string) string {
	names = slices.Compact(slices.Clone(names))
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Count writes a number with its noun: 1 worker, 4 workers.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", graphs.Whole(float64(n)), noun)
}
