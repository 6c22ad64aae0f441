package editor

// kind says what a token is to go-prompt.
type kind int

const (
	textToken      kind = iota // printable text, to be inserted
	keyToken                   // one control character or escape sequence
	enterToken                 // the line is complete
	interruptToken             // Ctrl-C
	eofToken                   // Ctrl-D, or the terminal is gone
	restartToken               // not typed: makes go-prompt read the size anew
)

// token is what one Read gives to go-prompt, which compares the whole of it
// with its table of keys: two keys in one Read would be inserted as text.
type token struct {
	kind  kind
	bytes string
}

const (
	ctrlA     = "\x01"
	ctrlC     = "\x03"
	ctrlD     = "\x04"
	ctrlE     = "\x05"
	ctrlG     = "\x07"
	ctrlH     = "\x08"
	tab       = "\t"
	enter     = "\r"
	ctrlK     = "\x0b"
	ctrlR     = "\x12"
	ctrlU     = "\x15"
	ctrlZ     = "\x1a"
	escape    = "\x1b"
	backspace = "\x7f"

	// restartKey is in go-prompt's table as a key without a meaning.
	restartKey = "\x1b[E"
)

func key(s string) token  { return token{keyToken, s} }
func text(s string) token { return token{textToken, s} }
