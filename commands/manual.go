package commands

import (
	"strings"
)

// ManualSection is a part of the manual: commands, settings or kinds of values.
type ManualSection struct {
	Name    string // lower case
	Entries []ManualEntry
}

// ManualEntry is what is typed, and what it says or does, in sentences.
type ManualEntry struct{ Call, Says string }

// Manual is the language as a manual page tells it: its commands, the middle
// sections, and its kinds of values.
func (l *Language) Manual(middle ...ManualSection) []ManualSection {
	var out []ManualSection
	for _, s := range l.Sections {
		part := ManualSection{Name: string(s)}
		for _, c := range l.Commands {
			if c.section == s {
				says := strings.TrimSpace(Sentence(c.summary) + " " + c.detail)
				part.Entries = append(part.Entries, ManualEntry{c.usage(), says + " For example: " + strings.Join(c.examples, "; ") + "."})
			}
		}
		out = append(out, part)
	}
	out = append(out, middle...)
	values := ManualSection{Name: "kinds of values"}
	for _, k := range l.Kinds {
		values.Entries = append(values.Entries, ManualEntry{k.name, Sentence(k.doc)})
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
