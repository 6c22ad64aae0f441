package session

import (
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// doneTime bounds the stop of a group that has reached its end: the default send
// timeout, the longest that a pending send waits for its receipt.
const doneTime = 30 * time.Second

// endings stops groups that have reached their end.
type endings struct {
	mu      sync.Mutex      // guards running; held for moments only
	running map[string]bool // the groups that are being stopped
	stops   sync.WaitGroup
}

// look stops a group in the background if it has reached its end.
func (e *endings) look(g anyGroup, sample snapshot.Group) {
	why, wait, reached := g.Ending().Reached(sample, metrics.SampleEvery)
	if !reached {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running[g.Name()] {
		return
	}
	if e.running == nil {
		e.running = map[string]bool{}
	}
	e.running[g.Name()] = true
	e.stops.Go(func() { // owned by the session: Close waits for it
		defer func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			delete(e.running, g.Name())
		}()
		finish(g, sample.Since, why, wait)
	})
}

// finish stops a group after a wait, unless a command has done so, and tells why.
func finish(g anyGroup, since time.Time, why string, wait time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), doneTime)
	defer cancel()
	g.Turn().CutBy(cancel)
	defer g.Turn().CutBy(nil)
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return
	}
	if !g.Turn().Take(ctx.Done()) {
		return
	}
	defer g.Turn().Give()
	if !g.Finishes(since, why) {
		return
	}
	err := stopNow(ctx, g)
	g.Host().Mark(snapshot.MarkCommand, g.Name()+" done")
	g.Say("done after %s: %s", time.Since(since).Round(metrics.SampleEvery), why)
	if err != nil {
		g.Say("%s", err)
	}
}

// stopNow stops a group for the session, which has its turn.
func stopNow(ctx context.Context, g anyGroup) error {
	if c, ok := g.(*consume.Group); ok {
		return consume.Finish(ctx, c)
	}
	return g.Stop(ctx)
}

// turn takes the turn of a group for a command. The caller calls give at the end.
func turn(ctx context.Context, g anyGroup) (give func(), err error) {
	if !g.Turn().Take(ctx.Done()) {
		return nil, group.Unanswered(ctx, g.Name(), "the group was stopping")
	}
	return g.Turn().Give, nil
}

// stop stops a group, whatever else happens to it.
func stop(ctx context.Context, g anyGroup) error {
	g.Turn().Insist(ctx.Done())
	defer g.Turn().Give()
	return g.Stop(ctx)
}

// withEnds puts other ends in force together with the other settings of a group. An
// error of apply restores the old ones.
func withEnds(g anyGroup, old, ends spec.Ends, apply func() (group.Rebuild, error)) (group.Rebuild, error) {
	if !g.Active() {
		return apply()
	}
	if err := g.Ending().Set(ends); err != nil {
		return group.Rebuild{}, err
	}
	done, err := apply()
	if err != nil {
		_ = g.Ending().Set(old) // an error means that the group stops
	}
	return done, err
}

// canEnd refuses a consumer group that would never stop, because nothing tells when
// its backlog is empty.
func canEnd(name string, settings spec.Consumer, admin broker.Admin) error {
	if settings.Until.Empty && admin == nil {
		return &broker.Error{Message: "until=empty needs the admin API, which counts the backlog", Try: "set " + name + " until=idle(10s)"}
	}
	return nil
}
