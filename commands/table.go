package commands

import (
	"context"
	"slices"
	"strings"

	"pulsh/session/spec"
)

// section is where help and the manual show a command.
type section string

// The sections, in the order of the manual.
const (
	groupSection   section = "groups"
	lookSection    section = "look"
	scriptSection  section = "scripts"
	profileSection section = "profiles"
	exportSection  section = "export"
	clusterSection section = "cluster"
	generalSection section = "general"
)

// sections lists the sections in order.
func sections() []section {
	return []section{groupSection, lookSection, scriptSection, profileSection, exportSection, clusterSection, generalSection}
}

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
	prepare func(c *call) []*Error
	run     func(ctx context.Context, c *call) error
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

// table lists all commands, by section.
func table() []command {
	return slices.Concat(groupCommands(), tuneCommands(), behaveCommands(), shiftCommands(), viewCommands(), lookCommands(), detailCommands(), scriptCommands(), recordCommands(), profileCommands(), exportCommands(),
		clusterCommands(), topicCommands(), subscriptionCommands(), localCommands(), generalCommands())
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

// settingParams makes parameters of a group's settings; fresh is a
// specification on which a value is tried.
func settingParams[S any](settings []spec.Setting[S], fresh func() S) []param {
	var out []param
	for _, s := range settings {
		out = append(out, param{name: s.Name, keyed: true, optional: true, kind: settingKind(s, fresh), doc: s.Doc})
	}
	return out
}

// settingKind is the kind of a setting's value.
func settingKind[S any](s spec.Setting[S], fresh func() S) kind {
	k := findKind(s.Kind)
	standard := fresh()
	if k.name == "WORD" {
		k = words(s.Words...)
	}
	if s.Kind != "SHAPE" {
		k.sample = s.Get(&standard)
	}
	k.parse = func(text string) (any, error) {
		spec := fresh()
		return text, s.Set(&spec, text)
	}
	if len(s.Words) > 0 {
		k.complete = func(*scene) []Suggestion {
			var out []Suggestion
			for _, w := range s.Words {
				out = append(out, Suggestion{Text: w})
			}
			return out
		}
	}
	return k
}

func producerParams() []param {
	return settingParams(spec.ProducerSettings(), func() spec.Producer { return spec.DefaultProducer("fast") })
}

func consumerParams() []param {
	return settingParams(spec.ConsumerSettings(), func() spec.Consumer { return spec.DefaultConsumer("sub1") })
}

// groupParams are the settings of either kind of group; those that both have
// are read alike, or by what a consumer group has where that takes more.
func groupParams() []param {
	consuming := consumerParams()
	out := slices.DeleteFunc(producerParams(), func(p param) bool {
		return slices.ContainsFunc(consuming, func(o param) bool { return o.name == p.name && o.kind.name != p.kind.name })
	})
	for _, p := range consuming {
		if !slices.ContainsFunc(out, func(o param) bool { return o.name == p.name }) {
			out = append(out, p)
		}
	}
	return out
}
