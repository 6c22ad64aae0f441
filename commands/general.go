package commands

import (
	"context"
)

// generalCommands are about pulsh itself.
func generalCommands() []command {
	return []command{
		{name: "help", aliases: []string{"?"}, section: generalSection,
			params:  []param{{name: "about", kind: AboutKind(language), rest: true, optional: true}},
			summary: "explain a command or a kind of value", examples: []string{"help", "help produce start", "help RATE"}, run: help},
		setSessionCommand(),
		demoCommand(),
		{name: "quit", aliases: []string{"exit"}, section: generalSection, summary: "end the session",
			detail: "All groups are stopped, and what they did is summed up.", examples: []string{"quit"}, run: quit},
	}
}

func quit(context.Context, *Call) error { return ErrQuit }
