package lang

import (
	"slices"
	"strings"

	"pulsh/commands/ranking"
)

// Suggestion is a candidate of completion. Text replaces the word at the cursor.
type Suggestion struct {
	Text, Description string
}

const suggestionsMax = 1000 // more than anybody reads

// Scene is the input of a kind's completion. A completion uses only this and memory,
// so that typing never waits for the network.
type Scene struct {
	Host    any               // of the Runner; nil for none
	Partial string            // the typed part of the value
	Words   []string          // the words before this one that are not settings
	Given   map[string]string // the settings before this one, by name
}

// Complete returns the candidates for the word at the cursor, a byte offset into text,
// the best first, and the offset of the word. It may be called while a command runs.
func (c *Runner) Complete(text string, cursor int) (list []Suggestion, from int) {
	before := text[:min(max(cursor, 0), len(text))]
	words, partial, ok := unfinished(before)
	if !ok {
		return nil, len(before)
	}
	if _, inner := resultOf(append(slices.Clip(words), partial), c.Config.Language.Commands); inner != nil {
		words = inner[:len(inner)-1]
	}
	if out, from, ok := completeVariables(before, c.known()); ok {
		return out[:min(len(out), suggestionsMax)], from
	}
	s := &Scene{Host: c.Config.Host, Partial: partial.text}
	out := fit(partial.text, commandWords(words, c.Config.Language.Commands))
	if cmd, rest := longest(words, c.Config.Language.Commands); cmd != nil {
		out = append(out, cmd.complete(s, rest, partial)...)
	}
	return out[:min(len(out), suggestionsMax)], partial.span.From
}

// unfinished returns the finished words of the statement at the end of before, and the
// partial word. ok is false within a comment.
func unfinished(before string) (words []word, partial word, ok bool) {
	l := &lexer{text: &source{body: before, quiet: true}}
	end := 0
	for {
		words = l.statement()
		if l.at >= len(before) {
			break
		}
		end = l.at
	}
	if strings.HasSuffix(before, "\n") || strings.HasSuffix(before, ";") && len(l.errs) == 0 {
		return nil, word{span: span{len(before), len(before)}}, true
	}
	last := len(words) - 1
	tail := before[end:]
	if last >= 0 {
		tail = before[words[last].span.To:]
	}
	if strings.Contains(tail, "#") {
		return nil, word{}, false
	}
	if last < 0 || tail != "" {
		return words, word{span: span{len(before), len(before)}}, true
	}
	return words[:last], words[last], true
}

func fit(typed string, all []Suggestion) []Suggestion {
	return ranking.Fit(typed, all, func(s Suggestion) string { return s.Text })
}

// commandWords returns the rest of each command name that begins with words.
func commandWords(words []word, rows []Command) []Suggestion {
	var out []Suggestion
	for _, cmd := range rows {
		parts := strings.Fields(cmd.Name)
		if len(parts) > len(words) && begins(words, parts[:len(words)]) {
			out = append(out, Suggestion{strings.Join(parts[len(words):], " "), cmd.Summary})
		}
	}
	return out
}

// valid returns the candidates that the kind accepts, and those that are a beginning,
// such as a folder.
func (k Kind) valid(list []Suggestion) []Suggestion {
	if k.Parse == nil {
		return list
	}
	return slices.DeleteFunc(list, func(s Suggestion) bool {
		_, err := k.Parse(s.Text)
		return err != nil && !Begun(s.Text)
	})
}

// Begun reports whether an offered text is a beginning, which needs more behind it: a
// folder, perhaps in quotes, a group before its figure, a file before the name of what is
// in it, or a call.
func Begun(text string) bool {
	text = strings.TrimRight(text, `'"`)
	return text != "" && strings.ContainsRune("/.(=:", rune(text[len(text)-1]))
}

// accepts reports whether words make a value of the kind.
func (k Kind) accepts(words []word) bool {
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	if k.Parse == nil {
		return true
	}
	_, err := k.Parse(strings.Join(texts, " "))
	return err == nil
}

// suggestions returns the candidates of a kind. Of numbers without others it is the
// sample, with the range.
func (k Kind) suggestions(s *Scene) []Suggestion {
	switch {
	case k.Complete != nil:
		return k.Complete(s)
	case k.Range != "":
		return []Suggestion{{k.Sample, k.Range}}
	}
	return nil
}

func prefixed(prefix string, list []Suggestion) []Suggestion {
	for i := range list {
		list[i].Text = prefix + list[i].Text
	}
	return list
}
