package commands

import (
	"fmt"
	"strings"

	"pulsh/session/spec"
)

// Manual is the language as a manual page tells it, made from the table.
func Manual() []ManualSection {
	producer, consumer, preferences := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	return language().Manual(
		ManualSection{"settings of a producer group", settingEntries(spec.ProducerSettings(), &producer)},
		ManualSection{"settings of a consumer group", settingEntries(spec.ConsumerSettings(), &consumer)},
		ManualSection{"settings of the session", settingEntries(spec.PreferenceSettings(), &preferences)})
}

func settingEntries[S any](settings []spec.Setting[S], standard *S) []ManualEntry {
	var out []ManualEntry
	for _, s := range settings {
		out = append(out, ManualEntry{s.Name + "=" + s.Kind, Sentence(s.Doc) + " Default: " + s.Get(standard) + "."})
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
		fmt.Fprintf(b, "| `%s=` | `%s` | %s | %s |\n", s.Name, s.Get(standard), Cell(s.Doc), change)
	}
	b.WriteString("\n")
}
