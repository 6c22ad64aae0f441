package lang

import (
	"slices"
	"strings"
	"unicode"

	"pulsh/session/spell"
)

// How well a name fits what was typed, the best first. From fuzzyFrom letters on
// the middle of a name may be meant.
const (
	rankPrefix  = iota // it begins with it
	rankWords          // the letters begin its words: ps is produce stop
	rankLetters        // it has the letters in this order
	rankNone
)

// fit keeps what may be meant by what was typed, the best first. Among equals
// the order stays.
func fit(typed string, all []Suggestion) []Suggestion {
	lower := strings.ToLower(typed)
	var ranked [rankNone][]Suggestion
	for _, s := range all {
		if r := rank(lower, strings.ToLower(s.Text)); r < rankNone {
			ranked[r] = append(ranked[r], s)
		}
	}
	return slices.Concat(ranked[:]...)
}

// rank says how well text fits; both are in lower case.
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

// wordsOf are the words of a name, whatever stands between them.
func wordsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// beginsWords says whether typed is made of beginnings of the words, in their
// order; a word may be left out.
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

// shared is the length of the beginning that two texts share.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
