package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pulsh/graphs"
)

// aboutKind is what help explains.
func aboutKind() kind {
	return kind{name: "COMMAND|KIND", sample: "keys", complete: completeAbout, named: true,
		doc: "a command, the beginning of one, a section, a kind of value such as RATE, or keys",
		parse: func(text string) (any, error) {
			if _, ok := about(text); !ok {
				return nil, fmt.Errorf("there is no help about %q", text)
			}
			return text, nil
		}}
}

// completeAbout offers all that help explains.
func completeAbout(*scene) []Suggestion {
	var out []Suggestion
	for _, cmd := range table() {
		if first, _, more := strings.Cut(cmd.name, " "); more && !slices.ContainsFunc(out, func(s Suggestion) bool { return s.Text == first }) {
			out = append(out, Suggestion{first, "all commands that begin like this"})
		}
		out = append(out, Suggestion{cmd.name, cmd.summary})
	}
	for _, s := range sections() {
		out = append(out, Suggestion{string(s), "a section"})
	}
	for _, k := range kinds() {
		out = append(out, Suggestion{k.name, k.doc})
	}
	return append(out, Suggestion{"keys", "what the keys do"})
}

// keyHelp is what the keys do; the shell binds them.
func keyHelp() []string {
	rows := [][]string{
		{"Tab Shift-Tab", "complete the word at the cursor, again for the next or the one before"},
		{"Enter Esc", "take what is selected in the list; give it up"},
		{"Right End", "at the end of the line: take what an earlier line had there; Alt-F a word of it"},
		{"Up Down", "lines typed before that have what is typed"},
		{"Ctrl-R Ctrl-S", "search them for a text; again for older ones, newer ones"},
		{"!! !12 !pro", "the last line, the one of that number, the last that begins like that"},
		{"Alt-.", "the last word of the line before, again for older ones"},
		{"Ctrl-A Ctrl-E", "begin and end of the line"},
		{"Alt-B Alt-F", "a word back and on"},
		{"Ctrl-W Alt-D", "delete the word before the cursor, behind it"},
		{"Ctrl-U Ctrl-K", "delete up to the cursor, from it on"},
		{"Ctrl-Y Ctrl-_", "put back what was deleted; undo"},
		{"Ctrl-T", "swap two letters"},
		{"Ctrl-L", "clear the screen"},
		{"Ctrl-C", "clear the line, or give up the command that runs"},
		{"Ctrl-D", "end the session, on an empty line"},
		{"Ctrl-Z", "stop pulsh; fg goes on"},
		{"PgUp PgDn", "the graph's past, on an empty line"},
		{"F1", "this help"},
		{"F2", "pause or resume"},
		{"F3 F4", "one worker less, one more"},
		{"F5 F6", "a tenth less rate, a tenth more"},
		{"F7", "five times the rate for 10 s"},
		{"F8", "figures start anew"},
		{"F9", "export a page of what was measured"},
		{"F10", "stop all, at once"},
	}
	return append(graphs.Table(nil, rows, nil, 0), "F2 to F8 act on the first group that the graph shows, while the line is empty")
}

// about is the help about a command, commands that begin alike, a section, a
// kind, or the keys.
func about(text string) ([]string, bool) {
	if text == "keys" {
		return keyHelp(), true
	}
	var found []command
	var exact []string
	for _, cmd := range table() {
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
		for _, line := range overview(found) {
			exact = append(exact, "  "+line)
		}
		return exact, true
	case exact != nil:
		return exact, true
	case len(found) > 0:
		return overview(found), true
	}
	for _, k := range kinds() {
		if strings.EqualFold(k.name, text) {
			return k.help(), true
		}
	}
	return nil, false
}

func help(_ context.Context, c *call) error {
	if text := c.text("about"); text != "" {
		lines, _ := about(text)
		c.print(lines)
		return nil
	}
	rows := table()
	for _, s := range sections() {
		var inside []command
		for _, cmd := range rows {
			if cmd.section == s {
				inside = append(inside, cmd)
			}
		}
		c.say("%s", s)
		for _, line := range overview(inside) {
			c.say("  %s", line)
		}
	}
	c.say("help COMMAND explains one, help RATE a kind of value, help keys the keys; demo shows it all; Tab completes")
	return nil
}

// overview is a line for each command. All sections line up.
func overview(list []command) []string {
	longest := 0
	for _, cmd := range table() {
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
		for _, line := range wrap(c.detail, answerWidth-2) {
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

// help explains a kind: what it is, how it is written, and which commands take
// it.
func (k kind) help() []string {
	out := indented(k.name+": ", k.doc)
	if k.forms != "" {
		out = append(out, indented("  written ", k.forms)...)
	}
	var users []string
	for _, cmd := range table() {
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
	lines := wrap(text, max(answerWidth-graphs.Width(head), answerWidth/2))
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
