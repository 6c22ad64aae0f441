package editor

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"

	// sequenceMax bounds an escape sequence that never ends; real ones are
	// shorter by far. Beyond it the bytes are dropped.
	sequenceMax = 4096
)

// splitter cuts the bytes that a terminal sends into tokens. It knows nothing
// of time: the caller says when what is pending will not be completed.
type splitter struct {
	known   map[string]token // the escape sequences that mean something
	pending []byte
	pasting bool
	afterCR bool // the last byte of the paste was CR: a LF belongs to it
}

// partial reports whether bytes wait for the rest of their sequence.
func (s *splitter) partial() bool { return len(s.pending) > 0 && !s.pasting }

// feed takes more bytes and returns the tokens that are complete.
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

// flush takes what is pending as complete: no more bytes came in time.
func (s *splitter) flush() []token {
	if s.pasting || len(s.pending) == 0 {
		return nil
	}
	rest := string(s.pending)
	s.pending = nil
	if rest[0] == escape[0] {
		return s.sequence(nil, rest)
	}
	return appendText(nil, rest)
}

// typed cuts one token off the pending bytes and returns how many it took, 0
// when they are not complete.
func (s *splitter) typed(out []token) ([]token, int) {
	b := s.pending
	switch c := b[0]; {
	case c == escape[0]:
		n := sequenceLen(b)
		if n == 0 && len(b) > sequenceMax {
			return out, len(b)
		}
		if n > 0 {
			out = s.sequence(out, string(b[:n]))
		}
		return out, n
	case c < 0x20 || c == 0x7f:
		return appendControl(out, c), 1
	}
	n := textLen(b)
	return appendText(out, string(b[:n])), n
}

// sequence appends the token for a complete escape sequence; one that means
// nothing is dropped, so that it is not taken for text.
func (s *splitter) sequence(out []token, seq string) []token {
	if seq == pasteBegin {
		s.pasting, s.afterCR = true, false
		return out
	}
	if t, ok := s.known[seq]; ok {
		return append(out, t)
	}
	return out
}

// sequenceLen returns the length of the escape sequence that begins b, 0 when
// its end is missing.
func sequenceLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case escape[0]:
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
			if b[i] == escape[0] && i+1 < len(b) && b[i+1] == '\\' {
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

func need(b []byte, n int) int {
	if len(b) < n {
		return 0
	}
	return n
}

// textLen returns the length of the text that begins b, which ends before a
// control character or an incomplete rune.
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

func appendControl(out []token, c byte) []token {
	switch s := string(rune(c)); s {
	case "\x00":
		return out
	case enter, "\n":
		return append(out, token{enterToken, enter})
	case ctrlC:
		return append(out, token{interruptToken, s})
	case ctrlD:
		return append(out, token{eofToken, s})
	default:
		return append(out, key(s))
	}
}

// appendText appends valid UTF-8 without control characters. Every byte that is
// not UTF-8 becomes U+FFFD.
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

// paste cuts pasted bytes into text and Enter tokens and returns how many bytes
// it took. The end mark may arrive in pieces: the last bytes that could begin it
// are held back.
func (s *splitter) paste(out []token) ([]token, int) {
	var n, skip int
	if end := bytes.Index(s.pending, []byte(pasteEnd)); end >= 0 {
		n, skip = end, len(pasteEnd)
		s.pasting = false
	} else {
		n = heldBack(s.pending)
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
			out = appendPasted(out, body)
			s.afterCR = false
			break
		}
		out = append(appendPasted(out, body[:i]), token{enterToken, enter})
		s.afterCR = body[i] == '\r'
		body = body[i+1:]
	}
	return out, n + skip
}

func appendPasted(out []token, s string) []token {
	return appendText(out, strings.ReplaceAll(s, tab, " "))
}

// heldBack returns how many of b can be taken without cutting a rune or what
// may be the beginning of the end mark.
func heldBack(b []byte) int {
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
