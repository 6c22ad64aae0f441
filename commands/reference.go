package commands

import (
	"fmt"
	"strings"

	"pulsh/session/spec"
)

// Reference is the manual of the language in Markdown, made from the table. The
// README holds it between two comments, and a test says when it is stale.
func Reference() string {
	var b strings.Builder
	rows := table()
	for _, s := range sections() {
		fmt.Fprintf(&b, "### %s\n\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
		b.WriteString("| command | what it does | for example |\n| --- | --- | --- |\n")
		for _, c := range rows {
			if c.section == s {
				fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", cell(c.usage()), cell(c.summary), cell(c.examples[0]))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("### Settings of a producer group\n\n")
	producer := spec.DefaultProducer("NAME")
	settingsReference(&b, spec.ProducerSettings(), &producer)
	b.WriteString("### Settings of a consumer group\n\n")
	consumer := spec.DefaultConsumer("NAME")
	settingsReference(&b, spec.ConsumerSettings(), &consumer)
	b.WriteString("### Kinds of values\n\n| kind | written |\n| --- | --- |\n")
	for _, k := range kinds() {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(k.name), cell(k.doc))
	}
	return b.String()
}

func settingsReference[S any](b *strings.Builder, settings []spec.Setting[S], standard *S) {
	b.WriteString("| setting | default | what it says | a change is |\n| --- | --- | --- | --- |\n")
	for _, s := range settings {
		change := "rebuilt behind the scenes"
		if s.Live {
			change = "live"
		}
		fmt.Fprintf(b, "| `%s=` | `%s` | %s | %s |\n", s.Name, s.Get(standard), cell(s.Doc), change)
	}
	b.WriteString("\n")
}

// cell keeps a text from ending its cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
