package commands

import (
	"slices"
	"strings"
)

// nearest finds the name that was most likely meant.
func nearest(typed string, names []string) (string, bool) {
	list := near(typed, names)
	if len(list) == 0 {
		return "", false
	}
	return list[0], true
}

// near lists the names that may have been meant, the likeliest first: at most
// one letter in three is wrong, missing, added or swapped with its neighbour.
// Of two that are equally near, the one of which letters were left out is
// likelier.
func near(typed string, names []string) []string {
	most := max(len([]rune(typed))/3, 1)
	typed = strings.ToLower(typed)
	var list []string
	for d := 0; d <= most; d++ {
		var longer, other []string
		for _, name := range names {
			lower := strings.ToLower(name)
			switch {
			case distance(typed, lower) != d || slices.Contains(list, name):
			case subsequence(typed, lower):
				longer = append(longer, name)
			default:
				other = append(other, name)
			}
		}
		list = append(append(list, longer...), other...)
	}
	return list
}

// distance is the number of single changes (a letter replaced, left out, added,
// or swapped with the next one) between two words: optimal string alignment.
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

// and joins names as a sentence does: a, b and c.
func and(names []string) string {
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
