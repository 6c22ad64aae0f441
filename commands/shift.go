package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/cursor"
	"pulsh/session/snapshot"
)

// shiftCommands move a consumer group's own subscription by messages.
func shiftCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	messages := lang.Param{Name: "messages", Kind: messagesKind()}
	const whole = "The broker moves by whole entries, that is batches, so it is right to half a batch; messages are entries times the messages in an entry. " +
		"All partitions move to one instant. "
	return []lang.Command{
		{Name: "rewind", Section: groupSection, Changes: true, Params: []lang.Param{group, messages},
			Summary:  "receive a number of messages again",
			Detail:   whole + "What the topic has given up cannot come again.",
			Examples: []string{"rewind sub1 1000"}, Run: verb(rewind)},
		{Name: "skip", Section: groupSection, Changes: true, Destroys: true, Params: []lang.Param{group, messages},
			Summary:  "pass over the oldest messages that wait for a consumer group",
			Detail:   whole + lang.AsksFirst,
			Examples: []string{"skip sub1 1000"}, Run: verb(skip)},
		{Name: "clear", Section: groupSection, Changes: true, Destroys: true, Params: []lang.Param{group},
			Summary:  "pass over all messages that wait for a consumer group",
			Detail:   lang.AsksFirst,
			Examples: []string{"clear sub1"}, Run: verb(clearGroup)},
	}
}

// seeker is the consumer group that was named, if it can be moved.
func (c *call) seeker(ctx context.Context) (snapshot.Group, error) {
	g, err := c.group(ctx, "group")
	switch {
	case err != nil:
		return g, err
	case g.Consumer == nil:
		return g, c.Refuse("group", "show "+g.Name, "%s is a producer group; only a consumer group can %s", g.Name, c.Command.Name)
	case g.State != snapshot.Running && g.State != snapshot.Paused:
		return g, c.Refuse("group", "consume start "+g.Name, "%s is %s", g.Name, g.State)
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
	shift, err := c.env.Session.Rewind(ctx, g.Name, int64(n))
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	less := ""
	if shift.Short {
		less = " · no more is stored"
	}
	c.Say("%s: back by %s%s%s", g.Name, sayShift(shift), less, c.sayDrain(ctx, g.Name))
	return nil
}

func skip(ctx context.Context, c *call) error {
	g, err := c.seeker(ctx)
	if err != nil {
		return err
	}
	n, _ := value[int](c, "messages")
	if err := c.Consent(ctx, "pass over about %s of the %s messages that wait for %s?", whole(int64(n)), sayWaiting(g), g.Name); err != nil {
		return err
	}
	shift, err := c.env.Session.Skip(ctx, g.Name, int64(n))
	if err != nil {
		return c.tooFew(err, "clear "+g.Name)
	}
	c.changed.Store(c.env.Now().UnixNano())
	c.Say("%s: skipped %s%s", g.Name, sayShift(shift), c.sayDrain(ctx, g.Name))
	return nil
}

func clearGroup(ctx context.Context, c *call) error {
	g, err := c.seeker(ctx)
	if err != nil {
		return err
	}
	if err := c.Consent(ctx, "pass over all of the %s messages that wait for %s?", sayWaiting(g), g.Name); err != nil {
		return err
	}
	shift, err := c.env.Session.Clear(ctx, g.Name)
	if err != nil {
		return err
	}
	c.changed.Store(c.env.Now().UnixNano())
	c.Say("%s: skipped %s%s", g.Name, sayShift(shift), c.sayDrain(ctx, g.Name))
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
	return c.Refuse("messages", try, "%s", few)
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
