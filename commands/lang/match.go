package lang

import (
	"fmt"
	"strings"

	"pulsh/commands/habits"
	"pulsh/session/spell"
)

// match returns the command that the statement begins with, and the other words.
func match(s statement) (*Command, []word, *Error) {
	if cmd, rest := longest(s.words, s.text.rows); cmd != nil {
		return cmd, rest, nil
	}
	return nil, nil, unknown(s)
}

// longest returns the command with the longest name that the words begin with, and the
// other words. It returns nil if there is none.
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
		if words[i].text != p {
			return false
		}
	}
	return true
}

// unknown returns the error for an unknown command, with the nearest one.
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
		e := s.text.wrong(first.span, fmt.Sprintf("no command \"%s\"", quotable(first.text)))
		e.Try = "help"
		if meant := s.valid(habits.Lines(s.plain())); meant != "" {
			e.Try = meant
		} else if names := spell.Nearest(first.text, firsts); len(names) > 0 && len(first.text) > 1 {
			e.Try = s.corrected(first.span, names)
		}
		return e
	}
	if len(s.words) == 1 {
		return s.text.wrong(first.span, fmt.Sprintf("%s needs %s", first.text, or(seconds))).with(exampleOf(rows, first.text+" "+seconds[0]))
	}
	return s.hasNo(s.words[1], seconds, exampleOf(rows, first.text+" "+seconds[0]))
}

// hasNo returns the error for a second word that is not in seconds, which may follow the
// first word. The next step is the nearest of seconds, or try.
func (s statement) hasNo(second word, seconds []string, try string) *Error {
	e := s.text.wrong(second.span, fmt.Sprintf("%s has no %q (%s)", s.words[0].text, second.text, strings.Join(seconds, ", ")))
	e.Try = try
	if names := spell.Nearest(second.text, seconds); len(names) > 0 {
		e.Try = s.corrected(second.span, names)
	}
	return e
}

// unknownSecond returns the error for a word after a command that has no parameters, if
// other commands begin with the same word: chaos and chaos kill. It returns nil if none
// does.
func unknownSecond(s statement, second word) *Error {
	first := s.words[0].text
	var seconds []string
	for _, c := range s.text.rows {
		if one, two, found := strings.Cut(c.Name, " "); found && one == first {
			seconds = append(seconds, two)
		}
	}
	if len(seconds) == 0 {
		return nil
	}
	return s.hasNo(second, seconds, first)
}

// exampleOf returns the first example of a command.
func exampleOf(rows []Command, name string) string {
	for _, c := range rows {
		if c.Name == name {
			return c.Examples[0]
		}
	}
	return "help"
}

// instead returns the statement with the text at one place replaced, if it is then
// valid; else an example of the command with the most similar beginning.
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
				best, length = c.Examples[0], n
			}
		}
	}
	return best
}

// corrected is Instead with the first of the names that makes the line valid.
func (s statement) corrected(at span, names []string) string {
	for _, name := range names {
		if line := s.replaced(at, name); !s.text.quiet && parses(line, s.text.rows) {
			return line
		}
	}
	return s.instead(at, names[0])
}

// valid returns the first line that is valid, or "".
func (s statement) valid(lines []string) string {
	for _, line := range lines {
		if !s.text.quiet && parses(line, s.text.rows) {
			return line
		}
	}
	return ""
}

// replaced returns the statement with the text at one place replaced, on one row and
// with its variables substituted.
func (s statement) replaced(at span, with string) string {
	whole := s.span()
	return strings.TrimSpace(Flat(s.text.filled(span{whole.From, at.From}) + with + s.text.filled(span{at.To, whole.To})))
}

// plain returns the statement on one row with its variables substituted.
func (s statement) plain() string { return Flat(s.text.filled(s.span())) }

// filled returns a range of the text with its variables substituted.
func (t *source) filled(at span) string {
	if at.From >= at.To {
		return ""
	}
	var b strings.Builder
	from := at.From
	for _, u := range t.usesIn(at) {
		if !u.known || u.span.From < from || u.span.To > at.To {
			continue
		}
		b.WriteString(t.body[from:u.span.From])
		b.WriteString(u.written())
		from = u.span.To
	}
	b.WriteString(t.body[from:at.To])
	return b.String()
}

// Flat writes a statement of several lines on one row.
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
