package commands

import (
	"context"

	"pulsh/commands/lang"
)

func quit(context.Context, *lang.Call) error { return lang.ErrQuit }
