package commands

import (
	"sync"

	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
)

var (
	languageOnce sync.Once
	theLanguage  *lang.Language // set once by language
)

// language is the language of pulsh, made at its first use.
func language() *lang.Language {
	languageOnce.Do(func() {
		theLanguage = &lang.Language{Commands: table(), Kinds: kinds.Kinds(), Sections: host.Sections(), Keys: keyHelp()}
	})
	return theLanguage
}

// New makes the commands of a session.
func New(env host.Env) *host.Host { return host.NewCommands(env, language()) }

// Paint writes an error for the user as Language.Paint does.
func Paint(err error, indent int) string { return language().Paint(err, indent) }

// ParseScript reads a script whole, with the files that it runs, which are looked
// for in the working folder. The error joins everything that is wrong, each with
// its line.
func ParseScript(name, body string, vars ...lang.Variable) (*lang.Script, error) {
	return language().ParseScript(name, body, vars...)
}

// ReadScript is ParseScript for a file of at most a mebibyte. The files that it
// runs are looked for beside it.
func ReadScript(path string, vars ...lang.Variable) (*lang.Script, error) {
	return language().ReadScript(path, vars...)
}
