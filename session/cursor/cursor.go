package cursor

import (
	"context"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// Move tells how far a subscription was moved, by a comparison of its positions
// before and after: exact in entries, an estimate in messages.
type Move struct {
	Entries  int64      // towards the end of the topic; negative is back
	Messages int64      // entries × messages per entry
	Parts    []PartMove // by partition, none for a topic without
	Short    bool       // it was to go further back, and no more is stored
}

// Add adds another move. Its parts are those of other partitions.
func (m *Move) Add(o Move) {
	m.Entries, m.Messages, m.Short = m.Entries+o.Entries, m.Messages+o.Messages, m.Short || o.Short
}

// PartMove is a Move in one partition.
type PartMove struct {
	Partition         int
	Entries, Messages int64
}

// requestsAtOnce bounds the requests to the admin API that are in flight: a small
// server has four HTTP threads.
const requestsAtOnce = 8

// Cursor is the cursor of a subscription, at its positions when it was read.
type Cursor struct {
	admin        broker.Admin
	topic        broker.TopicName
	subscription string
	positions    []broker.CursorPosition // by partition, one for a topic without
	perEntry     []float64               // messages, by position
}

// At reads the positions of a cursor.
func At(ctx context.Context, admin broker.Admin, target broker.Target, topic, subscription string) (*Cursor, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return nil, err
	}
	if admin == nil {
		return nil, NeedsAdmin(target)
	}
	c := &Cursor{admin: admin, topic: name, subscription: subscription}
	return c, c.read(ctx)
}

// NeedsAdmin is the refusal of a command that needs the admin API where there is
// none.
func NeedsAdmin(t broker.Target) error {
	return &broker.Error{Message: "that needs the admin API", Try: "connect " + t.URL + " admin=http://127.0.0.1:8080"}
}

// read reads the positions. Where the number of messages per entry is unknown, it
// reads it from the next entry, or from the one before if there is no next.
func (c *Cursor) read(ctx context.Context) (err error) {
	if c.positions, err = c.admin.CursorPositions(ctx, c.topic.String(), c.subscription); err != nil {
		return err
	}
	c.perEntry = make([]float64, len(c.positions))
	return c.each(ctx, func(ctx context.Context, i int) error {
		position := c.positions[i]
		c.perEntry[i] = position.MessagesPerEntry
		at, ok := position.Step(0)
		if !ok {
			at, ok = position.Step(-1)
		}
		if c.perEntry[i] > 0 || !ok {
			return nil
		}
		entry, err := c.admin.Entry(ctx, c.topic.String(), at)
		c.perEntry[i] = float64(entry.Messages)
		return err
	})
}

// each calls do for the index of each position, some side by side.
func (c *Cursor) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(requestsAtOnce)
	for i := range c.positions {
		all.Go(func() error { return do(ctx, i) })
	}
	return all.Wait()
}

// part returns the name of a partition, or that of a topic without.
func (c *Cursor) part(i int) string {
	if n := c.positions[i].Partition; n >= 0 {
		return c.topic.Of(n).String()
	}
	return c.topic.String()
}

// measure calls move and returns how far the positions have moved.
func (c *Cursor) measure(ctx context.Context, move func() error) (Move, error) {
	if err := move(); err != nil {
		return Move{}, err
	}
	later, err := c.admin.CursorPositions(ctx, c.topic.String(), c.subscription)
	if err != nil {
		return Move{}, err
	}
	var moved Move
	for i, before := range c.positions {
		n := slices.IndexFunc(later, func(p broker.CursorPosition) bool { return p.Partition == before.Partition })
		if n < 0 {
			continue
		}
		entries := before.Moved(later[n])
		part := PartMove{before.Partition, entries, int64(math.Round(float64(entries) * c.perEntry[i]))}
		moved.Entries += part.Entries
		moved.Messages += part.Messages
		if before.Partition >= 0 {
			moved.Parts = append(moved.Parts, part)
		}
	}
	return moved, nil
}

// Clear moves the cursor to the end of the topic.
func (c *Cursor) Clear(ctx context.Context) (Move, error) {
	return c.measure(ctx, func() error { return c.admin.ClearBacklog(ctx, c.topic.String(), c.subscription) })
}

// Skip moves the cursor forward by about so many messages, each partition by its
// share. It is a TooFewError if the backlog has fewer.
func (c *Cursor) Skip(ctx context.Context, messages int64) (Move, error) {
	room, total := c.room(true)
	if float64(messages) > math.Ceil(total) {
		return Move{}, c.tooFew(total)
	}
	return c.measure(ctx, func() error {
		for i, n := range apportion(float64(messages), room, c.perEntry) {
			if n == 0 {
				continue
			}
			if err := c.admin.SkipEntries(ctx, c.part(i), c.subscription, int(n)); err != nil {
				return err
			}
		}
		return nil
	})
}

// room returns the number of entries that each position can move over, and the
// messages in all of these.
func (c *Cursor) room(forward bool) (entries []int64, messages float64) {
	for i, position := range c.positions {
		n := position.Behind()
		if forward {
			n = position.Ahead()
		}
		entries = append(entries, n)
		messages += float64(n) * c.perEntry[i]
	}
	return entries, messages
}

// TooFewError reports that the backlog has fewer messages than were to be skipped.
type TooFewError struct {
	Waiting             int64 // messages in the backlog, an estimate
	Topic, Subscription string
}

// Error returns the sentence.
func (e *TooFewError) Error() string {
	if e.Waiting == 0 {
		return fmt.Sprintf("the backlog of %s on %s is empty", e.Subscription, e.Topic)
	}
	return fmt.Sprintf("the backlog of %s on %s has about %d messages", e.Subscription, e.Topic, e.Waiting)
}

func (c *Cursor) tooFew(total float64) error {
	return &TooFewError{Waiting: int64(math.Round(total)), Topic: c.topic.Short(), Subscription: c.subscription}
}
