package commands

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a line and of a text, so that no paste can fill the memory.
const (
	textMax  = 1 << 20 // bytes of a script; the longest hand-written one has a few KiB
	wordsMax = 200     // words of a command; the longest has some 20
)

// span is a stretch of a text, in bytes.
type span struct{ from, to int }

// word is one word of a line with its quotes taken off. A setting name=value
// is one word, too.
type word struct {
	text   string
	span   span
	key    string // before the first = outside quotes, if that reads as a name
	value  string // behind it
	at     int    // where the value begins in the text
	keyed  bool
	quoted bool // begins with a quote
}

// valueSpan is the stretch of the value.
func (w word) valueSpan() span { return span{w.at, w.span.to} }

// keySpan is the stretch of the key.
func (w word) keySpan() span { return span{w.span.from, w.span.from + len(w.key)} }

// statement is the words of one command, and where they stand.
type statement struct {
	text  *text
	words []word
}

// span is the stretch from the first word to the last.
func (s statement) span() span {
	return span{s.words[0].span.from, s.words[len(s.words)-1].span.to}
}

// source is the statement as it was written.
func (s statement) source() string { at := s.span(); return s.text.body[at.from:at.to] }

// text is what statements are read from: a typed line, or a whole script.
type text struct {
	file  string // "" for a typed line
	body  string
	quiet bool // errors need no next step: nobody will see them
	rows  []command
	vars  scope // what variables stand for at the place that is read
	uses  []use // where they stand, in order
	// reading is how files that the text runs are read; nil reads none.
	reading *reading
}

// line is the line around a place, its number from 1, and where it begins.
func (t *text) line(at int) (line string, number, start int) {
	at = min(at, len(t.body))
	start = strings.LastIndexByte(t.body[:at], '\n') + 1
	end := len(t.body)
	if i := strings.IndexByte(t.body[at:], '\n'); i >= 0 {
		end = at + i
	}
	return strings.TrimRight(t.body[start:end], "\r"), strings.Count(t.body[:start], "\n") + 1, start
}

// lexer takes a text apart.
type lexer struct {
	text   *text
	at     int
	filled int // bytes that variables stood for
	errs   []*Error
	open   bool // the text ends within quotes
}

// statement reads up to and including the next end of a statement. Words end at
// blanks; '…' and "…" quote, the latter with \" and \\ within; $name and
// ${name} stand for a variable, but in '…', and $$ for a dollar; # at the
// beginning of a word starts a comment; \ at the end of a line continues it; ;
// and the end of a line end a statement.
func (l *lexer) statement() []word {
	var words []word
	for l.at < len(l.text.body) {
		rest := l.text.body[l.at:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '\n' || r == ';':
			l.at += size
			return words
		case continued(rest) > 0:
			l.at += continued(rest)
		case unicode.IsSpace(r):
			l.at += size
		case r == '#':
			l.at += lineEnd(rest)
		default:
			w := l.word()
			if len(words) == wordsMax {
				l.fail(w.span, "a command has at most %d words", wordsMax)
			}
			words = append(words, w)
		}
	}
	return words
}

// continued is the length of a \ at the end of a line together with that end,
// or 0.
func continued(rest string) int {
	if tail, found := strings.CutPrefix(rest, "\\"); found {
		trimmed := strings.TrimLeft(tail, " \t\r")
		if strings.HasPrefix(trimmed, "\n") {
			return len(rest) - len(trimmed) + 1
		}
	}
	return 0
}

func lineEnd(rest string) int {
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		return i
	}
	return len(rest)
}

// word reads one word. Quotes may stand anywhere in it.
func (l *lexer) word() word {
	w := word{span: span{from: l.at}}
	var b strings.Builder
	for l.at < len(l.text.body) {
		rest := l.text.body[l.at:]
		r, size := utf8.DecodeRuneInString(rest)
		if r == ';' || unicode.IsSpace(r) || continued(rest) > 0 {
			break
		}
		switch {
		case r == '\'' || r == '"':
			w.quoted = w.quoted || l.at == w.span.from
			l.quote(&b, byte(r))
			continue
		case r == '$':
			l.dollar(&b, false)
			continue
		case r == '=' && !w.keyed && !w.quoted && l.text.body[w.span.from:l.at] == b.String() && isKey(b.String()):
			w.keyed, w.key, w.at = true, b.String(), l.at+1
		}
		b.WriteString(rest[:size])
		l.at += size
	}
	w.text, w.span.to = b.String(), l.at
	if w.keyed {
		w.value = w.text[len(w.key)+1:]
	}
	return w
}

// quote reads a quoted part of a word, which ends on its line.
func (l *lexer) quote(b *strings.Builder, mark byte) {
	from := l.at
	for l.at++; l.at < len(l.text.body); l.at++ {
		switch c := l.text.body[l.at]; {
		case c == mark:
			l.at++
			return
		case c == '$' && mark == '"':
			l.dollar(b, true)
			l.at-- // the loop goes on behind it
		case c == '\n':
			l.fail(span{from, l.at}, "the quote is not closed")
			return
		case c == '\\' && mark == '"' && l.at+1 < len(l.text.body) && strings.IndexByte(`"\`, l.text.body[l.at+1]) >= 0:
			l.at++
			b.WriteByte(l.text.body[l.at])
		default:
			b.WriteByte(c)
		}
	}
	l.open = true
	l.fail(span{from, l.at}, "the quote is not closed")
}

// Unfinished says whether a typed line ends within quotes, so that it goes on in
// the next.
func Unfinished(line string) bool {
	l := &lexer{text: &text{body: line, quiet: true}}
	for l.at < len(line) {
		l.statement()
	}
	return len(line) <= textMax && l.open
}

func (l *lexer) fail(at span, format string, args ...any) {
	l.errs = append(l.errs, l.text.wrong(at, fmt.Sprintf(format, args...)))
}

// isKey says whether text can be the name of a setting: a metric such as
// fast.rate or a URL before its first = is none.
func isKey(text string) bool {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// quote writes a value as one word that lexes back to it.
func quote(value string) string {
	plain := value != "" && !strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`'";\$`, r)
	}) && !strings.HasPrefix(value, "#")
	if plain {
		return value
	}
	if !strings.Contains(value, "'") {
		return "'" + value + "'"
	}
	return `"` + escape(value) + `"`
}

// escape writes a value as it stands within "…".
func escape(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `$$`).Replace(value)
}
