package lang

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/graphs"
)

// AnswerWidth is the width of answers: a terminal of 80 columns less the indent of
// two.
const AnswerWidth = 78

// AboutKind returns the kind of the topics of help. lang returns the language; it is
// called when a line is read.
func AboutKind(lang func() *Language) Kind {
	return Kind{Name: "COMMAND|KIND", Sample: "keys", named: true,
		Complete: func(*Scene) []Suggestion { return lang().topics() },
		Doc:      "a command or its first word, a section, a kind of value such as RATE, or keys",
		Parse: func(text string) (any, error) {
			if _, ok := lang().about(text); !ok {
				return nil, fmt.Errorf("no help for %q", text)
			}
			return text, nil
		}}
}

// topics returns all topics of help.
func (l *Language) topics() []Suggestion {
	var out []Suggestion
	for _, cmd := range l.Commands {
		if first, _, more := strings.Cut(cmd.Name, " "); more && !slices.ContainsFunc(out, func(s Suggestion) bool { return s.Text == first }) {
			out = append(out, Suggestion{first, "all commands that begin with this word"})
		}
		out = append(out, Suggestion{cmd.Name, cmd.Summary})
	}
	for _, s := range l.Sections {
		out = append(out, Suggestion{string(s), "a section"})
	}
	for _, k := range l.Kinds {
		if !slices.ContainsFunc(out, func(s Suggestion) bool { return s.Text == k.Name }) {
			out = append(out, Suggestion{k.Name, k.Doc})
		}
	}
	return append(out, Suggestion{"keys", "what the keys do"})
}

// about returns the help for a command, for the commands that begin with a word,
// for a section, a kind, or the keys.
func (l *Language) about(text string) ([]string, bool) {
	if text == "keys" {
		return l.Keys, true
	}
	var found []Command
	var exact []string
	for _, cmd := range l.Commands {
		for _, name := range cmd.names() {
			if name == text {
				exact = cmd.help()
			}
			if strings.HasPrefix(name, text+" ") || strings.EqualFold(text, string(cmd.Section)) {
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
	var about []string
	for _, k := range l.Kinds { // several kinds are named FILE
		if k.Named(text) {
			about = append(about, l.helpOf(k)...)
		}
	}
	return about, about != nil
}

// Help runs the command help: it explains the argument about, or lists all commands.
func Help(_ context.Context, c *Call) error {
	l := c.Config.Language
	if text := c.Text("about"); text != "" {
		lines, known := l.about(text)
		if !known {
			return c.Refuse("about", "help", "no help for %q", text)
		}
		c.Print(lines)
		return nil
	}
	rows := l.Commands
	for _, s := range l.Sections {
		var inside []Command
		for _, cmd := range rows {
			if cmd.Section == s {
				inside = append(inside, cmd)
			}
		}
		c.Say("%s", s)
		for _, line := range l.overview(inside) {
			c.Say("  %s", line)
		}
	}
	c.Say("help COMMAND explains a command, help RATE a kind of value, help keys the keys; demo is a tour; Tab completes")
	return nil
}

// overview returns a line for each command, aligned with those of other sections.
func (l *Language) overview(list []Command) []string {
	longest := 0
	for _, cmd := range l.Commands {
		longest = max(longest, graphs.Width(cmd.Name))
	}
	var rows [][]string
	for _, cmd := range list {
		row := []string{graphs.Left(cmd.Name, longest), cmd.Summary}
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == row[0] }) {
			rows = append(rows, row)
		}
	}
	return graphs.Table(nil, rows, nil, 0)
}

// helpOf returns the help for a kind: its meaning, forms and commands.
func (l *Language) helpOf(k Kind) []string {
	out := indented(k.Name+": ", k.Doc)
	if k.Forms != "" {
		out = append(out, indented("  written ", k.Forms)...)
	}
	var users []string
	for _, cmd := range l.Commands {
		for _, p := range cmd.Params {
			if p.Kind.Name == k.Name && p.Kind.Doc == k.Doc && !slices.Contains(users, cmd.Name) {
				users = append(users, cmd.Name)
			}
		}
	}
	if len(users) > 0 {
		out = append(out, indented("  for ", strings.Join(users, ", "))...)
	}
	return out
}

// indented returns head and text, with the further lines of the text below its first.
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
