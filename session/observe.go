package session

import (
	"context"
	"sync"

	"pulsh/session/consume"
	"pulsh/session/snapshot"
)

// observers are called with every snapshot.
type observers struct {
	mu   sync.Mutex // guards list; held for moments only
	list []func(*snapshot.Snapshot)
}

// Observe calls f with every snapshot from now on, after it was published. f must
// return soon: the sampler waits for it.
func Observe(s *Session, f func(*snapshot.Snapshot)) {
	s.observers.mu.Lock()
	defer s.observers.mu.Unlock()
	s.observers.list = append(s.observers.list, f)
}

func (o *observers) tell(s *snapshot.Snapshot) {
	o.mu.Lock()
	list := o.list
	o.mu.Unlock()
	for _, f := range list {
		f(s)
	}
}

// StopInOrder begins to stop all groups: first the producer groups, which wait for
// their receipts, then the consumer groups. Close waits for the end.
func StopInOrder(s *Session) {
	s.endings.stops.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), doneTime)
		defer cancel()
		for _, kind := range []snapshot.Kind{snapshot.Produce, snapshot.Consume} {
			var stopping sync.WaitGroup
			for _, g := range s.groups.active() {
				if _, consumes := g.(*consume.Group); consumes == (kind == snapshot.Consume) {
					stopping.Go(func() { stopInTurn(ctx, cancel, g) })
				}
			}
			stopping.Wait()
		}
	})
}

// stopInTurn stops a group once no command changes it.
func stopInTurn(ctx context.Context, cut func(), g anyGroup) {
	g.Turn().CutBy(cut)
	defer g.Turn().CutBy(nil)
	if !g.Turn().Take(ctx.Done()) {
		return
	}
	defer g.Turn().Give()
	if err := stopNow(ctx, g); err != nil {
		g.Say("%s", err)
	}
}
