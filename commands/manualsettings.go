package commands

import (
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/spec"
)

// Manual is the language as a manual page tells it, made from the table.
func Manual() []lang.ManualSection {
	producer, consumer, preferences := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	return language().Manual(
		lang.ManualSection{Name: "settings of a producer group", Entries: settingEntries(spec.ProducerSettings(), &producer)},
		lang.ManualSection{Name: "settings of a consumer group", Entries: settingEntries(spec.ConsumerSettings(), &consumer)},
		lang.ManualSection{Name: "settings of the session", Entries: settingEntries(spec.PreferenceSettings(), &preferences)})
}

func settingEntries[S any](settings []spec.Setting[S], standard *S) []lang.ManualEntry {
	var out []lang.ManualEntry
	for _, s := range settings {
		out = append(out, lang.ManualEntry{Call: s.Name + "=" + s.Kind, Says: lang.Sentence(s.Doc) + " Default: " + s.Get(standard) + "."})
	}
	return out
}

// Reference is the manual of the language in Markdown. REFERENCE.md holds it, and
// a test says when it is stale.
func Reference() string {
	var b strings.Builder
	b.WriteString("### Settings of a producer group\n\n")
	producer := spec.DefaultProducer("NAME")
	settingsReference(&b, spec.ProducerSettings(), &producer)
	b.WriteString("### Settings of a consumer group\n\n")
	consumer := spec.DefaultConsumer("NAME")
	settingsReference(&b, spec.ConsumerSettings(), &consumer)
	return language().Reference(b.String())
}

func settingsReference[S any](b *strings.Builder, settings []spec.Setting[S], standard *S) {
	b.WriteString("| setting | default | what it says | a change is |\n| --- | --- | --- | --- |\n")
	for _, s := range settings {
		change := "rebuilt behind the scenes"
		if s.Live {
			change = "live"
		}
		fmt.Fprintf(b, "| `%s=` | `%s` | %s | %s |\n", s.Name, s.Get(standard), lang.Cell(s.Doc), change)
	}
	b.WriteString("\n")
}
