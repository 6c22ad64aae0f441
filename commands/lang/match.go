package lang

import (
	"fmt"
	"strings"

	"pulsh/session/spell"
)

// match finds the command that the statement begins with, or says which was
// probably meant.
func match(s Statement) (*Command, []word, *Error) {
	if cmd, rest := longest(s.Words, s.Text.Rows); cmd != nil {
		return cmd, rest, nil
	}
	return nil, nil, unknown(s)
}

// longest is the command whose name is the longest beginning of the words, and
// what is behind it; nil if there is none.
func longest(words []word, rows []Command) (*Command, []word) {
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
		if words[i].Text != p {
			return false
		}
	}
	return true
}

// unknown says which command was probably meant.
func unknown(s Statement) *Error {
	first, rows := s.Words[0], s.Text.Rows
	var firsts, seconds []string
	for _, c := range rows {
		for _, name := range c.names() {
			one, two, _ := strings.Cut(name, " ")
			firsts = append(firsts, one)
			if one == first.Text {
				seconds = append(seconds, two)
			}
		}
	}
	if len(seconds) == 0 {
		e := s.Text.wrong(first.span, fmt.Sprintf("no command %q", first.Text))
		e.Try = "help"
		if names := spell.Nearest(first.Text, firsts); len(names) > 0 {
			e.Try = s.corrected(first.span, names)
		}
		return e
	}
	if len(s.Words) == 1 {
		e := s.Text.wrong(first.span, fmt.Sprintf("%s needs %s", first.Text, or(seconds)))
		e.Try = exampleOf(rows, first.Text+" "+seconds[0])
		return e
	}
	second := s.Words[1]
	e := s.Text.wrong(second.span, fmt.Sprintf("%s has no %q; there are %s", first.Text, second.Text, And(seconds)))
	if names := spell.Nearest(second.Text, seconds); len(names) > 0 {
		e.Try = s.corrected(second.span, names)
		return e
	}
	e.Try = exampleOf(rows, first.Text+" "+seconds[0])
	return e
}

// exampleOf is the first example of a command.
func exampleOf(rows []Command, name string) string {
	for _, c := range rows {
		if c.Name == name {
			return c.Examples[0]
		}
	}
	return "help"
}

// Instead is the statement with another text at one place, if it can be typed
// then; else the example of a command that begins like it.
func (s Statement) Instead(at Span, with string) string {
	if s.Text.quiet {
		return ""
	}
	line := s.replaced(at, with)
	if Parses(line, s.Text.Rows) {
		return line
	}
	words := strings.Fields(line)
	best, length := "help", 0
	for _, c := range s.Text.Rows {
		for _, name := range c.names() {
			parts := strings.Fields(name)
			n := 0
			for n < len(parts) && n < len(words) && parts[n] == words[n] {
				n++
			}
			if n > length {
				best, length = c.Examples[0], n
			}
		}
	}
	return best
}

// corrected is instead with the first of the names that makes the line right.
func (s Statement) corrected(at Span, names []string) string {
	for _, name := range names {
		if line := s.replaced(at, name); !s.Text.quiet && Parses(line, s.Text.Rows) {
			return line
		}
	}
	return s.Instead(at, names[0])
}

// replaced is the statement with another text at one place, on one line, and
// with its variables filled in, so that it can be typed anywhere.
func (s Statement) replaced(at Span, with string) string {
	whole := s.span()
	return strings.TrimSpace(Flat(s.Text.filled(Span{whole.From, at.From}) + with + s.Text.filled(Span{at.To, whole.To})))
}

// Plain is the statement on one line with its variables filled in.
func (s Statement) Plain() string { return Flat(s.Text.filled(s.span())) }

// filled is a stretch of the text with its variables filled in.
func (t *Text) filled(at Span) string {
	if at.From >= at.To {
		return ""
	}
	var b strings.Builder
	from := at.From
	for _, u := range t.usesIn(at) {
		if !u.known || u.span.From < from || u.span.To > at.To {
			continue
		}
		b.WriteString(t.Body[from:u.span.From])
		b.WriteString(u.written())
		from = u.span.To
	}
	b.WriteString(t.Body[from:at.To])
	return b.String()
}

// Flat writes a statement of several lines on one.
func Flat(line string) string {
	lines := strings.Split(line, "\n")
	for i, l := range lines {
		if i < len(lines)-1 {
			l = strings.TrimSuffix(strings.TrimRight(l, " \t\r"), "\\")
		}
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, " ")
}
