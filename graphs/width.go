package graphs

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"

	"pulsh/graphs/measure"
)

// ellipsis replaces text that was cut off.
const ellipsis = "…"

// Width returns the terminal columns of a line of text. SGR sequences, which
// choose colours and attributes, take none.
func Width(text string) int {
	if columns, ok := measure.Simple(text); ok {
		return columns
	}
	width := 0
	for text != "" {
		plain, _, rest := nextSGR(text)
		width += measure.Text(plain)
		text = rest
	}
	return width
}

// Clean makes text safe for one line of the screen: control characters become
// spaces, bytes and runes that cannot be shown become '?', and characters without
// a width are dropped. SGR sequences stay.
func Clean(text string) string {
	if _, ok := measure.Simple(text); ok {
		return text
	}
	var out strings.Builder
	for text != "" {
		plain, sequence, rest := nextSGR(text)
		out.WriteString(cleanPlain(plain))
		out.WriteString(sequence)
		text = rest
	}
	return out.String()
}

// Left pads text with spaces on its right side, or cuts it, to width columns.
func Left(text string, width int) string {
	text = Cut(text, width)
	return text + spaces(width-Width(text))
}

// Right pads text with spaces on its left side, or cuts it, to width columns.
func Right(text string, width int) string {
	text = Cut(text, width)
	return spaces(width-Width(text)) + text
}

// Cut cleans text and shortens it to at most width columns. The last column of a
// shortened text is an ellipsis.
func Cut(text string, width int) string {
	if width <= 0 {
		return ""
	}
	text = Clean(text)
	if Width(text) <= width {
		return text
	}
	var out strings.Builder
	left, painted := width-1, false
	for text != "" && left >= 0 {
		plain, sequence, rest := nextSGR(text)
		for plain != "" {
			n := measure.Next(plain)
			left -= measure.Character(plain[:n])
			if left < 0 {
				break
			}
			out.WriteString(plain[:n])
			plain = plain[n:]
		}
		if left >= 0 && sequence != "" {
			out.WriteString(sequence)
			painted = true
		}
		text = rest
	}
	out.WriteString(ellipsis)
	if painted {
		_, end := Style(color.FgWhite).sequences()
		out.WriteString(end)
	}
	return out.String()
}

// plainASCII reports whether every byte is a printable ASCII character.
func plainASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// sgrBegin is the beginning of an SGR sequence. Parameters and an m follow.
const sgrBegin = "\x1b["

// nextSGR splits text at its first SGR sequence.
func nextSGR(text string) (plain, sequence, rest string) {
	from := 0
	for {
		start := strings.Index(text[from:], sgrBegin)
		if start < 0 {
			return text, "", ""
		}
		start += from
		end := start + len(sgrBegin)
		for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == ';') {
			end++
		}
		if end < len(text) && text[end] == 'm' {
			return text[:start], text[start : end+1], text[end+1:]
		}
		from = end
	}
}

// stripSGR removes the SGR sequences from text.
func stripSGR(text string) string {
	if !strings.Contains(text, sgrBegin) {
		return text
	}
	var out strings.Builder
	for text != "" {
		plain, _, rest := nextSGR(text)
		out.WriteString(plain)
		text = rest
	}
	return out.String()
}

// cleanPlain is Clean for text without SGR sequences. A character that could join
// its neighbour, and so change the width of the line that the text is put into,
// becomes '?'.
func cleanPlain(text string) string {
	if _, ok := measure.Simple(text); ok {
		return text
	}
	text = strings.Map(cleanRune, text)
	var out strings.Builder
	for text != "" {
		n := measure.Next(text)
		char := strings.TrimSuffix(text[:n], string(joiner))
		text = text[n:]
		first, _ := utf8.DecodeRuneInString(char)
		switch width := measure.Character(char); {
		case width == 0 || measure.Rune(first) == 0:
		case measure.Separable(char):
			out.WriteString(char)
		default:
			out.WriteString(strings.Repeat("?", width))
		}
	}
	return out.String()
}

// joiner is the zero width joiner, which makes one emoji of several.
const joiner = '\u200d'

// cleanRune returns the rune that is shown for r.
func cleanRune(r rune) rune {
	switch {
	case unicode.IsControl(r):
		return ' '
	case r != joiner && (r == utf8.RuneError || !unicode.IsPrint(r)):
		return '?'
	}
	return r
}

// spaces returns n spaces, none for a negative n.
func spaces(n int) string {
	return strings.Repeat(" ", max(n, 0))
}
