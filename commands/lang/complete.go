package lang

import "strings"

// Suggestion is one way to go on. Text replaces the word at the cursor.
type Suggestion struct {
	Text, Description string
}

// The limits of completion.
const (
	suggestionsMax = 100 // more than anyone looks through in a popup
	fuzzyFrom      = 2   // letters from which on the middle of a name may be meant
)

// Scene is what a kind completes itself from. Only the command line and what
// is in memory: nobody waits for a network while typing.
type Scene struct {
	Host    any      // of the Runner; nil for none
	Partial string   // what is typed of the value
	Words   []string // the words of the line that are no settings, before this one
}

// Complete lists how the word at the cursor, a byte offset into text, can go
// on, the best first, and where that word begins. It may be called while a
// command runs.
func (c *Runner) Complete(text string, cursor int) (list []Suggestion, from int) {
	before := text[:min(max(cursor, 0), len(text))]
	words, partial, ok := unfinished(before)
	if !ok {
		return nil, len(before)
	}
	if out, from, ok := completeVariables(before, c.known()); ok {
		return out[:min(len(out), suggestionsMax)], from
	}
	s := &Scene{Host: c.Config.Host, Partial: partial.Text}
	out := fit(partial.Text, commandWords(words, c.Config.Language.Commands))
	if cmd, rest := longest(words, c.Config.Language.Commands); cmd != nil {
		out = append(out, cmd.complete(s, rest, partial)...)
	}
	return out[:min(len(out), suggestionsMax)], partial.span.From
}

// unfinished finds the words of the statement that is being typed, and the one
// that is not finished. It is not ok within a comment.
func unfinished(before string) (words []word, partial word, ok bool) {
	l := &Lexer{Text: &Text{Body: before, quiet: true}}
	end := 0
	for {
		words = l.Statement()
		if l.At >= len(before) {
			break
		}
		end = l.At
	}
	if strings.HasSuffix(before, "\n") || strings.HasSuffix(before, ";") && len(l.Errs) == 0 {
		return nil, word{span: Span{len(before), len(before)}}, true
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
		return words, word{span: Span{len(before), len(before)}}, true
	}
	return words[:last], words[last], true
}

// commandWords are the words that a command's name can go on with.
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

// suggestions are the values that a kind offers.
func (k Kind) suggestions(s *Scene) []Suggestion {
	if k.Complete == nil {
		return nil
	}
	return k.Complete(s)
}

func prefixed(prefix string, list []Suggestion) []Suggestion {
	for i := range list {
		list[i].Text = prefix + list[i].Text
	}
	return list
}
