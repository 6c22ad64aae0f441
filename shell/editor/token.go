package editor

import prompt "github.com/c-bata/go-prompt"

// kind is the kind of a token.
type kind int

const (
	textToken   kind = iota // printable text, to be inserted
	keyToken                // a key
	lineToken               // not typed: the line becomes this text
	redrawToken             // not typed: the line is drawn anew
	pasteToken              // a part of a paste from its first line break on
)

// token is one thing that was typed.
type token struct {
	kind kind
	key  prompt.Key // of a keyToken
	text string     // of a textToken, a lineToken or a pasteToken
}

func pressed(k prompt.Key) token { return token{kind: keyToken, key: k} }
func text(s string) token        { return token{kind: textToken, text: s} }
func newLine(s string) token     { return token{kind: lineToken, text: s} }

// is reports whether the token is a key.
func (t token) is(k prompt.Key) bool { return t.kind == keyToken && t.key == k }

// backspaces reports whether the token deletes the character before the cursor.
func (t token) backspaces() bool { return t.is(prompt.Backspace) || t.is(prompt.ControlH) }
