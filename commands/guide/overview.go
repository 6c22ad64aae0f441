package guide

import (
	"slices"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
)

// overview returns the names of all commands, section by section, on one screen of 80
// columns and 24 rows.
func overview(l *lang.Language) []string {
	widest := 0
	for _, s := range l.Sections {
		widest = max(widest, graphs.Width(string(s)))
	}
	var out []string
	for _, s := range l.Sections {
		out = append(out, beside(graphs.Left(string(s), widest)+"  ", families(l, s))...)
	}
	return append(out,
		"help COMMAND, SETTING or METRIC explains one: help seek, help batch, help p99",
		"help all lists every command with its summary, help keyboard the keys; F1",
		"explains the word at the cursor; Tab completes; demo is a tour")
}

// beside returns head and the items, which are never broken, with the further lines
// below the first.
func beside(head string, items []string) []string {
	line, lines := head, []string{}
	for i, item := range items {
		if i < len(items)-1 {
			item += ", "
		}
		if graphs.Width(line)+graphs.Width(strings.TrimRight(item, " ")) > lang.AnswerWidth {
			lines = append(lines, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", graphs.Width(head))
		}
		line += item
	}
	return append(lines, line)
}

// families returns the commands of a section; those that begin with the same word are
// one, as in produce start|stop.
func families(l *lang.Language, s lang.Section) []string {
	var out []string
	at := map[string]int{}
	for _, cmd := range l.Commands {
		if cmd.Section != s {
			continue
		}
		first, rest, more := strings.Cut(cmd.Name, " ")
		i, known := at[first]
		switch {
		case !known:
			at[first] = len(out)
			out = append(out, cmd.Name)
		case more && strings.Contains(out[i], " "):
			out[i] += "|" + rest
		case more:
			out = append(out, cmd.Name)
			at[first] = len(out) - 1
		}
	}
	return out
}

// everything returns a line for each command, by sections.
func everything(l *lang.Language) []string {
	var out []string
	for _, s := range l.Sections {
		out = append(out, string(s))
		for _, line := range list(l, slices.DeleteFunc(slices.Clone(l.Commands), func(c lang.Command) bool { return c.Section != s })) {
			out = append(out, "  "+line)
		}
	}
	return out
}

// list returns a line for each command, aligned with those of other sections.
func list(l *lang.Language, commands []lang.Command) []string {
	longest := 0
	for _, cmd := range l.Commands {
		longest = max(longest, graphs.Width(cmd.Name))
	}
	var rows [][]string
	for _, cmd := range commands {
		row := []string{graphs.Left(cmd.Name, longest), cmd.Summary}
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == row[0] }) {
			rows = append(rows, row)
		}
	}
	return graphs.Table(nil, rows, nil, 0)
}
