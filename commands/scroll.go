package commands

import (
	"context"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// pageShare is how much of the window a page is, so that a part of what was seen
// stays in view.
const pageShare = 0.75

// scrollCommands move the graph in time.
func scrollCommands() []lang.Command {
	by := []lang.Param{{Name: "by", Kind: durationKind(), Optional: true}}
	return []lang.Command{
		{Name: "graph freeze", Section: lookSection, Summary: "stop the graph where it is",
			Detail:   "The graph says that it is frozen and its right edge says since when; status rows and load go on.",
			Examples: []string{"graph freeze"}, Run: verb(freeze)},
		{Name: "graph back", Section: lookSection, Params: by, Summary: "move the graph back in time",
			Detail: "Without a span it goes by most of its window, as PgUp does on an empty line.", Examples: []string{"graph back", "graph back 5m"}, Run: verb(scrollBy(-1))},
		{Name: "graph forward", Section: lookSection, Params: by, Summary: "move the graph forward in time, up to now",
			Detail: "Without a span it goes by most of its window, as PgDn does on an empty line.", Examples: []string{"graph forward 1m"}, Run: verb(scrollBy(1))},
		{Name: "graph live", Section: lookSection, Summary: "let the graph follow the time again", Examples: []string{"graph live"}, Run: verb(live)},
	}
}

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
func (c *Commands) Scroll(pages int) {
	for {
		old := c.view.Load()
		next := old.scrolled(c.env.Session.Snapshot(), time.Duration(pages)*old.page())
		if c.view.CompareAndSwap(old, &next) {
			return
		}
	}
}

// page is how far PgUp goes.
func (v *View) page() time.Duration { return time.Duration(pageShare * float64(v.Window)) }

// scrolled is the view moved in time: not beyond now, where it is live again, and
// not so far that nothing of the session would be in it.
func (v *View) scrolled(s *snapshot.Snapshot, by time.Duration) View {
	next := *v
	until := next.Until
	if until.IsZero() {
		until = s.At
	}
	oldest := s.At.Add(-min(s.Elapsed, windowMax))
	first := oldest.Add(min(v.Window, s.At.Sub(oldest)))
	until = until.Add(by)
	switch {
	case !until.Before(s.At):
		next.Until = time.Time{}
	case until.Before(first):
		next.Until = first
	default:
		next.Until = until
	}
	return next
}

// place is where in time the view is.
func (v *View) place() string {
	if v.Until.IsZero() {
		return "live"
	}
	return "frozen, " + pacing.FormatDuration(v.Window) + " up to " + v.Until.Format("15:04:05") + "; graph live goes on"
}
