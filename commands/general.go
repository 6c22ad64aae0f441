package commands

import (
	"context"

	"pulsh/commands/lang"
)

// generalCommands are about pulsh itself.
func generalCommands() []lang.Command {
	return []lang.Command{
		{Name: "help", Aliases: []string{"?"}, Section: generalSection,
			Params:  []lang.Param{{Name: "about", Kind: lang.AboutKind(language), Rest: true, Optional: true}},
			Summary: "explain a command or a kind of value", Examples: []string{"help", "help produce start", "help RATE"}, Run: lang.Help},
		setSessionCommand(),
		demoCommand(),
		{Name: "quit", Aliases: []string{"exit"}, Section: generalSection, Summary: "end the session",
			Detail: "All groups are stopped, and what they did is summed up.", Examples: []string{"quit"}, Run: quit},
	}
}

func quit(context.Context, *lang.Call) error { return lang.ErrQuit }
