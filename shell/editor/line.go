package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pulsh/shell/screen"
)

// line is a text and the cursor in it. Its methods move and delete by characters
// as a user sees them, never by bytes or runes.
type line struct {
	text string // valid UTF-8 without control characters
	at   int    // bytes before the cursor
}

// before is the place one character left of at.
func (l line) before(at int) int {
	// A character is found from the left only; the one before the cursor begins
	// at most at the last rune that stands alone.
	from := 0
	for i := at; i > 0; {
		r, n := utf8.DecodeLastRuneInString(l.text[:i])
		i -= n
		if r < utf8.RuneSelf && at-i > 1 {
			from = i
			break
		}
	}
	last := from
	for from < at {
		last = from
		from += measure.Next(l.text[from:])
	}
	return last
}

// after is the place one character right of at.
func (l line) after(at int) int { return at + measure.Next(l.text[at:]) }

func (l *line) left()  { l.at = l.before(l.at) }
func (l *line) right() { l.at = l.after(l.at) }
func (l *line) home()  { l.at = 0 }
func (l *line) end()   { l.at = len(l.text) }

// insert puts text before the cursor.
func (l *line) insert(text string) {
	l.text = l.text[:l.at] + text + l.text[l.at:]
	l.at += len(text)
}

// cut deletes what lies between two places and returns it. The cursor goes
// there.
func (l *line) cut(from, to int) string {
	gone := l.text[from:to]
	l.text = l.text[:from] + l.text[to:]
	l.at = from
	return gone
}

// isWord says whether r is part of a word for the word motions: rate=50k is two.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// isSpelled says the same where only blanks divide words.
func isSpelled(r rune) bool { return !unicode.IsSpace(r) }

// wordLeft is the beginning of the word before the cursor.
func (l line) wordLeft(in func(rune) bool) int {
	rest := strings.TrimRightFunc(l.text[:l.at], func(r rune) bool { return !in(r) })
	return len(strings.TrimRightFunc(rest, in))
}

// wordRight is the end of the word behind the cursor.
func (l line) wordRight(in func(rune) bool) int {
	rest := strings.TrimLeftFunc(l.text[l.at:], func(r rune) bool { return !in(r) })
	return len(l.text) - len(strings.TrimLeftFunc(rest, in))
}

// transpose swaps the two characters around the cursor and goes on; at the end
// it swaps the last two.
func (l *line) transpose() {
	if l.at == len(l.text) {
		l.left()
	}
	if l.at == 0 {
		l.at = min(l.after(0), len(l.text))
		return
	}
	from, to := l.before(l.at), l.after(l.at)
	l.text = l.text[:from] + l.text[l.at:to] + l.text[from:l.at] + l.text[to:]
	l.at = to
}

// lastWord is what Alt-. inserts: the last word of a line.
func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
