package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a text and of a command.
const (
	textMax  = 1 << 20 // bytes of a script; the longest hand-written one has a few KiB
	wordsMax = 200     // words of a command; the longest has some 20
)

// ShellCommand is the command whose words are those of a system shell, so that a line can
// be pasted: a \\ makes the next character plain, and $ begins no variable of pulsh. It is
// known by name because a line that is not finished has no table.
const ShellCommand = "explain"

// span is a range of a text in bytes, without To.
type span struct{ From, To int }

// word is a word of a line without its quotes. A setting name=value is one word.
type word struct {
	text   string
	span   span
	key    string // before the first = outside quotes, if it is a valid name
	value  string // after the =
	at     int    // offset of the value in the text
	keyed  bool
	quoted bool // it begins with a quote
}

// valueSpan returns the range of the value.
func (w word) valueSpan() span { return span{w.at, w.span.To} }

// keySpan returns the range of the key.
func (w word) keySpan() span { return span{w.span.From, w.span.From + len(w.key)} }

// statement is the words of a command and their text.
type statement struct {
	text  *source
	words []word
}

// span returns the range from the first word to the last.
func (s statement) span() span {
	return span{s.words[0].span.From, s.words[len(s.words)-1].span.To}
}

// source returns the statement as written.
func (s statement) source() string { at := s.span(); return s.text.body[at.From:at.To] }

// source is a typed line or a script.
type source struct {
	file  string // "" for a typed line
	body  string
	quiet bool // errors need no next step
	rows  []Command
	vars  variables // variables at the place that is parsed
	uses  []use     // the places with variables, in order
	// reading reads the scripts that the text runs; nil reads none.
	reading *reading
	// last is the line that was asked for; the next is at it or behind it, as a rule.
	last struct{ start, end, number int }
}

// line returns the line around a place, its number from 1, and its offset.
func (t *source) line(at int) (line string, number, start int) {
	at = min(at, len(t.body))
	if t.last.number == 0 || at < t.last.start {
		t.last.start, t.last.end, t.last.number = 0, -1, 0
	}
	for at > t.last.end {
		t.last.start, t.last.end, t.last.number = t.last.end+1, len(t.body), t.last.number+1
		if i := strings.IndexByte(t.body[t.last.start:], '\n'); i >= 0 {
			t.last.end = t.last.start + i
		}
	}
	return strings.TrimRight(t.body[t.last.start:t.last.end], "\r"), t.last.number, t.last.start
}

// lexer splits a text into statements.
type lexer struct {
	text   *source
	at     int
	filled int // bytes of substituted variables
	errs   []*Error
	open   bool // the text ends inside quotes
	shell  bool // the statement is a ShellCommand
}

// statement reads the next statement with its end, a ; or the end of a line. See the
// package comment for the syntax.
func (l *lexer) statement() []word {
	var words []word
	l.shell = false
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
			l.shell = words[0].text == ShellCommand
		}
	}
	return words
}

// continued returns the length of a \ at the end of a line with that end, or 0.
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

// word reads a word. Parts of it may be quoted.
func (l *lexer) word() word {
	w := word{span: span{From: l.at}}
	var b strings.Builder
	for l.at < len(l.text.body) {
		rest := l.text.body[l.at:]
		r, size := utf8.DecodeRuneInString(rest)
		if r == ';' || unicode.IsSpace(r) || continued(rest) > 0 {
			break
		}
		switch {
		case r == '\'' || r == '"':
			w.quoted = w.quoted || l.at == w.span.From
			l.quote(&b, byte(r))
			continue
		case r == '\\' && l.shell && len(rest) > 1:
			l.at++ // the next character is plain
			rest = rest[1:]
			_, size = utf8.DecodeRuneInString(rest)
		case r == '$' && !l.shell:
			l.dollar(&b, false)
			continue
		case r == '=' && !w.keyed && !w.quoted && l.text.body[w.span.From:l.at] == b.String() && isKey(b.String()):
			w.keyed, w.key, w.at = true, b.String(), l.at+1
		}
		b.WriteString(rest[:size])
		l.at += size
	}
	w.text, w.span.To = b.String(), l.at
	l.check(w.span)
	if w.keyed {
		w.value = w.text[len(w.key)+1:]
	}
	return w
}

// check refuses bytes that no file of results may hold.
func (l *lexer) check(at span) {
	for i, r := range l.text.body[at.From:at.To] {
		one := span{at.From + i, at.From + i + utf8.RuneLen(r)}
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(l.text.body[one.From:], string(utf8.RuneError)):
			l.fail(span{one.From, one.From + 1}, "this byte is not UTF-8")
			return
		case unicode.IsControl(r) && r != '\t':
			l.fail(one, "a line cannot hold the control character %U", r)
			return
		}
	}
}

// quote reads a quoted part of a word. The quote must close on the same line.
func (l *lexer) quote(b *strings.Builder, mark byte) {
	from := l.at
	for l.at++; l.at < len(l.text.body); l.at++ {
		switch c := l.text.body[l.at]; {
		case c == mark:
			l.at++
			return
		case c == '$' && mark == '"' && !l.shell:
			l.dollar(b, true)
			l.at-- // the loop continues after it
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

// Unfinished reports whether a typed line ends inside quotes, so that the next line
// continues it.
func Unfinished(line string) bool {
	l := &lexer{text: &source{body: line, quiet: true}}
	for l.at < len(line) {
		l.statement()
	}
	return len(line) <= textMax && l.open
}

func (l *lexer) fail(at span, format string, args ...any) {
	l.errs = append(l.errs, l.text.wrong(at, fmt.Sprintf(format, args...)))
}

// isKey reports whether text can be the name of a setting. A metric such as fast.rate,
// or the part of a URL before a =, cannot.
func isKey(text string) bool {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// Quote quotes a value so that it is read back as one word.
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

// escape escapes a value for use inside "…".
func escape(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `$$`).Replace(value)
}
