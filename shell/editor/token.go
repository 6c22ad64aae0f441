package editor

// kind says what a token is.
type kind int

const (
	textToken      kind = iota // printable text, to be inserted
	keyToken                   // one control character, or the name of an escape sequence
	functionToken              // a function key; bytes is its number
	lineToken                  // not typed: the line becomes this text
	enterToken                 // the line is complete
	interruptToken             // Ctrl-C
	eofToken                   // Ctrl-D, or the terminal is gone
	restartToken               // not typed: makes go-prompt read the size anew
)

// token is one thing that was typed.
type token struct {
	kind  kind
	bytes string
}

// mayEnd says whether the token may end go-prompt's Input.
func (t token) mayEnd() bool { return t.kind >= enterToken }

const (
	ctrlC     = "\x03"
	ctrlD     = "\x04"
	ctrlG     = "\x07"
	ctrlH     = "\x08"
	tab       = "\t"
	enter     = "\r"
	ctrlL     = "\x0c"
	ctrlR     = "\x12"
	ctrlS     = "\x13"
	ctrlZ     = "\x1a"
	escape    = "\x1b"
	backspace = "\x7f"

	// wakeKey is in go-prompt's table as a key without a meaning. It is all that
	// go-prompt ever gets: it says that tokens wait in the queue.
	wakeKey = "\x1b[E"
)

func key(s string) token     { return token{keyToken, s} }
func text(s string) token    { return token{textToken, s} }
func newLine(s string) token { return token{lineToken, s} }
