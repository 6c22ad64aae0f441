package session

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// Shift is how far a subscription was moved, as two looks at it tell: exact in
// entries, an estimate in messages.
type Shift struct {
	Entries  int64       // towards the end of the topic; negative is back
	Messages int64       // entries × messages per entry
	Parts    []PartShift // by partition, none for a topic without
	Short    bool        // less is stored than it should have gone back
}

// PartShift is a Shift in one partition.
type PartShift struct {
	Partition         int
	Entries, Messages int64
}

// lookAtOnce bounds the entries that are looked at side by side: a small server
// has four HTTP threads.
const lookAtOnce = 8

// place is where a subscription stands, with the means to move it.
type place struct {
	admin        broker.Admin
	topic        broker.TopicName
	subscription string
	standing     []broker.CursorPosition
	perEntry     []float64 // messages, by standing
}

func needsAdmin(t broker.Target) error {
	return &broker.Error{Message: "that needs the admin API", Try: "connect " + t.URL + " admin=http://127.0.0.1:8080"}
}

// look asks where the subscription stands. Where nothing is known of the
// messages in an entry, one of them is looked at.
func (p *place) look(ctx context.Context) (err error) {
	if p.standing, err = p.admin.CursorPositions(ctx, p.topic.String(), p.subscription); err != nil {
		return err
	}
	p.perEntry = make([]float64, len(p.standing))
	return p.each(ctx, func(ctx context.Context, i int) error {
		s := p.standing[i]
		p.perEntry[i] = s.MessagesPerEntry
		at, ok := s.Step(0)
		if !ok {
			at, ok = s.Step(-1)
		}
		if p.perEntry[i] == 0 && ok {
			e, err := p.admin.Entry(ctx, p.topic.String(), at)
			p.perEntry[i] = float64(e.Messages)
			return err
		}
		return nil
	})
}

// each does something for each partition, some side by side.
func (p *place) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(lookAtOnce)
	for i := range p.standing {
		all.Go(func() error { return do(ctx, i) })
	}
	return all.Wait()
}

// part is the name of one partition, or of a topic without.
func (p *place) part(i int) string {
	if n := p.standing[i].Partition; n >= 0 {
		return p.topic.Of(n).String()
	}
	return p.topic.String()
}

// watched moves the subscription and tells how far it went.
func (p *place) watched(ctx context.Context, move func() error) (Shift, error) {
	if err := move(); err != nil {
		return Shift{}, err
	}
	later, err := p.admin.CursorPositions(ctx, p.topic.String(), p.subscription)
	if err != nil {
		return Shift{}, err
	}
	var all Shift
	for i, s := range p.standing {
		n := slices.IndexFunc(later, func(l broker.CursorPosition) bool { return l.Partition == s.Partition })
		if n < 0 {
			continue
		}
		moved := s.Moved(later[n])
		one := PartShift{s.Partition, moved, int64(math.Round(float64(moved) * p.perEntry[i]))}
		all.Entries += one.Entries
		all.Messages += one.Messages
		if s.Partition >= 0 {
			all.Parts = append(all.Parts, one)
		}
	}
	return all, nil
}

// room is how many entries each partition can be moved over.
func (p *place) room(forward bool) (entries []int64, messages float64) {
	for i, s := range p.standing {
		n := s.Behind()
		if forward {
			n = s.Ahead()
		}
		entries = append(entries, n)
		messages += float64(n) * p.perEntry[i]
	}
	return entries, messages
}

// divide shares messages to be skipped out among the partitions.
func (p *place) divide(messages int64) ([]int64, error) {
	room, total := p.room(true)
	if float64(messages) > math.Ceil(total) {
		return nil, p.tooFew(total)
	}
	return apportion(float64(messages), room, p.perEntry), nil
}

func (p *place) tooFew(total float64) error {
	return &TooFewError{Waiting: int64(math.Round(total)), Topic: p.topic.Short(), Subscription: p.subscription}
}

// TooFewError says that less waits than should be skipped.
type TooFewError struct {
	Waiting             int64 // messages, an estimate
	Topic, Subscription string
}

// Error is the sentence.
func (e *TooFewError) Error() string {
	if e.Waiting == 0 {
		return fmt.Sprintf("nothing waits for %s on %s", e.Subscription, e.Topic)
	}
	return fmt.Sprintf("about %d messages wait for %s on %s", e.Waiting, e.Subscription, e.Topic)
}

