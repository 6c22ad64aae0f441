package commands

import (
	"context"

	"pulsh/commands/answers"
)

func status(ctx context.Context, c *call) error {
	c.Say("%s", answers.StatusLine(c.fresh(ctx), c.env.Now()))
	return nil
}
