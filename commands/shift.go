package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/cursor"
	"pulsh/session/snapshot"
)

// shiftCommands move a consumer group's own subscription by messages.
func shiftCommands() []command {
	group := param{name: "group", kind: groupOf(snapshot.Consume, "sub1")}
	messages := param{name: "messages", kind: messagesKind()}
	const whole = "The broker moves by whole entries, that is batches, so it is right to half a batch; messages are entries times the messages in an entry. " +
		"All partitions move to one instant. "
	return []command{
		{name: "rewind", section: groupSection, changes: true, params: []param{group, messages},
			summary:  "receive a number of messages again",
			detail:   whole + "What the topic has given up cannot come again.",
			examples: []string{"rewind sub1 1000"}, run: rewind},
		{name: "skip", section: groupSection, changes: true, destroys: true, params: []param{group, messages},
			summary:  "pass over the oldest messages that wait for a consumer group",
			detail:   whole + asksFirst,
			examples: []string{"skip sub1 1000"}, run: skip},
		{name: "clear", section: groupSection, changes: true, destroys: true, params: []param{group},
			summary:  "pass over all messages that wait for a consumer group",
			detail:   asksFirst,
			examples: []string{"clear sub1"}, run: clearGroup},
	}
}

// seeker is the consumer group that was named, if it can be moved.
func (c *call) seeker(ctx context.Context) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	switch {
	case err != nil:
		return g, err
	case g.Consumer == nil:
		return g, c.refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group can %s", g.Name, c.command.name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return g, c.refuse("group", "consume start "+g.Name, "%s is %s", g.Name, g.State)
	}
	_, err = c.admin()
	return g, err
}

func rewind(ctx context.Context, c *call) error {
	g, err := c.seeker(ctx)
	if err != nil {
		return err
	}
	n, _ := value[int](c, "messages")
	group, err := c.env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.MoveBy(ctx, -int64(n))
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	less := ""
	if shift.Short {
		less = " · no more is stored"
	}
	c.say("%s: back by %s%s%s", g.Name, sayShift(shift), less, c.sayDrain(ctx, g.Name))
	return nil
}

func skip(ctx context.Context, c *call) error {
	g, err := c.seeker(ctx)
	if err != nil {
		return err
	}
	n, _ := value[int](c, "messages")
	if err := c.consent(ctx, "pass over about %s of the %s messages that wait for %s?", whole(int64(n)), sayWaiting(g), g.Name); err != nil {
		return err
	}
	group, err := c.env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.MoveBy(ctx, int64(n))
	if err != nil {
		return c.tooFew(err, "clear "+g.Name)
	}
	c.changed.Store(c.env.Now().UnixNano())
	c.say("%s: skipped %s%s", g.Name, sayShift(shift), c.sayDrain(ctx, g.Name))
	return nil
}

func clearGroup(ctx context.Context, c *call) error {
	g, err := c.seeker(ctx)
	if err != nil {
		return err
	}
	if err := c.consent(ctx, "pass over all of the %s messages that wait for %s?", sayWaiting(g), g.Name); err != nil {
		return err
	}
	group, err := c.env.Session.ConsumerGroup(g.Name)
	if err != nil {
		return err
	}
	shift, err := group.ClearBacklog(ctx)
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	c.say("%s: skipped %s%s", g.Name, sayShift(shift), c.sayDrain(ctx, g.Name))
	return nil
}

// sayWaiting is the backlog as it is known.
func sayWaiting(g snapshot.Group) string {
	if !g.Consumer.Backlog.Known {
		return "unknown number of"
	}
	return graphs.Count(float64(g.Consumer.Backlog.Messages))
}

// tooFew is the error of a skip beyond the end, with a line that does what can
// be done.
func (c *call) tooFew(err error, try string) error {
	var few *cursor.TooFewError
	if !errors.As(err, &few) {
		return err
	}
	if few.Waiting == 0 {
		try = ""
	}
	return c.refuse("messages", try, "%s", few)
}

// partsShown is how many partitions an answer lists before it says that there
// are more.
const partsShown = 8

// sayShift tells how far a subscription was moved, and how that was divided.
func sayShift(s cursor.Move) string {
	messages, entries := s.Messages, s.Entries
	if entries < 0 {
		messages, entries = -messages, -entries
	}
	text := fmt.Sprintf("about %s messages in %s", whole(messages), entryCount(entries))
	if len(s.Parts) == 0 || entries == 0 {
		return text
	}
	var parts []string
	for i, p := range s.Parts {
		if i == partsShown {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%d: %s", p.Partition, whole(max(p.Entries, -p.Entries))))
	}
	return text + " (by partition " + strings.Join(parts, ", ") + ")"
}

func entryCount(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return whole(n) + " entries"
}
