package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
)

// generalCommands are about pulsh itself.
func generalCommands() []command {
	return []command{
		{name: "help", aliases: []string{"?"}, section: generalSection,
			params:  []param{{name: "about", kind: aboutKind(), rest: true, optional: true}},
			summary: "explain a command or a kind of value", examples: []string{"help", "help produce start", "help RATE"}, run: help},
		setSessionCommand(),
		{name: "quit", aliases: []string{"exit"}, section: generalSection, summary: "end the session",
			detail: "All groups are stopped, and what they did is summed up.", examples: []string{"quit"}, run: quit},
	}
}

func quit(context.Context, *call) error { return ErrQuit }

// aboutKind is what help explains.
func aboutKind() kind {
	return kind{name: "COMMAND|KIND", sample: "produce start", complete: completeAbout,
		doc: "a command, the beginning of one, a kind of value such as RATE, or keys",
		parse: func(text string) (any, error) {
			if _, ok := about(text); !ok {
				return nil, fmt.Errorf("there is no help about %q", text)
			}
			return text, nil
		}}
}

// keyHelp is what the keys do; the shell binds them.
func keyHelp() []string {
	rows := [][]string{
		{"Tab", "complete the word at the cursor, again for the next"},
		{"Up Down Ctrl-R", "lines typed before"},
		{"Ctrl-C", "clear the line, or give up the command that runs"},
		{"Ctrl-D", "end the session, on an empty line"},
		{"PgUp PgDn", "the graph's past, on an empty line"},
		{"F1", "this help"},
		{"F2", "pause or resume"},
		{"F3 F4", "one worker less, one more"},
		{"F5 F6", "a tenth less rate, a tenth more"},
		{"F7", "five times the rate for 10 s"},
		{"F8", "figures start anew"},
		{"F10", "stop all, at once"},
	}
	return append(graphs.Table(nil, rows, nil, 0), "F2 to F8 act on the first group that the graph shows, while the line is empty")
}

// about is the help about a command, commands that begin alike, a kind, or the
// keys.
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
			if strings.HasPrefix(name, text+" ") {
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
			return []string{k.name + ": " + k.doc}, true
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
	c.say("help COMMAND explains one, help RATE a kind of value, help keys the keys; Tab completes")
	return nil
}

// overview is a line for each command.
func overview(list []command) []string {
	var rows [][]string
	for _, cmd := range list {
		rows = append(rows, []string{cmd.name, cmd.summary})
	}
	for _, r := range rows {
		r[0] = graphs.Left(r[0], overviewWidth)
	}
	return graphs.Table(nil, rows, nil, 0)
}

// overviewWidth is the longest name of a command, so that all sections line up.
const overviewWidth = len("profile delete")

// help explains a command: usage, what it does, its settings, examples.
func (c *command) help() []string {
	out := []string{c.usage(), "  " + c.summary}
	if c.detail != "" {
		for _, line := range wrap(c.detail, answerWidth-2) {
			out = append(out, "  "+line)
		}
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
