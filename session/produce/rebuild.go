package produce

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/spec"
)

// drainTime bounds how long replaced producers wait for their last receipts,
// while the new ones send already.
const drainTime = 10 * time.Second

// gapTime bounds how long a rebuild waits for the first message of the new
// producers, to tell the length of the gap.
const gapTime = time.Second

// rebuild replaces all producers.
//
// This is subtle: the new producers are open before the old ones are released, so
// a worker always has a set to send through. For the workers everything changes
// in one instant, the swap of a pointer. If the new producers cannot be opened,
// the old ones were never touched.
func (g *Group) rebuild(ctx context.Context, settings spec.Producer) (group.Rebuild, error) {
	if access := g.Settings().Access; access != broker.SharedAccess && access != "" {
		return group.Rebuild{}, &broker.Error{
			Message: fmt.Sprintf("with access=%s no new producer can be opened beside the present one; stop the group first", access),
			Try:     "produce stop " + g.Name(),
		}
	}
	next, err := g.opener.open(ctx, settings, g.current.set.Load().number+1)
	if err != nil {
		_ = g.opener.takeMemory(g.Settings()) // it had as much before
		return group.Rebuild{}, err
	}
	old := g.current.swap(next)
	g.closeLater(old.producers)
	return group.Rebuild{Done: true, Gap: gapBetween(ctx, old, next)}, nil
}

// gapBetween returns the time without sends between two sets, 0 if nothing was
// sent through one of them.
func gapBetween(ctx context.Context, old, next *producerSet) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, gapTime)
	defer cancel()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for next.first.Load() == 0 && ctx.Err() == nil {
		select {
		case <-poll.C:
		case <-ctx.Done():
		}
	}
	if next.first.Load() == 0 || old.last.Load() == 0 {
		return 0
	}
	return time.Duration(max(next.first.Load()-old.last.Load(), 0))
}

// resize opens or closes producers until there are as many as the settings want.
// The others stay.
func (g *Group) resize(ctx context.Context, settings spec.Producer) error {
	set := g.current.set.Load()
	have, want := len(set.producers), settings.ProducerCount()
	switch {
	case want > have:
		more, err := g.opener.openProducers(ctx, settings, set.number, have, want)
		if err != nil {
			return err
		}
		g.current.swap(&producerSet{number: set.number, producers: append(set.producers[:have:have], more...), spread: set.spread})
	case want < have:
		g.current.swap(&producerSet{number: set.number, producers: set.producers[:want:want], spread: set.spread})
		g.closeLater(set.producers[want:])
	}
	return nil
}

// closeLater closes replaced producers in the background. Their receipts still
// count. Stop waits for it.
func (g *Group) closeLater(replaced []*producerHandle) {
	g.closing.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		if err := closeProducers(ctx, replaced); err != nil {
			g.Say("closing a replaced producer: %s", err)
		}
		g.noteClosed(replaced)
	})
}

// noteClosed tells the audits what closed producers have had answered, and remembers
// what they have not.
func (g *Group) noteClosed(producers []*producerHandle) {
	for _, p := range producers {
		g.reportAnswered(p)
	}
	g.unanswered.add(producers)
}

// unanswered holds closed producers whose last messages have no answer. An answer
// that comes late still counts, and its message is no longer unanswered.
type unanswered struct {
	mu        sync.Mutex // guards producers; held for moments only
	producers []*producerHandle
}

func (u *unanswered) add(closed []*producerHandle) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.producers = append(u.producers, closed...)
}

// count returns the number of messages without an answer.
func (u *unanswered) count() (n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.producers = slices.DeleteFunc(u.producers, func(p *producerHandle) bool { return p.InFlight() == 0 })
	for _, p := range u.producers {
		n += int64(p.InFlight())
	}
	return n
}
