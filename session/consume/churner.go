package consume

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// churner replaces a share of the group's consumers at regular intervals.
type churner struct {
	group    *Group
	replaced atomic.Int64 // consumers so far

	// Start, Stop and the holder of opLock alone use the fields below.
	churn   spec.Churn
	cancel  context.CancelFunc // nil while it does not run
	running sync.WaitGroup
	next    int // index of the slot at which the last round ended
}

// churnTime bounds how long a round waits for a consumer to close and another one
// to open.
const churnTime = 5 * time.Second

// set starts, changes or ends the churn; the zero Churn is none. It waits for the
// end of a round.
func (c *churner) set(churn spec.Churn) {
	if churn == c.churn {
		return
	}
	c.churn = churn
	if c.cancel != nil {
		c.cancel()
		c.running.Wait()
		c.cancel = nil
	}
	if churn == (spec.Churn{}) {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel, c.next = cancel, 0
	c.running.Go(func() { c.run(ctx, churn) }) // owned by the group: set ends it and waits
}

// run plays a round at each interval while the group runs. A round waits for a
// command to end.
func (c *churner) run(ctx context.Context, churn spec.Churn) {
	ticker := time.NewTicker(churn.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if c.group.opLock.Lock(ctx) != nil {
			return
		}
		if c.group.State() == snapshot.Running {
			c.round(churn, func(chosen *slot) { c.replace(ctx, chosen) })
		}
		c.group.opLock.Unlock()
	}
}

// round calls act for the next slots side by side, and returns their number.
func (c *churner) round(churn spec.Churn, act func(*slot)) int {
	slots := c.group.workers.slots()
	var all sync.WaitGroup
	for range churn.Of(len(slots)) {
		c.next = (c.next + 1) % len(slots)
		chosen := slots[c.next]
		all.Go(func() { act(chosen) })
	}
	all.Wait()
	return churn.Of(len(slots))
}

// Disconnect breaks the connections of a share of the group's consumers, which
// connect again. Consumers of an engine that cannot break them are replaced. It
// returns their number. Any goroutine may call it; it waits for a command to end.
func Disconnect(ctx context.Context, g *Group, share spec.Share) (n int, err error) {
	if state := g.State(); state != snapshot.Running && state != snapshot.Paused {
		return 0, g.notRunning()
	}
	err = g.supervisor.Do(ctx, func(ctx context.Context) error {
		if err := g.opLock.Lock(ctx); err != nil {
			return err // a command or the churner has it
		}
		defer g.opLock.Unlock()
		g.accounts.consumersClosed()
		n = g.churner.round(spec.Churn{Share: share}, func(chosen *slot) {
			if b, ok := chosen.attachment().consumer.(broker.Breaker); !ok || b.Break() == 0 {
				g.churner.replace(ctx, chosen)
			}
		})
		return nil
	})
	return n, err
}

func (c *churner) replace(ctx context.Context, old *slot) {
	ctx, cancel := context.WithTimeout(ctx, churnTime)
	defer cancel()
	for _, err := range c.group.workers.replace(ctx, old) {
		if err != nil {
			c.group.Say("churn: closing the consumer of worker %d: %s", old.number, err)
		}
	}
	c.replaced.Add(1)
}
