package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a line and of a text, so that no paste can fill the memory.
const (
	TextMax  = 1 << 20 // bytes of a script; the longest hand-written one has a few KiB
	wordsMax = 200     // words of a command; the longest has some 20
)

// Span is a stretch of a text, in bytes.
type Span struct{ From, To int }

// word is one word of a line with its quotes taken off. A setting name=value
// is one word, too.
type word struct {
	Text   string
	span   Span
	key    string // before the first = outside quotes, if that reads as a name
	value  string // behind it
	at     int    // where the value begins in the text
	Keyed  bool
	quoted bool // begins with a quote
}

// valueSpan is the stretch of the value.
func (w word) valueSpan() Span { return Span{w.at, w.span.To} }

// keySpan is the stretch of the key.
func (w word) keySpan() Span { return Span{w.span.From, w.span.From + len(w.key)} }

// Statement is the words of one command, and where they stand.
type Statement struct {
	Text  *Text
	Words []word
}

// span is the stretch from the first word to the last.
func (s Statement) span() Span {
	return Span{s.Words[0].span.From, s.Words[len(s.Words)-1].span.To}
}

// Source is the statement as it was written.
func (s Statement) Source() string { at := s.span(); return s.Text.Body[at.From:at.To] }

// Text is what statements are read from: a typed line, or a whole script.
type Text struct {
	file  string // "" for a typed line
	Body  string
	quiet bool // errors need no next step: nobody will see them
	Rows  []Command
	Vars  Variables // what variables stand for at the place that is read
	uses  []use     // where they stand, in order
	// reading is how files that the text runs are read; nil reads none.
	reading *reading
}

// line is the line around a place, its number from 1, and where it begins.
func (t *Text) line(at int) (line string, number, start int) {
	at = min(at, len(t.Body))
	start = strings.LastIndexByte(t.Body[:at], '\n') + 1
	end := len(t.Body)
	if i := strings.IndexByte(t.Body[at:], '\n'); i >= 0 {
		end = at + i
	}
	return strings.TrimRight(t.Body[start:end], "\r"), strings.Count(t.Body[:start], "\n") + 1, start
}

// Lexer takes a text apart.
type Lexer struct {
	Text   *Text
	At     int
	filled int // bytes that variables stood for
	Errs   []*Error
	open   bool // the text ends within quotes
}

// Statement reads up to and including the next end of a statement. Words end at
// blanks; '…' and "…" quote, the latter with \" and \\ within; $name and
// ${name} stand for a variable, but in '…', and $$ for a dollar; # at the
// beginning of a word starts a comment; \ at the end of a line continues it; ;
// and the end of a line end a statement.
func (l *Lexer) Statement() []word {
	var words []word
	for l.At < len(l.Text.Body) {
		rest := l.Text.Body[l.At:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '\n' || r == ';':
			l.At += size
			return words
		case continued(rest) > 0:
			l.At += continued(rest)
		case unicode.IsSpace(r):
			l.At += size
		case r == '#':
			l.At += lineEnd(rest)
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
func (l *Lexer) word() word {
	w := word{span: Span{From: l.At}}
	var b strings.Builder
	for l.At < len(l.Text.Body) {
		rest := l.Text.Body[l.At:]
		r, size := utf8.DecodeRuneInString(rest)
		if r == ';' || unicode.IsSpace(r) || continued(rest) > 0 {
			break
		}
		switch {
		case r == '\'' || r == '"':
			w.quoted = w.quoted || l.At == w.span.From
			l.quote(&b, byte(r))
			continue
		case r == '$':
			l.dollar(&b, false)
			continue
		case r == '=' && !w.Keyed && !w.quoted && l.Text.Body[w.span.From:l.At] == b.String() && isKey(b.String()):
			w.Keyed, w.key, w.at = true, b.String(), l.At+1
		}
		b.WriteString(rest[:size])
		l.At += size
	}
	w.Text, w.span.To = b.String(), l.At
	if w.Keyed {
		w.value = w.Text[len(w.key)+1:]
	}
	return w
}

// quote reads a quoted part of a word, which ends on its line.
func (l *Lexer) quote(b *strings.Builder, mark byte) {
	from := l.At
	for l.At++; l.At < len(l.Text.Body); l.At++ {
		switch c := l.Text.Body[l.At]; {
		case c == mark:
			l.At++
			return
		case c == '$' && mark == '"':
			l.dollar(b, true)
			l.At-- // the loop goes on behind it
		case c == '\n':
			l.fail(Span{from, l.At}, "the quote is not closed")
			return
		case c == '\\' && mark == '"' && l.At+1 < len(l.Text.Body) && strings.IndexByte(`"\`, l.Text.Body[l.At+1]) >= 0:
			l.At++
			b.WriteByte(l.Text.Body[l.At])
		default:
			b.WriteByte(c)
		}
	}
	l.open = true
	l.fail(Span{from, l.At}, "the quote is not closed")
}

// Unfinished says whether a typed line ends within quotes, so that it goes on in
// the next.
func Unfinished(line string) bool {
	l := &Lexer{Text: &Text{Body: line, quiet: true}}
	for l.At < len(line) {
		l.Statement()
	}
	return len(line) <= TextMax && l.open
}

func (l *Lexer) fail(at Span, format string, args ...any) {
	l.Errs = append(l.Errs, l.Text.wrong(at, fmt.Sprintf(format, args...)))
}

// isKey says whether text can be the name of a setting: a metric such as
// fast.rate or a URL before its first = is none.
func isKey(text string) bool {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// Quote writes a value as one word that lexes back to it.
func Quote(value string) string {
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
