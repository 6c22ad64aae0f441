package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"

	"pulsh/graphs/measure"
)

// line is a text without control characters and a cursor in it: a go-prompt
// Document. Lines compare with ==.
//
// A Document counts runes, and its motions by words mix runes and bytes. The
// methods of line move and delete by characters as a user sees them: they find the
// character first and then tell the prompt.Buffer its number of runes.
type line struct{ prompt.Document }

// lineAt returns a line with the cursor behind its first at bytes.
func lineAt(text string, at int) line {
	b := prompt.NewBuffer()
	b.InsertText(text[:at], false, true)
	b.InsertText(text[at:], false, false)
	return line{*b.Document()}
}

// edit changes the line by way of a buffer.
func (l *line) edit(change func(*prompt.Buffer)) {
	b := prompt.NewBuffer()
	b.InsertText(l.before(), false, true)
	b.InsertText(l.after(), false, false)
	change(b)
	l.Document = *b.Document()
}

// before returns the text before the cursor.
func (l line) before() string { return l.TextBeforeCursor() }

// after returns the text behind the cursor.
func (l line) after() string { return l.TextAfterCursor() }

// at returns the number of bytes before the cursor.
func (l line) at() int { return len(l.before()) }

// atEnd reports whether the cursor stands behind the whole text.
func (l line) atEnd() bool { return l.after() == "" }

// charBefore returns the character before the cursor, "" at the start.
func (l line) charBefore() string {
	// Characters can only be found from left to right. Two ASCII characters in a
	// row never join, so the search begins at the last ASCII character that is
	// not itself directly before the cursor.
	before, from := l.before(), 0
	for i := len(before); i > 0; {
		r, n := utf8.DecodeLastRuneInString(before[:i])
		i -= n
		if r < utf8.RuneSelf && len(before)-i > 1 {
			from = i
			break
		}
	}
	last := from
	for from < len(before) {
		last = from
		from += measure.Next(before[from:])
	}
	return before[last:]
}

// charAfter returns the character behind the cursor, "" at the end.
func (l line) charAfter() string {
	after := l.after()
	return after[:measure.Next(after)]
}

// moveLeft moves the cursor over text, which must stand before it.
func (l *line) moveLeft(text string) {
	l.edit(func(b *prompt.Buffer) { b.CursorLeft(utf8.RuneCountInString(text)) })
}

// moveRight moves the cursor over text, which must stand behind it.
func (l *line) moveRight(text string) {
	l.edit(func(b *prompt.Buffer) { b.CursorRight(utf8.RuneCountInString(text)) })
}

// insert puts text before the cursor.
func (l *line) insert(text string) {
	l.edit(func(b *prompt.Buffer) { b.InsertText(text, false, true) })
}

// removeLeft deletes text, which must stand before the cursor.
func (l *line) removeLeft(text string) {
	l.edit(func(b *prompt.Buffer) { b.DeleteBeforeCursor(utf8.RuneCountInString(text)) })
}

// removeRight deletes text, which must stand behind the cursor. Buffer.Delete
// returns the wrong text for runes of several bytes, so its result is not used.
func (l *line) removeRight(text string) {
	l.edit(func(b *prompt.Buffer) { b.Delete(utf8.RuneCountInString(text)) })
}

// isWord reports whether r is part of a word for the motions by words: rate=50k
// is two words.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// isGap reports whether r stands between words.
func isGap(r rune) bool { return !isWord(r) }

// wordBefore returns the text from the beginning of the word before the cursor.
func (l line) wordBefore() string {
	before := l.before()
	return before[len(strings.TrimRightFunc(strings.TrimRightFunc(before, isGap), isWord)):]
}

// wordAfter returns the text up to the end of the word behind the cursor.
func (l line) wordAfter() string {
	after := l.after()
	return after[:len(after)-len(strings.TrimLeftFunc(strings.TrimLeftFunc(after, isGap), isWord))]
}

// lastWord returns the last word of a line, where blanks divide words.
func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
