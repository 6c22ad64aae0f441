package session

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// stuckLooks is how many looks a lane may have messages in flight without one
// answer, from a cluster that answers: a terminated topic is silent until the
// send timeout.
const stuckLooks = 10

// laneKeeper keeps a producer group alive while it runs: it replaces lanes that
// were given up, or get no answers although the cluster answers.
type laneKeeper struct {
	vigil
	group *producer

	// What the keeper's goroutine alone touches:
	heard  map[uint64]hearing // by stream
	said   sayings
	wait   time.Duration // before the next attempt
	next   time.Time
	fullAt time.Time // when it was said that the backlog is full
}

// hearing is how far a lane was answered at the last look, and for how many
// looks that has not changed.
type hearing struct {
	answered uint64
	looks    int
}

func newLaneKeeper(g *producer) *laneKeeper {
	k := &laneKeeper{group: g, heard: map[uint64]hearing{}}
	k.vigil = newVigil(k.keep)
	return k
}

func (k *laneKeeper) keep(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			k.mend(ctx, k.trouble(true))
			k.tellFull()
		case <-k.wake:
			k.mend(ctx, k.trouble(false))
		case <-ctx.Done():
			return
		}
	}
}

// trouble is why a lane of the present generation must be replaced, or nil.
func (k *laneKeeper) trouble(look bool) error {
	g := k.group
	now := g.current.now.Load()
	if now == nil || g.link.state() != snapshot.Up {
		return nil
	}
	heard := map[uint64]hearing{}
	for _, l := range now.lanes {
		if cause := l.over.Load(); cause != nil {
			return *cause
		}
		h := k.heard[l.stream]
		answered := l.Answered()
		switch {
		case answered != h.answered || l.InFlight() == 0 || g.truth.known().Throttled:
			h = hearing{answered: answered}
		case look:
			h.looks++
		}
		heard[l.stream] = h
		if h.looks >= stuckLooks {
			return &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("no message was answered for %d s by a cluster that answers", h.looks)}
		}
	}
	k.heard = heard
	return nil
}

// mend opens another generation of lanes.
func (k *laneKeeper) mend(ctx context.Context, why error) {
	g := k.group
	if why == nil {
		k.said, k.wait, k.next = nil, 0, time.Time{}
		return
	}
	if time.Now().Before(k.next) {
		return
	}
	k.tell(why)
	opening, cancel := context.WithTimeout(ctx, mendTime)
	defer cancel()
	fresh, err := g.open(opening, g.settings(), g.current.now.Load().number+1)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		k.wait = min(max(2*k.wait, mendFirst), mendMost)
		k.next = time.Now().Add(k.wait)
		k.tell(err)
		return
	}
	g.retire(g.current.swap(fresh), 0)
	g.session.notes.say("%s: sends again, through new lanes", g.name)
	k.said, k.wait, k.next = nil, 0, time.Time{}
}

// fullEvery is how often a refusal because of the backlog is said while it lasts.
const fullEvery = time.Minute

// tellFull says that the broker refuses messages because too many wait.
func (k *laneKeeper) tellFull() {
	g := k.group
	if time.Since(g.shards.Failures.Last(broker.BacklogFull)) > lookEvery || time.Since(k.fullAt) < fullEvery {
		return
	}
	k.fullAt = time.Now()
	topic := g.settings().Topic
	g.session.Mark(snapshot.MarkError, g.name+": backlog full")
	g.session.notes.say("%s: as much waits on %s as the broker lets wait: it refuses more until that is received; try: subs %s", g.name, topic, topic)
}

// tell counts a trouble, and says it if that was not done since all was well.
func (k *laneKeeper) tell(err error) {
	g := k.group
	g.shards.Failures.Add(1, broker.Classify(err), err.Error())
	if !k.said.news(err) {
		return
	}
	try := "errors " + g.name
	switch broker.Classify(err) {
	case broker.TopicTerminated:
		try = "set " + g.name + " topic=" + g.settings().Topic + "-2"
	case broker.Gone:
		try = "topics"
	case broker.Moved:
		try = "topic unload " + g.settings().Topic
	}
	g.session.Mark(snapshot.MarkError, g.name+": "+err.Error())
	g.session.notes.say("%s: %s; trying again; try: %s", g.name, err, try)
}

// lost notes that a lane was given up. The client's goroutine calls it.
func (g *producer) lost(l *lane, cause error) {
	l.over.Store(&cause)
	g.keeper.nudge()
	if g.leaving.Load() {
		g.current.abandon()
	}
}

// aside stops the keeper while a command changes the lanes, and returns what
// lets it go on.
func (g *producer) aside() (on func()) {
	g.keeper.stop()
	return func() {
		if g.running() {
			g.keeper.start()
		}
	}
}

// over says whether a lane of the generation was given up.
func (g *generation) over() bool {
	for _, l := range g.lanes {
		if l.over.Load() != nil {
			return true
		}
	}
	return false
}
