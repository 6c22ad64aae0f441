package groups

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/cursor"
	"pulsh/session/snapshot"
)

// seekableGroup returns the named consumer group, if its cursor can be moved.
func seekableGroup(ctx context.Context, c *host.Call) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	switch {
	case err != nil:
		return g, err
	case g.Consumer == nil:
		return g, c.Refuse("group", "show "+g.Name, "%s is a producer group; %s is for consumer groups", g.Name, c.Command.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return g, c.Refuse("group", string(g.Named())+" start "+g.Name, "%s is %s", g.Name, g.State)
	}
	_, err = c.AdminOf(g.Cluster)
	return g, err
}

// Rewind runs the command rewind: replay the last N messages.
func Rewind(ctx context.Context, c *host.Call) error {
	g, err := seekableGroup(ctx, c)
	if err != nil {
		return err
	}
	n, _ := host.Value[int](c, "messages")
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.MoveBy(ctx, -int64(n))
	if err != nil {
		return err
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	less := ""
	if shift.Short {
		less = " · the topic stores no more"
	}
	c.Say("%s: moved back by %s%s%s", g.Name, SayShift(shift), less, describeDrain(ctx, c, g.Name))
	return nil
}

// Skip runs the command skip: skip the oldest N messages in the backlog.
func Skip(ctx context.Context, c *host.Call) error {
	g, err := seekableGroup(ctx, c)
	if err != nil {
		return err
	}
	n, _ := host.Value[int](c, "messages")
	if err := c.Consent(ctx, "skip about %s of the %s messages in %s's backlog?", answers.Whole(int64(n)), backlogCount(g), g.Name); err != nil {
		return err
	}
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.MoveBy(ctx, int64(n))
	if err != nil {
		return TooFewWaiting(c, err, "clear "+g.Name)
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	c.Say("%s: skipped %s%s", g.Name, SayShift(shift), describeDrain(ctx, c, g.Name))
	return nil
}

// ClearGroup runs the command clear: skip all messages in the backlog.
func ClearGroup(ctx context.Context, c *host.Call) error {
	g, err := seekableGroup(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Consent(ctx, "skip all of the %s messages in %s's backlog?", backlogCount(g), g.Name); err != nil {
		return err
	}
	group, err := c.Env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.ClearBacklog(ctx)
	if err != nil {
		return err
	}
	c.Changed.Store(c.Env.Now().UnixNano())
	c.Say("%s: skipped %s%s", g.Name, SayShift(shift), describeDrain(ctx, c, g.Name))
	return nil
}

// backlogCount writes the number of messages in the backlog, if known.
func backlogCount(g snapshot.Group) string {
	if !g.Consumer.Backlog.Known {
		return "unknown number of"
	}
	return graphs.Count(float64(g.Consumer.Backlog.Messages))
}

// TooFewWaiting returns the error of a skip beyond the end of the backlog, with the
// line try, which skips all.
func TooFewWaiting(c *host.Call, err error, try string) error {
	var few *cursor.TooFewError
	if !errors.As(err, &few) {
		return err
	}
	if few.Waiting == 0 {
		try = ""
	}
	return c.Refuse("messages", try, "%s", few)
}

// partsShown is the largest number of partitions that an answer lists.
const partsShown = 8

// SayShift tells how far a cursor was moved, in all and by partition.
func SayShift(s cursor.Move) string {
	messages, entries := s.Messages, s.Entries
	if entries < 0 {
		messages, entries = -messages, -entries
	}
	text := fmt.Sprintf("about %s messages in %s", answers.Whole(messages), graphs.Plural(entries, "entry", "entries"))
	if len(s.Parts) == 0 || entries == 0 {
		return text
	}
	var parts []string
	for i, p := range s.Parts {
		if i == partsShown {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%d: %s", p.Partition, answers.Whole(max(p.Entries, -p.Entries))))
	}
	return text + " (by partition " + strings.Join(parts, ", ") + ")"
}
