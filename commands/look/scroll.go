package look

import (
	"context"
	"time"

	"pulsh/commands/host"
)

// Freeze runs the command graph freeze: freeze the graph.
func Freeze(ctx context.Context, c *host.Call) error {
	next := *c.View()
	if next.Until.IsZero() {
		next.Until = c.Fresh(ctx).At
	}
	c.Graph.Store(&next)
	c.Say("graph: %s", next.Place())
	return nil
}

// Live runs the command graph live: follow the present again.
func Live(_ context.Context, c *host.Call) error {
	next := *c.View()
	next.Until = time.Time{}
	c.Graph.Store(&next)
	c.Say("graph: %s", next.Place())
	return nil
}

// ScrollBy returns the command that moves the graph by its argument, or by a page.
func ScrollBy(direction time.Duration) func(context.Context, *host.Call) error {
	return func(ctx context.Context, c *host.Call) error {
		s, old := c.Fresh(ctx), c.View()
		by, ok := host.Value[time.Duration](c, "by")
		if !ok {
			by = old.Page()
		}
		next := old.Scrolled(s, direction*by)
		c.Graph.Store(&next)
		c.Say("graph: %s", next.Place())
		return nil
	}
}

// Scroll moves the graph by pages, back with a negative number, as PgUp and PgDn
// do. It may be called by any goroutine.
func Scroll(c *host.Host, pages int) {
	for {
		old := c.Graph.Load()
		next := old.Scrolled(c.Env.Session.Snapshot(), time.Duration(pages)*old.Page())
		if c.Graph.CompareAndSwap(old, &next) {
			return
		}
	}
}
