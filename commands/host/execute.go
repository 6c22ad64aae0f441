package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"pulsh/commands/lang"
)

// Execute runs a line. For a line that is the name of a group it advises to show that.
func (c *Host) Execute(ctx context.Context, line string, out io.Writer) error {
	err := c.Runner.Execute(ctx, line, out)
	name := strings.TrimSpace(line)
	var unknown *lang.Error
	if c.Env.Session == nil || !errors.As(err, &unknown) || unknown.Message != fmt.Sprintf("no command %q", name) {
		return err
	}
	_, sends := c.Env.Session.Producer(name)
	if _, receives := c.Env.Session.Consumer(name); sends || receives {
		advised := *unknown
		advised.Try = "show " + name
		return &advised
	}
	return err
}
