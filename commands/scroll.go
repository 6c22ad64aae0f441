package commands

import (
	"context"
	"time"
)

func freeze(ctx context.Context, c *call) error {
	next := *c.View()
	if next.Until.IsZero() {
		next.Until = c.fresh(ctx).At
	}
	c.view.Store(&next)
	c.Say("graph: %s", next.place())
	return nil
}

func live(_ context.Context, c *call) error {
	next := *c.View()
	next.Until = time.Time{}
	c.view.Store(&next)
	c.Say("graph: %s", next.place())
	return nil
}

// scrollBy is a command that moves the graph by what was typed, or by a page.
func scrollBy(direction time.Duration) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		s, old := c.fresh(ctx), c.View()
		by, ok := value[time.Duration](c, "by")
		if !ok {
			by = old.page()
		}
		next := old.scrolled(s, direction*by)
		c.view.Store(&next)
		c.Say("graph: %s", next.place())
		return nil
	}
}

// Scroll moves the graph by pages, back with a negative number, as PgUp and PgDn
// do. It may be called by any goroutine.
func Scroll(c *Commands, pages int) {
	for {
		old := c.view.Load()
		next := old.scrolled(c.env.Session.Snapshot(), time.Duration(pages)*old.page())
		if c.view.CompareAndSwap(old, &next) {
			return
		}
	}
}
