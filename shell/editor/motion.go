package editor

import (
	"unicode"

	prompt "github.com/c-bata/go-prompt"
)

// go-prompt's own word motions mix bytes with runes and can leave the cursor
// behind the end of the line, where the next key panics.

// wordKeys binds the word motions to keys that go-prompt has a name for.
func wordKeys() []prompt.KeyBind {
	return []prompt.KeyBind{
		{Key: prompt.ControlRight, Fn: wordRight},
		{Key: prompt.ControlLeft, Fn: wordLeft},
	}
}

// wordBindings binds Alt-f, Alt-b, Alt-Backspace and Alt-d.
func wordBindings() []prompt.ASCIICodeBind {
	return []prompt.ASCIICodeBind{
		{ASCIICode: []byte("\x1bf"), Fn: wordRight},
		{ASCIICode: []byte("\x1bb"), Fn: wordLeft},
		{ASCIICode: []byte("\x1b\x7f"), Fn: deleteWordLeft},
		{ASCIICode: []byte("\x1bd"), Fn: deleteWordRight},
	}
}

func wordRight(b *prompt.Buffer) {
	for range wordAfter([]rune(b.Document().TextAfterCursor())) {
		prompt.GoRightChar(b)
	}
}

func wordLeft(b *prompt.Buffer) {
	for range wordBefore([]rune(b.Document().TextBeforeCursor())) {
		prompt.GoLeftChar(b)
	}
}

func deleteWordLeft(b *prompt.Buffer) {
	b.DeleteBeforeCursor(wordBefore([]rune(b.Document().TextBeforeCursor())))
}

func deleteWordRight(b *prompt.Buffer) {
	n := wordAfter([]rune(b.Document().TextAfterCursor()))
	for range n {
		prompt.GoRightChar(b)
	}
	b.DeleteBeforeCursor(n)
}

// wordAfter returns the runes up to the end of the first word of text.
func wordAfter(text []rune) int {
	n := 0
	for n < len(text) && unicode.IsSpace(text[n]) {
		n++
	}
	for n < len(text) && !unicode.IsSpace(text[n]) {
		n++
	}
	return n
}

// wordBefore returns the runes from the begin of the last word of text on.
func wordBefore(text []rune) int {
	n := len(text)
	for n > 0 && unicode.IsSpace(text[n-1]) {
		n--
	}
	for n > 0 && !unicode.IsSpace(text[n-1]) {
		n--
	}
	return len(text) - n
}
