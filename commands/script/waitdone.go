package script

import (
	"context"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// WaitDone runs the command wait done: wait until groups have stopped by themselves.
func WaitDone(ctx context.Context, c *host.Call) error {
	names, err := ending(ctx, c)
	if err != nil {
		return err
	}
	limit, bounded := host.Value[time.Duration](c, "timeout")
	begin := c.Env.Now()
	left := names[0]
	now := func() string { return farOf(c.Env.Session.Snapshot(), names) }
	c.Until(limit, now)
	if !bounded {
		c.Waiting(now)
	}
	err = c.Watch(ctx, func(s *snapshot.Snapshot) bool {
		left = notDone(s, names)
		return left == "" || halted(s, names) != "" || bounded && c.Env.Now().Sub(begin) >= limit
	})
	if err != nil {
		return err
	}
	s := c.Env.Session.Snapshot()
	if name := halted(s, names); name != "" {
		g, _ := s.Group(name)
		return c.Fail("show "+name, "%s is %s, not done", name, g.State)
	}
	if left != "" {
		return c.Fail("show "+left, "%s was not done within %s", left, pacing.FormatDuration(limit))
	}
	for _, name := range names {
		g, _ := s.Group(name)
		c.Say("%s: done · %s", name, answers.Totals(g))
	}
	lang.SetResult(c.Call, took(c, begin))
	return nil
}

// took is how long a wait took, as the result of its command: no duration is 0.
func took(c *host.Call, begin time.Time) string {
	return pacing.FormatDuration(max(c.Env.Now().Sub(begin).Round(time.Millisecond), time.Millisecond))
}

// ending returns the groups on the line, or all that stop by themselves.
func ending(ctx context.Context, c *host.Call) (names []string, err error) {
	s := c.Fresh(ctx)
	for _, name := range strings.Fields(c.Text("groups")) {
		g, err := c.GroupNamed(ctx, "groups", name)
		if err != nil {
			return nil, err
		}
		if g.State != snapshot.Done && endless(g) {
			return nil, c.Refuse("groups", "set "+name+" for=10m", "%s never stops by itself: it has no count, for or until", name)
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		return names, nil
	}
	for _, g := range s.Groups {
		if g.State == snapshot.Done || g.State.Active() && !endless(g) {
			names = append(names, g.Name)
		}
	}
	if len(names) == 0 {
		return nil, c.Fail("help produce start", "no group stops by itself: none has a count, for or until")
	}
	return names, nil
}

// endless reports whether a group never stops by itself.
func endless(g snapshot.Group) bool { return g.Ending.None() }

// notDone returns the first group that has not stopped, "" for none.
func notDone(s *snapshot.Snapshot, names []string) string {
	for _, name := range names {
		if g, ok := s.Group(name); ok && g.State != snapshot.Done {
			return name
		}
	}
	return ""
}

// halted returns the first group that was stopped in another way and is not going to be
// done, "" for none.
func halted(s *snapshot.Snapshot, names []string) string {
	for _, name := range names {
		if g, ok := s.Group(name); ok && !g.State.Active() && g.State != snapshot.Done {
			return name
		}
	}
	return ""
}

// farOf returns how far the groups are that have not stopped.
func farOf(s *snapshot.Snapshot, names []string) string {
	var parts []string
	for _, name := range names {
		if g, ok := s.Group(name); ok && g.State != snapshot.Done {
			parts = append(parts, strings.TrimSpace(name+" "+answers.Far(g.Ending)))
		}
	}
	return strings.Join(parts, ", ")
}
