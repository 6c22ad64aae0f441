package produce

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/snapshot"
)

// stuckLooks is how many looks a lane may have messages in flight without one
// answer, from a cluster that answers: a terminated topic is silent until the
// send timeout.
const stuckLooks = 10

// supervisor keeps a producer group alive while it runs: it replaces lanes that
// were given up, or get no answers although the cluster answers.
type supervisor struct {
	group.Loop
	group *Group

	// What the keeper's goroutine alone touches:
	progress map[uint64]answerProgress // by stream
	reported group.ReportOnce
	wait     time.Duration // before the next attempt
	next     time.Time
	fullAt   time.Time // when it was said that the backlog is full
}

// answerProgress is how far a lane was answered at the last look, and for how many
// looks that has not changed.
type answerProgress struct {
	answered uint64
	looks    int
}

func newSupervisor(g *Group) *supervisor {
	k := &supervisor{group: g, progress: map[uint64]answerProgress{}}
	k.Loop = group.NewLoop(k.run)
	return k
}

func (k *supervisor) run(ctx context.Context) {
	look := time.NewTicker(group.CheckEvery)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			k.repair(ctx, k.trouble(true))
			k.reportBacklogFull()
		case <-k.Wake:
			k.repair(ctx, k.trouble(false))
		case <-ctx.Done():
			return
		}
	}
}

// trouble is why a lane of the present generation must be replaced, or nil.
func (k *supervisor) trouble(look bool) error {
	g := k.group
	now := g.current.now.Load()
	if now == nil || g.cluster.Now().State != snapshot.Up {
		return nil
	}
	heard := map[uint64]answerProgress{}
	for _, l := range now.producers {
		if cause := l.over.Load(); cause != nil {
			return *cause
		}
		h := k.progress[l.stream]
		answered := l.Answered()
		switch {
		case answered != h.answered || l.InFlight() == 0 || g.stats.Latest().Throttled:
			h = answerProgress{answered: answered}
		case look:
			h.looks++
		}
		heard[l.stream] = h
		if h.looks >= stuckLooks {
			return &broker.Error{Category: broker.Silent, Message: fmt.Sprintf("no message was answered for %d s by a cluster that answers", h.looks)}
		}
	}
	k.progress = heard
	return nil
}

// repair opens another generation of lanes.
func (k *supervisor) repair(ctx context.Context, why error) {
	g := k.group
	if why == nil {
		k.reported, k.wait, k.next = nil, 0, time.Time{}
		return
	}
	if time.Now().Before(k.next) {
		return
	}
	k.report(why)
	opening, cancel := context.WithTimeout(ctx, group.RepairTimeout)
	defer cancel()
	fresh, err := g.open(opening, g.Settings(), g.current.now.Load().number+1)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		k.wait = min(max(2*k.wait, group.RetryFirst), group.RetryMost)
		k.next = time.Now().Add(k.wait)
		k.report(err)
		return
	}
	g.closeLater(g.current.swap(fresh), 0)
	g.host.Say("%s: sends again, through new lanes", g.name)
	k.reported, k.wait, k.next = nil, 0, time.Time{}
}

// fullEvery is how often a refusal because of the backlog is said while it lasts.
const fullEvery = time.Minute

// reportBacklogFull says that the broker refuses messages because too many wait.
func (k *supervisor) reportBacklogFull() {
	g := k.group
	if time.Since(g.shards.Failures.Last(broker.BacklogFull)) > group.CheckEvery || time.Since(k.fullAt) < fullEvery {
		return
	}
	k.fullAt = time.Now()
	topic := g.Settings().Topic
	g.host.Mark(snapshot.MarkError, g.name+": backlog full")
	g.host.Say("%s: as much waits on %s as the broker lets wait: it refuses more until that is received; try: subs %s", g.name, topic, topic)
}

// report counts a trouble, and says it if that was not done since all was well.
func (k *supervisor) report(err error) {
	g := k.group
	g.shards.Failures.Add(1, broker.Classify(err), err.Error())
	if !k.reported.IsNew(err) {
		return
	}
	try := "errors " + g.name
	switch broker.Classify(err) {
	case broker.TopicTerminated:
		try = "set " + g.name + " topic=" + g.Settings().Topic + "-2"
	case broker.Gone:
		try = "topics"
	case broker.Moved:
		try = "topic unload " + g.Settings().Topic
	}
	g.host.Mark(snapshot.MarkError, g.name+": "+err.Error())
	g.host.Say("%s: %s; trying again; try: %s", g.name, err, try)
}

// producerLost notes that a lane was given up. The client's goroutine calls it.
func (g *Group) producerLost(l *producerHandle, cause error) {
	l.over.Store(&cause)
	g.supervisor.Nudge()
	if g.leaving.Load() {
		g.current.abandon()
	}
}

// pauseSupervisor stops the keeper while a command changes the lanes, and returns what
// lets it go on.
func (g *Group) pauseSupervisor() (on func()) {
	g.supervisor.Stop()
	return func() {
		if g.running() {
			g.supervisor.Start()
		}
	}
}

// over says whether a lane of the generation was given up.
func (g *producerSet) over() bool {
	for _, l := range g.producers {
		if l.over.Load() != nil {
			return true
		}
	}
	return false
}
