package graphs

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// ellipsis stands for text that was cut off.
const ellipsis = "…"

// narrow measures text as terminals outside of East Asian locales do. Box
// drawing is one cell there; the package never asks the environment, because a
// chart must have the same size everywhere.
func narrow() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}

// Width is the number of terminal cells that a text of one line takes. SGR
// sequences take none.
func Width(text string) int {
	if plainASCII(text) {
		return len(text)
	}
	return narrow().StringWidth(stripSGR(text))
}

// Clean makes text safe to put on one line of the screen: control characters
// become spaces, bytes and runes that cannot be shown become '?', runes of no
// width are dropped. SGR sequences stay.
func Clean(text string) string {
	if plainASCII(text) {
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

// Left pads text with spaces on its right side, or cuts it, to width cells.
func Left(text string, width int) string {
	text = Cut(text, width)
	return text + spaces(width-Width(text))
}

// Right pads text with spaces on its left side, or cuts it, to width cells.
func Right(text string, width int) string {
	text = Cut(text, width)
	return spaces(width-Width(text)) + text
}

// Cut cleans text and shortens it to at most width cells. The last cell of a
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
	measure, left, painted := narrow(), width-1, false
	for text != "" && left >= 0 {
		plain, sequence, rest := nextSGR(text)
		for _, r := range plain {
			left -= measure.RuneWidth(r)
			if left < 0 {
				break
			}
			out.WriteRune(r)
		}
		if left >= 0 && sequence != "" {
			out.WriteString(sequence)
			painted = true
		}
		text = rest
	}
	out.WriteString(ellipsis)
	if painted {
		out.WriteString(sgrOff)
	}
	return out.String()
}

// plainASCII says whether every byte is a printable ASCII character.
func plainASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// nextSGR splits text at its first SGR sequence.
func nextSGR(text string) (plain, sequence, rest string) {
	from := 0
	for {
		start := strings.Index(text[from:], "\x1b[")
		if start < 0 {
			return text, "", ""
		}
		start += from
		end := start + len("\x1b[")
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
	if !strings.Contains(text, "\x1b[") {
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

// cleanPlain is Clean for a text without SGR sequences. In its result the
// width of the whole is the sum of the widths of its runes, wherever it is put:
// a text whose runes melt together (flags, some scripts) loses them to '?'.
func cleanPlain(text string) string {
	if plainASCII(text) {
		return text
	}
	measure, sum := narrow(), 0
	var out strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsControl(r):
			r = ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			r = '?'
		}
		if width := measure.RuneWidth(r); width > 0 {
			out.WriteRune(r)
			sum += width
		}
	}
	cleaned := out.String()
	if measure.StringWidth("x"+cleaned+"x") == sum+len("xx") {
		return cleaned
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, cleaned)
}

// spaces is n spaces, none for a negative n.
func spaces(n int) string {
	return strings.Repeat(" ", max(n, 0))
}
