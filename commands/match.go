package commands

import (
	"fmt"
	"strings"

	"pulsh/session/spell"
)

// match finds the command that the statement begins with, or says which was
// probably meant.
func match(s statement) (*command, []word, *Error) {
	if cmd, rest := longest(s.words, s.text.rows); cmd != nil {
		return cmd, rest, nil
	}
	return nil, nil, unknown(s)
}

// longest is the command whose name is the longest beginning of the words, and
// what is behind it; nil if there is none.
func longest(words []word, rows []command) (*command, []word) {
	best, length := -1, 0
	for i := range rows {
		for _, name := range rows[i].names() {
			if parts := strings.Fields(name); len(parts) > length && begins(words, parts) {
				best, length = i, len(parts)
			}
		}
	}
	if best < 0 {
		return nil, nil
	}
	return &rows[best], words[length:]
}

func begins(words []word, parts []string) bool {
	if len(words) < len(parts) {
		return false
	}
	for i, p := range parts {
		if words[i].text != p {
			return false
		}
	}
	return true
}

// unknown says which command was probably meant.
func unknown(s statement) *Error {
	first, rows := s.words[0], s.text.rows
	var firsts, seconds []string
	for _, c := range rows {
		for _, name := range c.names() {
			one, two, _ := strings.Cut(name, " ")
			firsts = append(firsts, one)
			if one == first.text {
				seconds = append(seconds, two)
			}
		}
	}
	if len(seconds) == 0 {
		e := s.text.wrong(first.span, fmt.Sprintf("no command %q", first.text))
		e.Try = "help"
		if names := spell.Nearest(first.text, firsts); len(names) > 0 {
			e.Try = s.corrected(first.span, names)
		}
		return e
	}
	if len(s.words) == 1 {
		e := s.text.wrong(first.span, fmt.Sprintf("%s needs %s", first.text, or(seconds)))
		e.Try = exampleOf(rows, first.text+" "+seconds[0])
		return e
	}
	second := s.words[1]
	e := s.text.wrong(second.span, fmt.Sprintf("%s has no %q; there are %s", first.text, second.text, and(seconds)))
	if names := spell.Nearest(second.text, seconds); len(names) > 0 {
		e.Try = s.corrected(second.span, names)
		return e
	}
	e.Try = exampleOf(rows, first.text+" "+seconds[0])
	return e
}

// exampleOf is the first example of a command.
func exampleOf(rows []command, name string) string {
	for _, c := range rows {
		if c.name == name {
			return c.examples[0]
		}
	}
	return "help"
}

// instead is the statement with another text at one place, if it can be typed
// then; else the example of a command that begins like it.
func (s statement) instead(at span, with string) string {
	if s.text.quiet {
		return ""
	}
	line := s.replaced(at, with)
	if parses(line, s.text.rows) {
		return line
	}
	words := strings.Fields(line)
	best, length := "help", 0
	for _, c := range s.text.rows {
		for _, name := range c.names() {
			parts := strings.Fields(name)
			n := 0
			for n < len(parts) && n < len(words) && parts[n] == words[n] {
				n++
			}
			if n > length {
				best, length = c.examples[0], n
			}
		}
	}
	return best
}

// corrected is instead with the first of the names that makes the line right.
func (s statement) corrected(at span, names []string) string {
	for _, name := range names {
		if line := s.replaced(at, name); !s.text.quiet && parses(line, s.text.rows) {
			return line
		}
	}
	return s.instead(at, names[0])
}

// replaced is the statement with another text at one place, on one line, and
// with its variables filled in, so that it can be typed anywhere.
func (s statement) replaced(at span, with string) string {
	whole := s.span()
	return strings.TrimSpace(flat(s.text.filled(span{whole.from, at.from}) + with + s.text.filled(span{at.to, whole.to})))
}

// plain is the statement on one line with its variables filled in.
func (s statement) plain() string { return flat(s.text.filled(s.span())) }

// filled is a stretch of the text with its variables filled in.
func (t *text) filled(at span) string {
	if at.from >= at.to {
		return ""
	}
	var b strings.Builder
	from := at.from
	for _, u := range t.usesIn(at) {
		if !u.known || u.span.from < from || u.span.to > at.to {
			continue
		}
		b.WriteString(t.body[from:u.span.from])
		b.WriteString(u.written())
		from = u.span.to
	}
	b.WriteString(t.body[from:at.to])
	return b.String()
}

// flat writes a statement of several lines on one.
func flat(line string) string {
	lines := strings.Split(line, "\n")
	for i, l := range lines {
		if i < len(lines)-1 {
			l = strings.TrimSuffix(strings.TrimRight(l, " \t\r"), "\\")
		}
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, " ")
}
