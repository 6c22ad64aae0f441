package editor

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"

	// sequenceMax bounds an escape sequence that never ends. Real ones are far
	// shorter; a longer one is dropped.
	sequenceMax = 4096
	esc         = '\x1b' // begins every escape sequence
)

// splitter cuts the bytes that a terminal sends into tokens. It has no clock:
// the caller calls flush if the rest of a sequence does not arrive in time.
type splitter struct {
	pending []byte
	pasting bool
	broken  bool // the paste has had a line break
	afterCR bool // the last byte of the paste was CR, so that a LF belongs to it

	// cursorAt takes a report of the cursor's place, from 0, and reports whether one
	// was asked for: F3 with a modifier looks the same. nil takes none.
	cursorAt func(row, column int) bool
}

// partial reports whether bytes wait for the rest of their sequence or rune.
func (s *splitter) partial() bool { return len(s.pending) > 0 && !s.pasting }

// feed takes bytes and returns the tokens that are complete.
func (s *splitter) feed(b []byte) []token {
	s.pending = append(s.pending, b...)
	var out []token
	for len(s.pending) > 0 {
		var n int
		if s.pasting {
			out, n = s.paste(out)
		} else {
			out, n = s.typed(out)
		}
		if n == 0 {
			break
		}
		s.pending = s.pending[n:]
	}
	if len(s.pending) == 0 {
		s.pending = nil
	}
	return out
}

// flush returns the tokens of the pending bytes as if they were complete.
func (s *splitter) flush() []token {
	if s.pasting || len(s.pending) == 0 {
		return nil
	}
	rest := string(s.pending)
	s.pending = nil
	if rest[0] == esc {
		return s.sequence(nil, rest)
	}
	return appendText(nil, rest)
}

// typed appends the first token of the pending bytes. It returns the number of
// bytes it took, 0 if the token is not complete.
func (s *splitter) typed(out []token) ([]token, int) {
	b := s.pending
	switch c := b[0]; {
	case c == esc:
		n := sequenceLen(b)
		if n == 0 && len(b) > sequenceMax {
			return out, len(b)
		}
		if n > 0 {
			out = s.sequence(out, string(b[:n]))
		}
		return out, n
	case c < 0x20 || c == 0x7f:
		return appendKey(out, string(rune(c))), 1
	}
	n := textLen(b)
	return appendText(out, string(b[:n])), n
}

// sequence appends the token for a complete escape sequence. It drops an unknown
// one, which would be taken for text otherwise.
func (s *splitter) sequence(out []token, seq string) []token {
	if seq == pasteBegin {
		s.pasting, s.broken, s.afterCR = true, false, false
		return out
	}
	var row, column int
	if s.cursorAt != nil && strings.HasSuffix(seq, "R") {
		if n, _ := fmt.Sscanf(seq, "\x1b[%d;%dR", &row, &column); n == 2 && s.cursorAt(row-1, column-1) {
			return out
		}
	}
	return appendKey(out, seq)
}

// appendKey appends the key that the terminal reports with sequence, if there is
// one.
func appendKey(out []token, sequence string) []token {
	switch k := keyOf(sequence); k {
	case prompt.NotDefined, prompt.Ignore, prompt.ControlSpace:
		return out
	default:
		return append(out, pressed(k))
	}
}

// sequenceLen returns the length of the escape sequence that begins b, 0 if its
// end is missing.
func sequenceLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case esc:
		return 1 // ESC ESC: the first stands alone
	case 'O':
		return need(b, 3)
	case '[':
		if len(b) > 2 && b[2] == '[' {
			return need(b, 4) // function keys of the Linux console
		}
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
		return 0
	case ']', 'P', '_', '^':
		for i := 2; i < len(b); i++ {
			if b[i] == 0x07 {
				return i + 1
			}
			if b[i] == esc && i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
		}
		return 0
	}
	if !utf8.FullRune(b[1:]) {
		return 0
	}
	_, n := utf8.DecodeRune(b[1:])
	return 1 + n
}

// need returns n if b has n bytes, else 0.
func need(b []byte, n int) int {
	if len(b) < n {
		return 0
	}
	return n
}

// textLen returns the length of the text that begins b. Text ends before a control
// character and before an incomplete rune.
func textLen(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] != 0x7f {
		if !utf8.FullRune(b[n:]) {
			break
		}
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return n
}

// appendText appends a text without its control characters. Every byte that is not
// UTF-8 becomes U+FFFD.
func appendText(out []token, s string) []token {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return out
	}
	return append(out, text(s))
}

// paste appends tokens for the pending bytes of a paste: a text up to its first line
// break, and the rest, in which line feeds part the lines. It returns the number of bytes it took. The end mark may arrive in pieces, so
// bytes that could begin it stay pending.
func (s *splitter) paste(out []token) ([]token, int) {
	var n, skip int
	if end := bytes.Index(s.pending, []byte(pasteEnd)); end >= 0 {
		n, skip = end, len(pasteEnd)
		s.pasting = false
	} else {
		n = complete(s.pending)
	}
	body := string(s.pending[:n])
	for len(body) > 0 {
		if s.afterCR && body[0] == '\n' {
			body = body[1:]
			s.afterCR = false
			continue
		}
		i := strings.IndexAny(body, "\r\n")
		if i < 0 {
			out = s.appendPasted(out, body)
			s.afterCR = false
			break
		}
		out = s.appendPasted(out, body[:i])
		out = appendBreak(out)
		s.broken, s.afterCR = true, body[i] == '\r'
		body = body[i+1:]
	}
	return out, n + skip
}

// appendPasted appends a piece of a line of a paste, in which a tab is a blank.
func (s *splitter) appendPasted(out []token, piece string) []token {
	piece = strings.ReplaceAll(piece, "\t", " ")
	if !s.broken {
		return appendText(out, piece)
	}
	for _, t := range appendText(nil, piece) {
		out = append(out, token{kind: pasteToken, text: t.text})
	}
	return joinPasted(out)
}

// appendBreak appends a line break of a paste.
func appendBreak(out []token) []token {
	return joinPasted(append(out, token{kind: pasteToken, text: "\n"}))
}

// joinPasted makes the last two tokens one if both belong to a paste.
func joinPasted(out []token) []token {
	if n := len(out) - 2; n >= 0 && out[n].kind == pasteToken && out[n+1].kind == pasteToken {
		out[n].text += out[n+1].text
		return out[:n+1]
	}
	return out
}

// complete returns the number of bytes of b before an incomplete rune and before a
// possible beginning of the end mark.
func complete(b []byte) int {
	n := len(b)
	for k := min(len(pasteEnd)-1, len(b)); k > 0; k-- {
		if strings.HasPrefix(pasteEnd, string(b[len(b)-k:])) {
			n -= k
			break
		}
	}
	for k := 1; k < utf8.UTFMax && k <= n; k++ {
		if utf8.RuneStart(b[n-k]) {
			if !utf8.FullRune(b[n-k : n]) {
				return n - k
			}
			break
		}
	}
	return n
}
