package screen

import (
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"
)

// ruler measures runes. It is a Condition of its own, never changed after it is
// built, so that a CJK locale does not make the box drawing of a graph two
// columns wide.
var ruler = func() *runewidth.Condition {
	c := runewidth.NewCondition()
	c.EastAsianWidth = false
	return c
}()

// RuneWidth returns the columns that r takes: 0 (controls and combining
// characters), 1 or 2.
func RuneWidth(r rune) int {
	switch {
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x7f, isDrawing(r):
		return 1
	}
	return ruler.RuneWidth(r)
}

// isDrawing says whether r is box drawing, a block or braille: most of a graph.
func isDrawing(r rune) bool {
	return r >= 0x2500 && r < 0x25a0 || r >= 0x2800 && r < 0x2900
}

// firstMark is the first rune that can join the one before it.
const firstMark = 0x300

// Character returns the length in bytes of the first character of text as a user
// sees it: a letter with its accents, an emoji with all that is joined to it. It
// is 0 for an empty text.
func Character(text string) int {
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
	if isDrawing(r) && (next < firstMark || isDrawing(next)) || r < firstMark && next < firstMark && r != '\r' {
		return n
	}
	each := graphemes.FromString(text)
	each.Next()
	return max(len(each.Value()), 1)
}

// CharacterWidth returns the columns of a character: those of its first rune that
// has a width, two for a flag, which is a pair of letters.
func CharacterWidth(char string) int {
	letters := 0
	for _, r := range char {
		if w := RuneWidth(r); w > 0 && (r < regionalA || r > regionalZ) {
			return w
		} else if w > 0 {
			letters++
		}
	}
	return min(letters, 2)
}

// The regional indicators, pairs of which are flags.
const regionalA, regionalZ = 0x1f1e6, 0x1f1ff

// TextWidth returns the columns of a line without escape sequences.
func TextWidth(text string) int {
	width := 0
	for text != "" {
		n := Character(text)
		width += CharacterWidth(text[:n])
		text = text[n:]
	}
	return width
}
