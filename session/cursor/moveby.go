package cursor

import (
	"context"
	"math"
	"slices"
	"time"
)

// By moves the cursor by about so many messages, back if they are negative. Back
// it goes as far as messages are stored; forward it is a TooFewError if the
// backlog has fewer.
//
// Partitions move to one instant, so that messages which were sent together stay
// together: to the weighted median of the instants to which each would move alone.
func (c *Cursor) By(ctx context.Context, messages int64) (Move, error) {
	forward := messages > 0
	room, total := c.room(forward)
	short := false
	wanted := math.Abs(float64(messages))
	switch {
	case wanted <= math.Ceil(total):
	case forward:
		return Move{}, c.tooFew(total)
	default:
		wanted, short = total, true
	}
	entries := apportion(wanted, room, c.perEntry)
	moved, err := c.measure(ctx, func() error {
		if len(c.positions) == 1 && c.positions[0].Partition < 0 {
			return c.moveSingle(ctx, entries[0], forward)
		}
		return c.moveTogether(ctx, entries, room, forward)
	})
	moved.Short = short
	return moved, err
}

// moveSingle moves the cursor of a topic without partitions.
func (c *Cursor) moveSingle(ctx context.Context, entries int64, forward bool) error {
	if forward {
		return c.admin.SkipEntries(ctx, c.topic.String(), c.subscription, int(entries))
	}
	if at, ok := c.positions[0].Step(-entries); ok && entries > 0 {
		return c.admin.SeekID(ctx, c.topic.String(), c.subscription, at)
	}
	return nil
}

// moveTogether moves the partitions to one instant, except those that would have
// to move in the other direction.
func (c *Cursor) moveTogether(ctx context.Context, entries, room []int64, forward bool) error {
	instant, err := c.commonInstant(ctx, entries, forward)
	if err != nil {
		return err
	}
	return c.each(ctx, func(ctx context.Context, i int) error {
		if room[i] == 0 {
			return nil
		}
		if instant.IsZero() {
			return c.admin.ClearBacklog(ctx, c.part(i), c.subscription)
		}
		next := int64(0) // the entry that a move in this direction passes first
		if !forward {
			next = -1
		}
		at, _ := c.positions[i].Step(next)
		entry, err := c.admin.Entry(ctx, c.topic.String(), at)
		if err != nil || forward != entry.Published.Before(instant) {
			return err
		}
		return c.admin.SeekTime(ctx, c.part(i), c.subscription, instant)
	})
}

// commonInstant returns the weighted median of the instants to which the partitions
// would move alone. The weights are the messages that each would pass. The zero
// instant is the end of the topic.
func (c *Cursor) commonInstant(ctx context.Context, entries []int64, forward bool) (time.Time, error) {
	type vote struct {
		instant time.Time
		weight  float64
	}
	votes := make([]vote, len(entries))
	err := c.each(ctx, func(ctx context.Context, i int) error {
		if entries[i] == 0 {
			return nil
		}
		votes[i].weight = float64(entries[i]) * c.perEntry[i]
		steps := entries[i]
		if !forward {
			steps = -steps
		}
		at, ok := c.positions[i].Step(steps)
		if !ok { // it would pass all entries
			return nil
		}
		entry, err := c.admin.Entry(ctx, c.topic.String(), at)
		votes[i].instant = entry.Published
		return err
	})
	slices.SortFunc(votes, func(a, b vote) int {
		switch {
		case a.instant.IsZero() == b.instant.IsZero():
			return a.instant.Compare(b.instant)
		case a.instant.IsZero(): // the end comes last
			return 1
		}
		return -1
	})
	total, passed := 0.0, 0.0
	for _, v := range votes {
		total += v.weight
	}
	for _, v := range votes {
		if passed += v.weight; v.weight > 0 && passed >= total/2 {
			return v.instant, err
		}
	}
	return time.Time{}, err
}
