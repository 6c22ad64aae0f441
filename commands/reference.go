package commands

import (
	"fmt"
	"strings"
)

// Reference is the manual of the language in Markdown: its commands, the middle
// part, and its kinds of values.
func (l *Language) Reference(middle string) string {
	var b strings.Builder
	rows := l.Commands
	for _, s := range l.Sections {
		fmt.Fprintf(&b, "### %s\n\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
		b.WriteString("| command | what it does | for example |\n| --- | --- | --- |\n")
		for _, c := range rows {
			if c.section == s {
				fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", Cell(c.usage()), Cell(c.summary), Cell(c.examples[0]))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(middle)
	b.WriteString("### Kinds of values\n\n| kind | written |\n| --- | --- |\n")
	for _, k := range l.Kinds {
		fmt.Fprintf(&b, "| %s | %s |\n", Cell(k.name), Cell(k.doc))
	}
	return b.String()
}

// Cell keeps a text from ending its cell of a table.
func Cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
