package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/graphs"
)

// AnswerWidth is the width of answers: a terminal of 80 columns less the two
// cells by which an answer is set off.
const AnswerWidth = 78

// AboutKind is the kind of what help explains in a language. lang returns that
// language; it is called when a line is read.
func AboutKind(lang func() *Language) kind {
	return kind{name: "COMMAND|KIND", sample: "keys", named: true,
		complete: func(*scene) []Suggestion { return lang().topics() },
		doc:      "a command, the beginning of one, a section, a kind of value such as RATE, or keys",
		parse: func(text string) (any, error) {
			if _, ok := lang().about(text); !ok {
				return nil, fmt.Errorf("there is no help about %q", text)
			}
			return text, nil
		}}
}

// topics offers all that help explains.
func (l *Language) topics() []Suggestion {
	var out []Suggestion
	for _, cmd := range l.Commands {
		if first, _, more := strings.Cut(cmd.name, " "); more && !slices.ContainsFunc(out, func(s Suggestion) bool { return s.Text == first }) {
			out = append(out, Suggestion{first, "all commands that begin like this"})
		}
		out = append(out, Suggestion{cmd.name, cmd.summary})
	}
	for _, s := range l.Sections {
		out = append(out, Suggestion{string(s), "a section"})
	}
	for _, k := range l.Kinds {
		out = append(out, Suggestion{k.name, k.doc})
	}
	return append(out, Suggestion{"keys", "what the keys do"})
}

// about is the help about a command, commands that begin alike, a section, a
// kind, or the keys.
func (l *Language) about(text string) ([]string, bool) {
	if text == "keys" {
		return l.Keys, true
	}
	var found []command
	var exact []string
	for _, cmd := range l.Commands {
		for _, name := range cmd.names() {
			if name == text {
				exact = cmd.help()
			}
			if strings.HasPrefix(name, text+" ") || strings.EqualFold(text, string(cmd.section)) {
				found = append(found, cmd)
			}
		}
	}
	switch {
	case exact != nil && len(found) > 0:
		exact = append(exact, "see also")
		for _, line := range l.overview(found) {
			exact = append(exact, "  "+line)
		}
		return exact, true
	case exact != nil:
		return exact, true
	case len(found) > 0:
		return l.overview(found), true
	}
	for _, k := range l.Kinds {
		if strings.EqualFold(k.name, text) {
			return l.helpOf(k), true
		}
	}
	return nil, false
}

func help(_ context.Context, c *Call) error {
	l := c.config.Language
	if text := c.text("about"); text != "" {
		lines, known := l.about(text)
		if !known {
			return c.refuse("about", "help", "there is no help about %q", text)
		}
		c.print(lines)
		return nil
	}
	rows := l.Commands
	for _, s := range l.Sections {
		var inside []command
		for _, cmd := range rows {
			if cmd.section == s {
				inside = append(inside, cmd)
			}
		}
		c.say("%s", s)
		for _, line := range l.overview(inside) {
			c.say("  %s", line)
		}
	}
	c.say("help COMMAND explains one, help RATE a kind of value, help keys the keys; demo shows it all; Tab completes")
	return nil
}

// overview is a line for each command. All sections line up.
func (l *Language) overview(list []command) []string {
	longest := 0
	for _, cmd := range l.Commands {
		longest = max(longest, graphs.Width(cmd.name))
	}
	var rows [][]string
	for _, cmd := range list {
		row := []string{graphs.Left(cmd.name, longest), cmd.summary}
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == row[0] }) {
			rows = append(rows, row)
		}
	}
	return graphs.Table(nil, rows, nil, 0)
}

// help explains a command: usage, what it does, its values and settings,
// examples.
func (c *command) help() []string {
	out := []string{c.usage(), "  " + c.summary}
	if c.detail != "" {
		for _, line := range wrap(c.detail, AnswerWidth-2) {
			out = append(out, "  "+line)
		}
	}
	for _, p := range c.positional() {
		doc := p.kind.doc
		if p.kind.name == "WORD" && p.kind.forms != "" {
			doc = p.kind.forms
		}
		out = append(out, indented("  "+p.kind.name+": ", doc)...)
	}
	var rows [][]string
	for _, p := range c.settings() {
		rows = append(rows, []string{"  " + p.name + "=", p.kind.name, p.kind.sample, p.doc})
	}
	if len(rows) > 0 {
		out = append(out, "settings")
		out = append(out, graphs.Table(nil, rows, nil, 0)...)
	}
	out = append(out, "examples")
	for _, e := range c.examples {
		out = append(out, "  "+e)
	}
	return out
}

// helpOf explains a kind: what it is, how it is written, and which commands take
// it.
func (l *Language) helpOf(k kind) []string {
	out := indented(k.name+": ", k.doc)
	if k.forms != "" {
		out = append(out, indented("  written ", k.forms)...)
	}
	var users []string
	for _, cmd := range l.Commands {
		for _, p := range cmd.params {
			if p.kind.name == k.name && !slices.Contains(users, cmd.name) {
				users = append(users, cmd.name)
			}
		}
	}
	if len(users) > 0 {
		out = append(out, indented("  for ", strings.Join(users, ", "))...)
	}
	return out
}

// indented is a text behind a head, its further lines below its first.
func indented(head, text string) []string {
	lines := wrap(text, max(AnswerWidth-graphs.Width(head), AnswerWidth/2))
	for i := range lines {
		if i == 0 {
			lines[i] = head + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", graphs.Width(head)) + lines[i]
		}
	}
	return lines
}

// wrap breaks text between words so that no line is wider than width cells.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && graphs.Width(line)+1+graphs.Width(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
