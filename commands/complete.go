package commands

import (
	"strings"

	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Suggestion is one way to go on. Text replaces the word at the cursor.
type Suggestion struct {
	Text, Description string
}

// The limits of completion.
const (
	suggestionsMax = 100 // more than anyone looks through in a popup
	fuzzyFrom      = 2   // letters from which on the middle of a name may be meant
)

// scene is what a kind completes itself from. Only the command line and what
// is in memory: nobody waits for a network while typing.
type scene struct {
	commands *Commands // nil for none
	snapshot *snapshot.Snapshot
	partial  string // what is typed of the value
	group    snapshot.Group
	grouped  bool // group is the one that the line names
}

// Complete lists how the word at the cursor, a byte offset into text, can go
// on, the best first, and where that word begins. It may be called while a
// command runs.
func (c *Commands) Complete(text string, cursor int) (list []Suggestion, from int) {
	before := text[:min(max(cursor, 0), len(text))]
	words, partial, ok := unfinished(before)
	if !ok {
		return nil, len(before)
	}
	if out, from, ok := completeVariables(before, c.known()); ok {
		return out[:min(len(out), suggestionsMax)], from
	}
	s := &scene{commands: c, snapshot: c.env.Session.Snapshot(), partial: partial.text}
	out := fit(partial.text, commandWords(words, c.table))
	if cmd, rest := longest(words, c.table); cmd != nil {
		out = append(out, cmd.complete(s, rest, partial)...)
	}
	return out[:min(len(out), suggestionsMax)], partial.span.from
}

// unfinished finds the words of the statement that is being typed, and the one
// that is not finished. It is not ok within a comment.
func unfinished(before string) (words []word, partial word, ok bool) {
	l := &lexer{text: &text{body: before, quiet: true}}
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
		tail = before[words[last].span.to:]
	}
	if strings.Contains(tail, "#") {
		return nil, word{}, false
	}
	if last < 0 || tail != "" {
		return words, word{span: span{len(before), len(before)}}, true
	}
	return words[:last], words[last], true
}

// commandWords are the words that a command's name can go on with.
func commandWords(words []word, rows []command) []Suggestion {
	var out []Suggestion
	for _, cmd := range rows {
		parts := strings.Fields(cmd.name)
		if len(parts) > len(words) && begins(words, parts[:len(words)]) {
			out = append(out, Suggestion{strings.Join(parts[len(words):], " "), cmd.summary})
		}
	}
	return out
}

// complete lists values and settings of a command.
func (c *command) complete(s *scene, rest []word, partial word) []Suggestion {
	var plain []word
	given := map[string]bool{}
	for _, w := range rest {
		if _, ok := c.setting(w.key); w.keyed && ok {
			given[w.key] = true
		} else {
			plain = append(plain, w)
		}
	}
	if len(plain) > 0 && s.snapshot != nil {
		s.group, s.grouped = s.snapshot.Group(plain[0].text)
	}
	if p, ok := c.setting(partial.key); partial.keyed && ok {
		s.partial = partial.value
		return prefixed(partial.key+"=", fit(partial.value, p.kind.suggestions(s)))
	}
	var out []Suggestion
	params := c.positional()
	if n := len(plain); n < len(params) || n > 0 && len(params) > 0 && params[len(params)-1].rest {
		p := params[min(n, len(params)-1)]
		out = fit(partial.text, p.kind.suggestions(s))
		if n < len(params) && !p.optional {
			return out
		}
	}
	var keys []Suggestion
	for _, p := range c.settings() {
		if !given[p.name] && c.applies(p.name, s) {
			keys = append(keys, Suggestion{p.name + "=", p.doc})
		}
	}
	return append(out, fit(partial.text, keys)...)
}

// suggestions are the values that a kind offers.
func (k kind) suggestions(s *scene) []Suggestion {
	if k.complete == nil {
		return nil
	}
	return k.complete(s)
}

// applies says whether a setting is one of the kind of group that is named.
func (c *command) applies(name string, s *scene) bool {
	if !s.grouped || c.name != "set" && c.name != "clone" {
		return true
	}
	if s.group.Kind == snapshot.Produce {
		_, ok := spec.FindSetting(spec.ProducerSettings(), name)
		return ok
	}
	_, ok := spec.FindSetting(spec.ConsumerSettings(), name)
	return ok
}

func prefixed(prefix string, list []Suggestion) []Suggestion {
	for i := range list {
		list[i].Text = prefix + list[i].Text
	}
	return list
}
