package session

import (
	"context"
	"math"
	"slices"

	"pulsh/session/broker"
)

func (g *consumer) acknowledgeOldest(ctx context.Context, limit int) (int, error) {
	yield, err := g.take(ctx)
	if err != nil {
		return 0, err
	}
	if !g.state().Active() {
		yield()
		return 0, &broker.Error{Message: g.name + " is " + string(g.state()), Try: "consume start " + g.name}
	}
	all := g.sittings()
	done := make(chan int, 1)
	go func() { // ends with the acknowledgements; a dead broker may hold them
		defer yield()
		done <- acknowledgeOldest(all, limit)
	}()
	select {
	case n := <-done:
		return n, nil
	case <-ctx.Done():
		return 0, waitFor(ctx, g.name+": acknowledging")
	}
}

// acknowledgeOldest takes the oldest messages from several shelves. What comes
// in meanwhile is younger.
func acknowledgeOldest(all []*sitting, limit int) (acked int) {
	var received []int64
	for _, s := range all {
		received = append(received, s.shelf.First(limit)...)
	}
	if len(received) == 0 {
		return 0
	}
	slices.Sort(received)
	until := received[min(limit, len(received))-1]
	for _, until := range []int64{until, math.MaxInt64} { // workers that share a shelf do not fill it quite in order
		for _, s := range all {
			for limit > 0 {
				run, _ := s.shelf.Take(min(shelfChunk, limit), until)
				if len(run) == 0 {
					break
				}
				limit -= len(run)
				acked += s.acknowledgeKept(run)
			}
		}
	}
	return acked
}
