package group

import (
	"fmt"
	"sync"
	"time"

	"pulsh/session/connections"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Base is the part that producer groups and consumer groups share: the name,
// the settings, the state, and the session and the cluster around them. Both kinds
// embed it; only their packages call the methods that change something. All
// methods are safe for several goroutines.
type Base[Settings any] struct {
	name   string
	host   *Host
	ending *Ending
	turn   *Turn
	links  *connections.Record

	mu       sync.Mutex // guards the fields below; held for moments only
	settings Settings
	life     life
	cluster  *Cluster // nil before the first start
}

// NewBase returns the base of a ready group.
func NewBase[Settings any](name string, settings Settings, host *Host) Base[Settings] {
	return Base[Settings]{name: name, host: host, ending: &Ending{name: name}, turn: newTurn(),
		links: connections.New(host.Clock), settings: settings, life: life{state: snapshot.Ready}}
}

// Name returns the name that users gave the group.
func (b *Base[Settings]) Name() string { return b.name }

// Host returns the session as the group sees it.
func (b *Base[Settings]) Host() *Host { return b.host }

// Say shows the user a line that begins with the group's name. It never blocks.
func (b *Base[Settings]) Say(format string, args ...any) {
	b.host.Say("%s: %s", b.name, fmt.Sprintf(format, args...))
}

// MarkError puts an error on the time axis.
func (b *Base[Settings]) MarkError(text string) {
	b.host.Mark(snapshot.MarkError, b.name+": "+text)
}

// Settings returns the settings in force.
func (b *Base[Settings]) Settings() Settings {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settings
}

// Update changes the settings. The function is called under the mutex and must
// not call the group.
func (b *Base[Settings]) Update(change func(*Settings)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.settings)
}

// Replace puts other settings in force.
func (b *Base[Settings]) Replace(settings Settings) {
	b.Update(func(s *Settings) { *s = settings })
}

// Cluster returns the cluster of the present or the last run, nil before the
// first.
func (b *Base[Settings]) Cluster() *Cluster {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cluster
}

// Moves reports whether a start on a cluster takes the group away from the one of its
// last run: what was counted there cannot be compared with what the other one counts.
func (b *Base[Settings]) Moves(to *Cluster) bool {
	last := b.Cluster()
	return last != nil && (last.Name != to.Name || last.Target.URL != to.Target.URL)
}

// On chooses the group's cluster in a line of advice: " cluster=eu", "" for the session's
// own.
func (b *Base[Settings]) On() string {
	if c := b.Cluster(); c != nil {
		return spec.OnCluster(c.Name)
	}
	return ""
}

// State returns the present state.
func (b *Base[Settings]) State() snapshot.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.life.state
}

// Active reports whether the group is connected, or is about to be.
func (b *Base[Settings]) Active() bool { return b.State().Active() }

// Enter changes the state.
func (b *Base[Settings]) Enter(to snapshot.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.life.enter(to)
}

// Fail enters Failed. Samples quote the error.
func (b *Base[Settings]) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.life.fail(err)
}

// Begin enters Starting on a cluster, and reports whether the group was started
// before. It is an error if the group is active.
func (b *Base[Settings]) Begin(cluster *Cluster) (again bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.life.state.Active() {
		return false, fmt.Errorf("%s is already %s", b.name, b.life.state)
	}
	again = !b.life.since.IsZero()
	b.cluster = cluster
	b.life.enter(snapshot.Starting)
	return again, nil
}

// End enters Stopping, or returns false if the group is not active.
func (b *Base[Settings]) End() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.life.state.Active() {
		return false
	}
	b.life.enter(snapshot.Stopping)
	return true
}

// Switch calls act and then goes from one state to another. If the group is in
// the other state already, Switch does nothing; in a third state, it is an error.
func (b *Base[Settings]) Switch(from, to snapshot.State, act func() error) error {
	switch state := b.State(); state {
	case to:
		return nil
	case from:
	default:
		return fmt.Errorf("%s is %s", b.name, state)
	}
	if err := act(); err != nil {
		return err
	}
	b.Enter(to)
	return nil
}

// Head returns the part of a sample that does not depend on the kind of group,
// with the settings of the same moment.
func (b *Base[Settings]) Head(at time.Time) (snapshot.Group, Settings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return snapshot.Group{
		Name:        b.name,
		State:       b.life.state,
		Since:       b.life.since,
		Running:     b.life.running(at),
		Ending:      b.ends(at),
		LastError:   b.life.text(),
		Disconnects: b.links.Figures(),
	}, b.settings
}

// Ending returns when the group stops by itself.
func (b *Base[Settings]) Ending() *Ending { return b.ending }

// Links returns the account of the group's connections that broke.
func (b *Base[Settings]) Links() *connections.Record { return b.links }

// Turn returns the turn to change the group.
func (b *Base[Settings]) Turn() *Turn { return b.turn }

// Finishes notes why the run that began at since is about to be stopped by itself:
// the group is Done then. ok is false if that run is stopped or stopping already.
func (b *Base[Settings]) Finishes(since time.Time, why string) (ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.life.state.Active() || b.life.state == snapshot.Stopping || !b.life.since.Equal(since) {
		return false
	}
	b.life.why = why
	return true
}

// ends needs the mutex.
func (b *Base[Settings]) ends(at time.Time) snapshot.Ending {
	e := b.ending.look(b.life.running(at) - b.life.before)
	e.Why = b.life.why
	return e
}
