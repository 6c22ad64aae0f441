package look

import (
	"context"

	"pulsh/commands/answers"
	"pulsh/commands/host"
)

// Status runs the command status: print the figures of all groups on one line.
func Status(ctx context.Context, c *host.Call) error {
	c.Say("%s", answers.StatusLine(c.Fresh(ctx), c.Env.Now()))
	return nil
}
