// Package measure cuts text into characters as a user sees them (grapheme
// clusters, Unicode Standard Annex 29) and counts the terminal columns that they
// take.
//
// All packages that draw text measure it here, so that a row of a graph has the
// same width when it is laid out and when it is painted. The result does not
// depend on the locale: box drawing characters take one column also in a CJK
// locale, in which go-runewidth by default counts two.
package measure

import (
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"
)

// ruler measures single runes.
var ruler = &runewidth.Condition{StrictEmojiNeutral: true}

// Rune returns the columns of r: 0 for control and combining characters, else 1
// or 2.
func Rune(r rune) int {
	switch {
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x7f, isDrawing(r):
		return 1
	}
	return ruler.RuneWidth(r)
}

// isDrawing reports whether r is a box drawing, block, geometric or braille
// character of one column. Graphs consist mostly of these, so they have a fast
// path.
func isDrawing(r rune) bool {
	return r >= 0x2500 && r < 0x25fd || r >= 0x2800 && r < 0x2900
}

// firstJoining is the smallest rune that can join the rune before it.
const firstJoining = 0x300

// Next returns the length in bytes of the first character of text, 0 if text is
// empty. A character is a letter with its accents, an emoji with everything that
// is joined to it, or a flag.
func Next(text string) int {
	if text == "" {
		return 0
	}
	if len(text) == 1 || text[0] < utf8.RuneSelf && text[1] < utf8.RuneSelf && text[0] != '\r' {
		return 1
	}
	r, n := utf8.DecodeRuneInString(text)
	if n == len(text) {
		return n
	}
	next, _ := utf8.DecodeRuneInString(text[n:])
	if isDrawing(r) && (next < firstJoining || isDrawing(next)) || r < firstJoining && next < firstJoining && r != '\r' {
		return n
	}
	each := graphemes.FromString(text)
	each.Next()
	return max(len(each.Value()), 1)
}

// Character returns the columns of one character: those of its first rune that
// has a width. A flag, which is a pair of regional indicators, takes two.
func Character(char string) int {
	if len(char) == 1 {
		return Rune(rune(char[0]))
	}
	indicators := 0
	for _, r := range char {
		if w := Rune(r); w > 0 && (r < regionalA || r > regionalZ) {
			return w
		} else if w > 0 {
			indicators++
		}
	}
	return min(indicators, 2)
}

// The first and the last regional indicator.
const regionalA, regionalZ = 0x1f1e6, 0x1f1ff

// Simple returns the columns of a text of runes that have one column each and
// join no neighbour, such as letters and box drawing. It reports false for any
// other text, and for some texts of such runes that are rare.
func Simple(text string) (columns int, ok bool) {
	for _, r := range text {
		ascii, latin := r >= 0x20 && r < 0x7f, r > 0xa0 && r < firstJoining && r != softHyphen
		if !ascii && !latin && !isDrawing(r) {
			return 0, false
		}
		columns++
	}
	return columns, true
}

// softHyphen is invisible within a line.
const softHyphen = 0xad

// Text returns the columns of a line without escape sequences.
func Text(text string) int {
	if columns, ok := Simple(text); ok {
		return columns
	}
	width := 0
	for text != "" {
		n := Next(text)
		width += Character(text[:n])
		text = text[n:]
	}
	return width
}

// Separable reports whether char keeps its width and stays a character of its
// own beside any other text.
func Separable(char string) bool {
	const letter, emoji = "x", "👩"
	return Next(letter+char) == len(letter) && Next(char+letter) == len(char) && Next(char+emoji) == len(char)
}
