package session

// What a group can be told while it runs.

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/spec"
)

// Producer returns a producer group's settings.
func (s *Session) Producer(name string) (spec.Producer, bool) {
	g, err := named[*producer](s, name)
	if err != nil {
		return spec.Producer{}, false
	}
	return g.settings(), true
}

// Consumer returns a consumer group's settings.
func (s *Session) Consumer(name string) (spec.Consumer, bool) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return spec.Consumer{}, false
	}
	return g.settings(), true
}

// SetProducer applies new settings, live where they can be, by a rebuild
// behind the scenes where the client takes them only at creation. It tells
// whether it rebuilt.
func (s *Session) SetProducer(ctx context.Context, name string, spec spec.Producer) (Rebuild, error) {
	g, err := named[*producer](s, name)
	if err != nil {
		return Rebuild{}, err
	}
	if err := spec.Check(); err != nil {
		return Rebuild{}, err
	}
	return g.set(ctx, spec)
}

// SetConsumer is SetProducer for a consumer group.
func (s *Session) SetConsumer(ctx context.Context, name string, spec spec.Consumer) (Rebuild, error) {
	g, err := named[*consumer](s, name)
	if err != nil {
		return Rebuild{}, err
	}
	if err := spec.Check(name); err != nil {
		return Rebuild{}, err
	}
	return g.set(ctx, spec)
}

// Scale changes the number of workers, 1 to WorkersMax. The rate stays.
func (s *Session) Scale(ctx context.Context, name string, workers int) error {
	g, err := named[interface {
		group
		scale(ctx context.Context, workers int) error
	}](s, name)
	if err != nil {
		return err
	}
	if err := spec.CheckWorkers(workers); err != nil {
		return err
	}
	return g.scale(ctx, workers)
}

// SetRate gives a producer group a new shape from now on.
func (s *Session) SetRate(name string, shape pacing.Shape) error {
	g, err := named[*producer](s, name)
	if err != nil {
		return err
	}
	g.setRate(shape)
	return nil
}

// Burst multiplies a producer group's rate for a while.
func (s *Session) Burst(name string, factor float64, d time.Duration) error {
	g, err := named[*producer](s, name)
	if err != nil {
		return err
	}
	return g.burst(factor, d)
}

// pausable is what pause, resume and reset need of either kind of group.
type pausable interface {
	group
	pause() error
	resume() error
	reset()
}

// Pause stops a group's sending or receiving; its connections stay.
func (s *Session) Pause(name string) error {
	g, err := named[pausable](s, name)
	if err != nil {
		return err
	}
	return g.pause()
}

// Resume goes on where Pause left off.
func (s *Session) Resume(name string) error {
	g, err := named[pausable](s, name)
	if err != nil {
		return err
	}
	return g.resume()
}

// Reset sets a group's figures to zero at the next sample.
func (s *Session) Reset(name string) error {
	g, err := named[pausable](s, name)
	if err != nil {
		return err
	}
	g.reset()
	return nil
}

// Stop ends a group: flush, close, keep its figures and settings.
func (s *Session) Stop(ctx context.Context, name string) error {
	g, err := named[group](s, name)
	if err != nil {
		return err
	}
	return g.stop(ctx)
}

// StopAll ends all groups at once, without a flush.
func (s *Session) StopAll(ctx context.Context) error {
	now, cancel := context.WithTimeout(ctx, 0)
	defer cancel()
	return s.stopEach(now)
}

// stopEach stops all groups side by side and returns the first error.
func (s *Session) stopEach(ctx context.Context) error {
	s.mu.Lock()
	groups := slices.Clone(s.groups)
	s.mu.Unlock()
	errs := make([]error, len(groups))
	var all sync.WaitGroup
	for i, g := range groups {
		all.Go(func() { errs[i] = g.stop(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Remove stops a group and forgets it.
func (s *Session) Remove(ctx context.Context, name string) error {
	g, err := named[group](s, name)
	if err != nil {
		return err
	}
	err = g.stop(ctx)
	s.mu.Lock()
	s.groups = slices.DeleteFunc(s.groups, func(other group) bool { return other == g })
	s.mu.Unlock()
	s.history.forget(name)
	return err
}

// SeekTime moves a consumer group's subscription to a time.
func (s *Session) SeekTime(ctx context.Context, name string, to time.Time) error {
	g, err := named[*consumer](s, name)
	if err != nil {
		return err
	}
	return g.seek(ctx, seekTo{time: to})
}

// SeekID moves a consumer group's subscription to a message.
func (s *Session) SeekID(ctx context.Context, name string, id broker.MessageID) error {
	g, err := named[*consumer](s, name)
	if err != nil {
		return err
	}
	return g.seek(ctx, seekTo{id: &id})
}
