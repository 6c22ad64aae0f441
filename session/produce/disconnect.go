package produce

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Disconnect breaks the connections of a share of the group's producers, which
// connect again. Producers of an engine that cannot break them are replaced. It
// returns their number. Any goroutine may call it; it waits for a command to end.
func Disconnect(ctx context.Context, g *Group, share spec.Share) (n int, err error) {
	if state := g.State(); state != snapshot.Running && state != snapshot.Paused {
		return 0, &broker.Error{Message: fmt.Sprintf("%s is %s", g.Name(), state), Try: "produce start " + g.Name()}
	}
	err = g.supervisor.Do(ctx, func(ctx context.Context) error {
		set := g.current.set.Load()
		n = spec.Churn{Share: share}.Of(len(set.producers))
		var replaced []int
		for range n {
			g.nextBroken = (g.nextBroken + 1) % len(set.producers)
			if b, ok := set.producers[g.nextBroken].Producer.(broker.Breaker); !ok || b.Break() == 0 {
				replaced = append(replaced, g.nextBroken)
			}
		}
		return g.replaceSome(ctx, set, replaced)
	})
	return n, err
}

// replaceSome replaces the producers with these indexes. If one of the new ones
// cannot be opened, the old ones stay.
func (g *Group) replaceSome(ctx context.Context, set *producerSet, indexes []int) error {
	if len(indexes) == 0 {
		return nil
	}
	settings, producers := g.Settings(), slices.Clone(set.producers)
	fresh, old := make([]*producerHandle, len(indexes)), make([]*producerHandle, len(indexes))
	opening, creating := errgroup.WithContext(ctx)
	opening.SetLimit(group.OpenAtOnce)
	for i, index := range indexes {
		opening.Go(func() (err error) {
			fresh[i], err = g.opener.openOne(creating, settings, set.number, index)
			return err
		})
	}
	if err := opening.Wait(); err != nil {
		opened := slices.DeleteFunc(fresh, func(p *producerHandle) bool { return p == nil })
		return errors.Join(err, closeProducers(ctx, opened))
	}
	for i, index := range indexes {
		old[i], producers[index] = producers[index], fresh[i]
	}
	g.current.swap(&producerSet{number: set.number, producers: producers})
	g.closeLater(old)
	return nil
}