// by moves the subscription by about so many messages, back if they are
// negative. In a topic with partitions all move to one instant, so that what
// was sent together stays together: the one at which half of the messages lie
// in partitions that are there already.
func (p *place) by(ctx context.Context, messages int64) (Shift, error) {
	forward := messages > 0
	room, total := p.room(forward)
	short := false
	want := math.Abs(float64(messages))
	switch {
	case want <= math.Ceil(total):
	case forward:
		return Shift{}, p.tooFew(total)
	default:
		want, short = total, true
	}
	entries := apportion(want, room, p.perEntry)
	shift, err := p.watched(ctx, func() error {
		if len(p.standing) == 1 && p.standing[0].Partition < 0 {
			return p.single(ctx, entries[0], forward)
		}
		return p.together(ctx, entries, room, forward)
	})
	shift.Short = short
	return shift, err
}

// single moves a subscription in a topic without partitions.
func (p *place) single(ctx context.Context, entries int64, forward bool) error {
	if forward {
		return p.admin.SkipEntries(ctx, p.topic.String(), p.subscription, int(entries))
	}
	if at, ok := p.standing[0].Step(-entries); ok && entries > 0 {
		return p.admin.SeekID(ctx, p.topic.String(), p.subscription, at)
	}
	return nil
}

// together moves the partitions to one instant, those that would not go the
// other way.
func (p *place) together(ctx context.Context, entries, room []int64, forward bool) error {
	instant, err := p.instant(ctx, entries, forward)
	if err != nil {
		return err
	}
	return p.each(ctx, func(ctx context.Context, i int) error {
		if room[i] == 0 {
			return nil
		}
		if instant.IsZero() {
			return p.admin.ClearBacklog(ctx, p.part(i), p.subscription)
		}
		beside := int64(0) // the entry that would be passed first
		if !forward {
			beside = -1
		}
		at, _ := p.standing[i].Step(beside)
		e, err := p.admin.Entry(ctx, p.topic.String(), at)
		if err != nil || forward != e.Published.Before(instant) {
			return err
		}
		return p.admin.SeekTime(ctx, p.part(i), p.subscription, instant)
	})
}

// instant is the median of the instants at which the partitions would have
// moved by their entries, weighed by these; zero is behind everything.
func (p *place) instant(ctx context.Context, entries []int64, forward bool) (time.Time, error) {
	type vote struct {
		at     time.Time
		weight float64
	}
	votes := make([]vote, len(entries))
	err := p.each(ctx, func(ctx context.Context, i int) error {
		if entries[i] == 0 {
			return nil
		}
		votes[i].weight = float64(entries[i]) * p.perEntry[i]
		steps := entries[i]
		if !forward {
			steps = -steps
		}
		at, ok := p.standing[i].Step(steps)
		if !ok { // all of it
			return nil
		}
		e, err := p.admin.Entry(ctx, p.topic.String(), at)
		votes[i].at = e.Published
		return err
	})
	total := 0.0
	for _, v := range votes {
		total += v.weight
	}
	slices.SortFunc(votes, func(a, b vote) int {
		switch {
		case a.at.IsZero() == b.at.IsZero():
			return a.at.Compare(b.at)
		case a.at.IsZero(): // behind everything comes last
			return 1
		}
		return -1
	})
	seen := 0.0
	for _, v := range votes {
		if seen += v.weight; v.weight > 0 && seen >= total/2 {
			return v.at, err
		}
	}
	return time.Time{}, err
}

// apportion divides messages among partitions in proportion to what each has
// room for, in whole entries: the sum is as near as half an entry, and one
// entry at least.
func apportion(messages float64, room []int64, perEntry []float64) []int64 {
	total := 0.0
	for i, n := range room {
		total += float64(n) * perEntry[i]
	}
	entries := make([]int64, len(room))
	if total == 0 {
		return entries
	}
	rest := messages
	order := make([]int, 0, len(room))
	fraction := make([]float64, len(room))
	for i, n := range room {
		exact := min(messages/total, 1) * float64(n)
		entries[i] = int64(exact)
		fraction[i] = exact - float64(entries[i])
		rest -= float64(entries[i]) * perEntry[i]
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(fraction[b], fraction[a]) })
	none := !slices.ContainsFunc(entries, func(n int64) bool { return n > 0 })
	for _, i := range order {
		if entries[i] < room[i] && (rest >= perEntry[i]/2 || none) {
			entries[i]++
			rest -= perEntry[i]
			none = false
		}
	}
	return entries
}
