package commands

import (
	"context"
	"strings"
)

// section is where help and the manual show a command.
type section string

// command is one row of the table: everything that is known about a command.
type command struct {
	name     string   // its words
	aliases  []string // other ways to write it
	section  section
	params   []param
	summary  string   // what it does, as the first line of a manual page says it
	detail   string   // paragraphs, or ""
	examples []string // each can be typed, in this order, in one session
	// someSetting asks for one setting at least.
	someSetting bool
	changes     bool // it changes groups, so what follows waits for a new sample
	destroys    bool // it destroys something in the cluster, so it asks first
	assigns     bool // its settings are variables of any name
	// prepare reads what the command runs, and sets variables, while the line is
	// read; it may be nil.
	prepare func(c *Call) []*Error
	run     func(ctx context.Context, c *Call) error
	// applies reports whether a setting may be offered on the line that is being
	// typed; nil offers all.
	applies func(name string, s *scene) bool
}

// param is what stands behind a command's name: words in their order, and
// settings name=value in any order.
type param struct {
	name     string
	kind     kind
	keyed    bool
	optional bool
	rest     bool // takes all words that are left
	doc      string
}

// names lists the words that a command answers to.
func (c *command) names() []string { return append([]string{c.name}, c.aliases...) }

// positional lists the parameters that are words in their order.
func (c *command) positional() []param { return c.filter(false) }

// settings lists the parameters that are written name=value.
func (c *command) settings() []param { return c.filter(true) }

func (c *command) filter(keyed bool) []param {
	var out []param
	for _, p := range c.params {
		if p.keyed == keyed {
			out = append(out, p)
		}
	}
	return out
}

// find returns the setting of that name.
func (c *command) setting(name string) (param, bool) {
	for _, p := range c.params {
		if p.keyed && p.name == name {
			return p, true
		}
	}
	return param{}, false
}

// settingsShown is how many settings a usage line names before it says that
// there are more.
const settingsShown = 4

// usage is the line that help shows.
func (c *command) usage() string {
	parts := []string{c.name}
	for _, p := range c.positional() {
		text := p.kind.name
		if p.rest {
			text += "…"
		}
		if p.optional {
			text = "[" + text + "]"
		}
		parts = append(parts, text)
	}
	settings := c.settings()
	if c.assigns {
		parts = append(parts, "[NAME=VALUE…]")
	}
	if len(settings) > settingsShown {
		return strings.Join(append(parts, "[SETTING=VALUE…]"), " ")
	}
	for _, p := range settings {
		parts = append(parts, "["+p.name+"="+p.kind.name+"]")
	}
	return strings.Join(parts, " ")
}
