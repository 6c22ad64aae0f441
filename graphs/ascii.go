package graphs

import (
	"strings"
	"unicode/utf8"

	"pulsh/graphs/measure"
)

// ASCII rewrites text for a terminal that shows only ASCII: blocks, lines and
// signs of this package become the nearest ASCII character, any other character
// becomes one '?' per column. SGR sequences and the width stay the same.
func ASCII(text string) string {
	if plainASCII(text) {
		return text
	}
	var out strings.Builder
	for text != "" {
		n := measure.Next(text)
		char := text[:n]
		text = text[n:]
		if char[0] < utf8.RuneSelf {
			out.WriteByte(char[0]) // without the marks on it
			continue
		}
		nearest := '?'
		if r, size := utf8.DecodeRuneInString(char); size == n {
			nearest = nearestASCII(r)
		}
		for range measure.Character(char) {
			out.WriteRune(nearest)
		}
	}
	return out.String()
}

// nearestASCII returns the character that looks or reads most like r.
func nearestASCII(r rune) rune {
	switch r {
	case 'µ':
		return 'u'
	case '–', '─', '━', '╌', '╍', '┈':
		return '-'
	case '│', '┃', '┤', '├', '┊':
		return '|'
	case '·', '…', '▏', '▁', '░':
		return '.'
	case '●', '•':
		return '*'
	case '▲':
		return '^'
	case '→':
		return '>'
	case '≤':
		return '<'
	case '▂', '▃', '▎', '▍':
		return ':'
	case '▄', '▅', '▌', '▋':
		return '+'
	case '▆', '▇', '▊', '▉':
		return '*'
	case '█':
		return '#'
	}
	return '?'
}
