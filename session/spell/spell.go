// Package spell finds the name that a mistyped word stands for. It is pure.
package spell

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest lists the names that typed may stand for, the likeliest first. At most
// one letter in three is wrong, missing, added or swapped with its neighbour;
// one wrong letter is always allowed. Of names that are equally near, those that
// typed abbreviates come first. Case does not matter.
func Nearest(typed string, names []string) []string {
	typed = strings.ToLower(typed)
	length := utf8.RuneCountInString(typed)
	most := max(length/3, 1)
	type candidate struct {
		name  string
		apart int  // single changes
		other bool // typed does not abbreviate it
	}
	var near []candidate
	for _, name := range names {
		lower := strings.ToLower(name)
		if gap := utf8.RuneCountInString(lower) - length; gap > most || -gap > most {
			continue // as many changes are needed at least; to count them takes long for a pasted word
		}
		if d := distance(typed, lower); d <= most {
			near = append(near, candidate{name, d, !Abbreviates(typed, lower)})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int {
		switch {
		case a.apart != b.apart:
			return a.apart - b.apart
		case a.other == b.other:
			return 0
		case b.other:
			return -1
		}
		return 1
	})
	var list []string
	for _, c := range near {
		if !slices.Contains(list, c.name) {
			list = append(list, c.name)
		}
	}
	return list
}

// distance returns the number of single changes (a letter replaced, left out,
// added, or swapped with the next one) that turn a into b: the optimal string
// alignment distance.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(s)][len(t)]
}

// Abbreviates reports whether a is b with some letters left out: all letters of
// a are in b, in the same order.
func Abbreviates(a, b string) bool {
	for _, r := range a {
		i := strings.IndexRune(b, r)
		if i < 0 {
			return false
		}
		b = b[i+len(string(r)):]
	}
	return true
}
