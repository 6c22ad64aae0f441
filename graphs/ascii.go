package graphs

import "strings"

// ASCII rewrites a text for a terminal that shows nothing but ASCII: blocks,
// lines and signs of this package become the nearest ASCII character, every
// other rune becomes '?'. The width stays the same.
func ASCII(text string) string {
	if plainASCII(text) {
		return text
	}
	measure := narrow()
	var out strings.Builder
	for _, r := range text {
		if r <= '~' {
			out.WriteRune(r)
			continue
		}
		for range measure.RuneWidth(r) {
			out.WriteRune(nearestASCII(r))
		}
	}
	return out.String()
}

// nearestASCII is the character that looks or reads most like a rune.
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
