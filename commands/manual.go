package commands

import (
	"strings"

	"pulsh/session/spec"
)

// ManualSection is a part of the manual: commands, settings or kinds of values.
type ManualSection struct {
	Name    string // lower case
	Entries []ManualEntry
}

// ManualEntry is what is typed, and what it says or does, in sentences.
type ManualEntry struct{ Call, Says string }

// Manual is the language as a manual page tells it, made from the table.
func Manual() []ManualSection {
	var out []ManualSection
	for _, s := range sections() {
		part := ManualSection{Name: string(s)}
		for _, c := range table() {
			if c.section == s {
				says := strings.TrimSpace(sentence(c.summary) + " " + c.detail)
				part.Entries = append(part.Entries, ManualEntry{c.usage(), says + " For example: " + strings.Join(c.examples, "; ") + "."})
			}
		}
		out = append(out, part)
	}
	producer, consumer, preferences := spec.DefaultProducer("NAME"), spec.DefaultConsumer("NAME"), spec.DefaultPreferences()
	out = append(out,
		ManualSection{"settings of a producer group", settingEntries(spec.ProducerSettings(), &producer)},
		ManualSection{"settings of a consumer group", settingEntries(spec.ConsumerSettings(), &consumer)},
		ManualSection{"settings of the session", settingEntries(spec.PreferenceSettings(), &preferences)})
	values := ManualSection{Name: "kinds of values"}
	for _, k := range kinds() {
		values.Entries = append(values.Entries, ManualEntry{k.name, sentence(k.doc)})
	}
	return append(out, values)
}

func settingEntries[S any](settings []spec.Setting[S], standard *S) []ManualEntry {
	var out []ManualEntry
	for _, s := range settings {
		out = append(out, ManualEntry{s.Name + "=" + s.Kind, sentence(s.Doc) + " Default: " + s.Get(standard) + "."})
	}
	return out
}

// sentence gives a line of help its capital and its full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
