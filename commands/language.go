package commands

import (
	"slices"
	"sync"

	"pulsh/commands/guide"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
)

var (
	languageOnce sync.Once
	theLanguage  *lang.Language // set once by language
)

// language returns the language of pulsh, built at its first use.
func language() *lang.Language {
	languageOnce.Do(func() {
		theLanguage = &lang.Language{Commands: table(), Kinds: kinds.Kinds(), Sections: host.Sections(), Keys: keyHelp()}
	})
	return theLanguage
}

// New returns the commands of a session.
func New(env host.Env) *host.Host { return host.NewCommands(env, language()) }

// Valid reports whether a line can be run: its variables may still be missing.
func Valid(line string) bool { return language().Valid(line) }

// Explain explains what is at a place of a line that is being typed.
func Explain(line string, cursor int) []string { return guide.Word(language(), line, cursor) }

// Waits reports whether a line has a command that takes long on purpose.
func Waits(line string) bool {
	calls, _ := language().Parse(line)
	return slices.ContainsFunc(calls, func(c *lang.Call) bool { return c.Command.Waits })
}

// Paint formats an error as Language.Paint does.
func Paint(err error, indent int) string { return language().Paint(err, indent) }

// ParseScript parses a script with its nested scripts, whose names are relative to
// the working folder. The error joins all errors.
func ParseScript(name, body string, vars ...lang.Variable) (*lang.Script, error) {
	return language().ParseScript(name, body, vars...)
}

// ReadScript is ParseScript for a file of at most one MiB. The names of nested
// scripts are relative to its folder.
func ReadScript(path string, vars ...lang.Variable) (*lang.Script, error) {
	return language().ReadScript(path, vars...)
}
