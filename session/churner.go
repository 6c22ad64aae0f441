package session

import (
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// churner closes some of a group's consumers again and again.
type churner struct {
	churn  spec.Churn
	cancel context.CancelFunc
	ended  sync.WaitGroup
	next   int // the seat at which the next round begins
}

// churnTime bounds how long a round may wait for one consumer to close.
const churnTime = 5 * time.Second

// churnBy starts, changes or ends the churn. Only a command that has the floor
// calls it, or stop.
func (g *consumer) churnBy(c spec.Churn) {
	if old := g.churner; old != nil {
		if old.churn == c {
			return
		}
		g.churner = nil
		old.cancel()
		old.ended.Wait()
	}
	if c == (spec.Churn{}) {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &churner{churn: c, cancel: cancel}
	g.churner = r
	r.ended.Go(func() { g.churning(ctx, r) }) // owned by the group: churnBy ends it and waits
}

// churning runs a round each time the group runs; while a command has the
// floor, the round waits for it.
func (g *consumer) churning(ctx context.Context, r *churner) {
	tick := time.NewTicker(r.churn.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		select {
		case g.floor <- struct{}{}:
			if g.state() == snapshot.Running {
				g.reseat(ctx, r)
			}
			<-g.floor
		case <-ctx.Done():
			return
		}
	}
}

// reseat closes the consumers of the next seats and subscribes others in their
// places.
func (g *consumer) reseat(ctx context.Context, r *churner) {
	g.mu.Lock()
	var seats []*seat
	at := map[*seat][]int{} // indexes of its workers
	for i, w := range g.workers {
		if at[w.seat] == nil {
			seats = append(seats, w.seat)
		}
		at[w.seat] = append(at[w.seat], i)
	}
	g.mu.Unlock()
	var all sync.WaitGroup
	for range r.churn.Of(len(seats)) {
		r.next = (r.next + 1) % len(seats)
		chosen := at[seats[r.next]]
		all.Go(func() { g.exchange(ctx, chosen) })
	}
	all.Wait()
}

// exchange ends the workers with these indexes, who share a seat, and employs
// others at a new one.
func (g *consumer) exchange(ctx context.Context, indexes []int) {
	g.mu.Lock()
	var leaving []*receiver
	for _, i := range indexes {
		leaving = append(leaving, g.workers[i])
	}
	spec := g.spec
	g.mu.Unlock()
	g.parted.Store(true)
	closing, cancel := context.WithTimeout(ctx, churnTime)
	defer cancel()
	for _, w := range leaving {
		w.cancel()
	}
	g.gate.nudge()
	for _, w := range leaving {
		if err := w.leave(closing); err != nil {
			g.session.notes.say("%s: churn: worker %d: %s", g.name, w.number, err)
		}
	}
	name, subscriber, err := g.subscribe(closing, spec, leaving[0].number)
	if err != nil {
		subscriber = vacancy(err) // its workers try again as after any loss
	}
	seat := g.newSeat(name, subscriber, leaving[0].number)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, i := range indexes {
		g.workers[i] = g.employ(g.workers[i].number, seat)
	}
	g.churned.Add(1)
}

// vacant is the consumer of a seat where none could be subscribed.
type vacant struct {
	ended chan struct{}
	why   error
}

func vacancy(why error) broker.Consumer {
	v := &vacant{ended: make(chan struct{}), why: why}
	close(v.ended)
	return v
}

// Receive brings nothing.
func (v *vacant) Receive(<-chan struct{}, []broker.Delivery) int { return 0 }

// Ack refuses: nothing was received here.
func (v *vacant) Ack(run []broker.Delivery) (int, error) {
	return len(run), &broker.Error{Category: broker.Disconnected, Message: "there is no consumer", Cause: v.why}
}

// AckUpTo refuses as Ack does.
func (v *vacant) AckUpTo(run []broker.Delivery) error {
	_, err := v.Ack(run)
	return err
}

// Nack does nothing.
func (v *vacant) Nack([]broker.Delivery) {}

// Waiting is 0.
func (v *vacant) Waiting() int { return 0 }

// Add refuses: there is no consumer.
func (v *vacant) Add(context.Context, string) error { return v.why }

// Drop does nothing.
func (v *vacant) Drop(context.Context, string) error { return nil }

// Ended says so from the beginning.
func (v *vacant) Ended() (<-chan struct{}, func() error) {
	return v.ended, func() error { return v.why }
}

// Close does nothing.
func (v *vacant) Close(context.Context) error { return nil }
