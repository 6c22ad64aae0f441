// Package manual writes a language as a manual page and as Markdown.
package manual

import (
	"fmt"
	"strings"

	"pulsh/commands/lang"
)

// Section is a part of the manual: commands, settings or kinds of values.
type Section struct {
	Name    string // lower case
	Entries []Entry
}

// Entry is what is typed, and what it says or does, in sentences.
type Entry struct{ Call, Says string }

// Of is the language as a manual page tells it: its commands, the middle sections, and its
// kinds of values.
func Of(l *lang.Language, middle ...Section) []Section {
	var out []Section
	for _, s := range l.Sections {
		part := Section{Name: string(s)}
		for _, c := range l.Commands {
			if c.Section == s {
				says := strings.TrimSpace(Sentence(c.Summary) + " " + c.Detail)
				part.Entries = append(part.Entries, Entry{c.Usage(), says + " For example: " + strings.Join(c.Examples, "; ") + "."})
			}
		}
		out = append(out, part)
	}
	out = append(out, middle...)
	values := Section{Name: "kinds of values"}
	for _, k := range l.Kinds {
		values.Entries = append(values.Entries, Entry{k.Name, Sentence(k.Doc)})
	}
	return append(out, values)
}

// Sentence gives a line of help its capital and its full stop.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Reference is the manual of the language in Markdown: its commands, the middle
// part, and its kinds of values.
func Reference(l *lang.Language, middle string) string {
	var b strings.Builder
	rows := l.Commands
	for _, s := range l.Sections {
		fmt.Fprintf(&b, "## %s\n\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
		b.WriteString("| command | what it does | for example |\n| --- | --- | --- |\n")
		for _, c := range rows {
			if c.Section == s {
				fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", Cell(c.Usage()), Cell(c.Summary), Cell(c.Examples[0]))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(middle)
	b.WriteString("## Kinds of values\n\n| kind | written |\n| --- | --- |\n")
	for _, k := range l.Kinds {
		fmt.Fprintf(&b, "| %s | %s |\n", Cell(k.Name), Cell(k.Doc))
	}
	return b.String()
}

// Cell keeps a text from ending its cell of a table.
func Cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
