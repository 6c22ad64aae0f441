package commands

import (
	"slices"
	"sync"

	"pulsh/session/spec"
)

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

var (
	languageOnce sync.Once
	theLanguage  *Language // set once by language
)

// language is the language of pulsh, made at its first use.
func language() *Language {
	languageOnce.Do(func() {
		theLanguage = &Language{Commands: table(), Kinds: kinds(), Sections: sections(), Keys: keyHelp()}
	})
	return theLanguage
}

// Paint writes an error for the user as Language.Paint does.
func Paint(err error, indent int) string { return language().Paint(err, indent) }

// ParseScript reads a script whole, with the files that it runs, which are looked
// for in the working folder. The error joins everything that is wrong, each with
// its line.
func ParseScript(name, body string, vars ...Variable) (*Script, error) {
	return language().ParseScript(name, body, vars...)
}

// ReadScript is ParseScript for a file of at most a mebibyte. The files that it
// runs are looked for beside it.
func ReadScript(path string, vars ...Variable) (*Script, error) {
	return language().ReadScript(path, vars...)
}

// table lists all commands, by section.
func table() []command {
	return slices.Concat(groupCommands(), tuneCommands(), behaveCommands(), shiftCommands(), viewCommands(), lookCommands(), detailCommands(), scriptCommands(), recordCommands(), profileCommands(), exportCommands(),
		clusterCommands(), topicCommands(), subscriptionCommands(), localCommands(), generalCommands())
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
