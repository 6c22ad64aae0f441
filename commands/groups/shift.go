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

// seekableGroup is the consumer group that was named, if it can be moved.
func seekableGroup(ctx context.Context, c *host.Call) (snapshot.Group, error) {
	g, err := c.Group(ctx, "group")
	switch {
	case err != nil:
		return g, err
	case g.Consumer == nil:
		return g, c.Refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group can %s", g.Name, c.Command.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return g, c.Refuse("group", "consume start "+g.Name, "%s is %s", g.Name, g.State)
	}
	_, err = c.Admin()
	return g, err
}

// Rewind runs the command rewind: receive a number of messages again.
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
		less = " · no more is stored"
	}
	c.Say("%s: back by %s%s%s", g.Name, SayShift(shift), less, describeDrain(ctx, c, g.Name))
	return nil
}

// Skip runs the command skip: pass over the oldest messages that wait for a consumer group.
func Skip(ctx context.Context, c *host.Call) error {
	g, err := seekableGroup(ctx, c)
	if err != nil {
		return err
	}
	n, _ := host.Value[int](c, "messages")
	if err := c.Consent(ctx, "pass over about %s of the %s messages that wait for %s?", answers.Whole(int64(n)), sayWaiting(g), g.Name); err != nil {
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

// ClearGroup runs the command clear: pass over all messages that wait for a consumer group.
func ClearGroup(ctx context.Context, c *host.Call) error {
	g, err := seekableGroup(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Consent(ctx, "pass over all of the %s messages that wait for %s?", sayWaiting(g), g.Name); err != nil {
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

// sayWaiting is the backlog as it is known.
func sayWaiting(g snapshot.Group) string {
	if !g.Consumer.Backlog.Known {
		return "unknown number of"
	}
	return graphs.Count(float64(g.Consumer.Backlog.Messages))
}

// TooFewWaiting is the error of a skip beyond the end, with a line that does what can
// be done.
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

// partsShown is how many partitions an answer lists before it says that there
// are more.
const partsShown = 8

// SayShift tells how far a subscription was moved, and how that was divided.
func SayShift(s cursor.Move) string {
	messages, entries := s.Messages, s.Entries
	if entries < 0 {
		messages, entries = -messages, -entries
	}
	text := fmt.Sprintf("about %s messages in %s", answers.Whole(messages), entryCount(entries))
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

func entryCount(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return answers.Whole(n) + " entries"
}
