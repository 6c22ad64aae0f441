package commands

import (
	"fmt"
	"strings"

	"pulsh/commands/manual"
	"pulsh/commands/perf"
	"pulsh/session/spec"
)

// Manual is the language as a manual page tells it, made from the table.
func Manual() []manual.Section {
	producer, consumer, preferences := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	return manual.Of(language(),
		manual.Section{Name: "settings of a producer group", Entries: settingEntries(spec.ProducerSettings(), &producer)},
		manual.Section{Name: "settings of a consumer group", Entries: settingEntries(spec.ConsumerSettings(), &consumer)},
		manual.Section{Name: "settings of the session", Entries: settingEntries(spec.PreferenceSettings(), &preferences)})
}

func settingEntries[S any](settings []spec.Setting[S], standard *S) []manual.Entry {
	var out []manual.Entry
	for _, s := range settings {
		out = append(out, manual.Entry{Call: s.Name + "=" + s.Kind, Says: manual.Sentence(s.Doc) + " Default: " + s.Get(standard) + "." + rangeOf(s.Name)})
	}
	return out
}

// rangeOf returns the range of a setting as a sentence, with a blank before it.
func rangeOf(setting string) string {
	if r := spec.RangeOf(setting); r != "" {
		return " Range: " + r + "."
	}
	return ""
}

// Reference returns the command reference in Markdown, made from the table. The
// file REFERENCE.md holds it, and a test says when the file is stale.
func Reference() string {
	var b strings.Builder
	producer, consumer, preferences := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	reader := spec.DefaultReader("NAME")
	settingsReference(&b, "a producer group", "recreates the producers", spec.ProducerSettings(), &producer)
	settingsReference(&b, "a consumer group", "recreates the consumers", spec.ConsumerSettings(), &consumer)
	settingsReference(&b, "a reader", "recreates the reader at its position", spec.ReaderSettings(), &reader)
	settingsReference(&b, "the session", "for later starts", spec.PreferenceSettings(), &preferences)
	b.WriteString(perf.Reference(language().Commands))
	return "# Command reference\n\nMade from the table of commands by `make docs`. " +
		"At the prompt, `help COMMAND` and `help KIND` say more.\n\n" + manual.Reference(language(), b.String())
}

// settingsReference writes the table of settings of the thing of. change is the effect
// of a change to a setting that is not live.
func settingsReference[S any](b *strings.Builder, of, change string, settings []spec.Setting[S], standard *S) {
	b.WriteString("## Settings of " + of + "\n\n| setting | default | range | meaning | a change |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range settings {
		effect := change
		if s.Live {
			effect = "live"
		}
		fmt.Fprintf(b, "| `%s=` | `%s` | %s | %s | %s |\n", s.Name, s.Get(standard), spec.RangeOf(s.Name), manual.Cell(s.Doc), effect)
	}
	b.WriteString("\n")
}
