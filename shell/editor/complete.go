package editor

import prompt "github.com/c-bata/go-prompt"

// suggestionsMax are the rows that the popup can be scrolled through: nobody
// tabs further, and go-prompt formats all of them with every key.
const suggestionsMax = 200

// completer answers go-prompt. It remembers the list for the last text: when a
// list becomes shorter while the user tabs through it, go-prompt panics, and
// names of groups and topics come and go.
type completer struct {
	complete func(text string, cursor int) []Suggestion

	text   string
	cursor int
	list   []prompt.Suggest
	atBare bool             // Tab was pressed on an empty line: show what can begin one
	bare   []prompt.Suggest // the list for that
}

// forget begins a new line.
func (c *completer) forget() { *c = completer{complete: c.complete} }

// suggest is go-prompt's Completer. It is also called with an empty document on
// every key but Tab, which must not touch what is remembered.
func (c *completer) suggest(d prompt.Document) []prompt.Suggest {
	if d.Text == "" {
		if c.atBare {
			return c.bare
		}
		return nil
	}
	c.atBare = false
	cursor := len(d.TextBeforeCursor())
	if d.Text != c.text || cursor != c.cursor {
		c.text, c.cursor = d.Text, cursor
		c.list = c.ask(d.Text, cursor)
	}
	return c.list
}

func (c *completer) ask(text string, cursor int) []prompt.Suggest {
	found := c.complete(text, cursor)
	found = found[:min(len(found), suggestionsMax)]
	list := make([]prompt.Suggest, len(found))
	for i, s := range found {
		list[i] = prompt.Suggest{Text: s.Text, Description: s.Description}
	}
	return list
}

// openBare is bound to Tab: on an empty line, where no popup stands, it opens
// one with what can begin a line.
func (c *completer) openBare(b *prompt.Buffer) {
	if b.Text() == "" && !c.atBare {
		c.atBare, c.bare = true, c.ask("", 0)
	}
}
