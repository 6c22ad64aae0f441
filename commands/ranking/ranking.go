// Package ranking orders names by how well they match the typed text.
package ranking

import (
	"slices"
	"strings"
	"unicode"

	"pulsh/session/spell"
)

// The ranks of a match, best first. Less than fuzzyFrom letters match only as a prefix.
const (
	rankPrefix  = iota // the name begins with the letters
	rankWords          // the letters begin words of the name: ps is produce stop
	rankLetters        // the name has the letters in this order
	rankNone
)

// fuzzyFrom is the number of letters from which on a match need not be a prefix.
const fuzzyFrom = 2

// Fit returns those of all whose names match typed, the best first. The order of equal
// ranks stays.
func Fit[T any](typed string, all []T, name func(T) string) []T {
	lower := strings.ToLower(typed)
	var ranked [rankNone][]T
	for _, one := range all {
		if r := rank(lower, strings.ToLower(name(one))); r < rankNone {
			ranked[r] = append(ranked[r], one)
		}
	}
	return slices.Concat(ranked[:]...)
}

// rank returns the rank of text; both are in lower case.
func rank(typed, text string) int {
	switch {
	case strings.HasPrefix(text, typed):
		return rankPrefix
	case len([]rune(typed)) < fuzzyFrom:
		return rankNone
	case beginsWords(typed, wordsOf(text)):
		return rankWords
	case spell.Abbreviates(typed, text):
		return rankLetters
	}
	return rankNone
}

// wordsOf splits a name at all characters that are not letters or digits.
func wordsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// beginsWords reports whether typed consists of prefixes of the words, in order; words
// may be left out.
func beginsWords(typed string, words []string) bool {
	if typed == "" {
		return true
	}
	for i, w := range words {
		for n := shared(typed, w); n > 0; n-- {
			if beginsWords(typed[n:], words[i+1:]) {
				return true
			}
		}
	}
	return false
}

// shared returns the length of the common prefix.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
