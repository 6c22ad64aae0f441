package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// sampler publishes a snapshot ten times a second, and asks the admin API once.
type sampler struct {
	session *Session
	process *metrics.Process
	quit    context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// startSampler publishes a first snapshot before it returns.
func startSampler(s *Session) *sampler {
	quit, cancel := context.WithCancel(context.Background())
	p := &sampler{session: s, process: metrics.NewProcess(), quit: quit, cancel: cancel}
	p.sample(time.Now())
	p.running.Go(p.run)  // owned by the session: stop ends it and waits
	p.running.Go(p.poll) // likewise
	return p
}

func (p *sampler) run() {
	tick := time.NewTicker(metrics.SampleEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			p.sample(now)
		case <-p.quit.Done():
			p.sample(time.Now())
			return
		}
	}
}

// stop takes a last sample.
func (p *sampler) stop() {
	p.cancel()
	p.running.Wait()
}

func (p *sampler) sample(now time.Time) {
	s := p.session
	s.mu.Lock()
	groups, link := slices.Clone(s.groups), s.link
	s.mu.Unlock()
	at := group.Instant{Time: now, Cluster: snapshot.Unconnected}
	snapshot := &snapshot.Snapshot{
		At:      now,
		Elapsed: now.Sub(s.base),
		Cluster: snapshot.Cluster{State: snapshot.Unconnected},
		Process: p.process.Sample(now),
		Marks:   s.line.list(),
	}
	if link != nil {
		snapshot.Cluster = link.now()
		at.Cluster = snapshot.Cluster.State
	}
	s.publishAudits(groups)
	for _, g := range groups {
		snapshot.Groups = append(snapshot.Groups, g.Sample(at))
	}
	snapshot.Totals = total(snapshot.Groups)
	s.history.add(snapshot)
	s.recent.add(snapshot)
	s.latest.Store(snapshot)
}

func total(groups []snapshot.Group) snapshot.Totals {
	var t snapshot.Totals
	for _, g := range groups {
		if p := g.Producer; p != nil {
			t.Sent += p.Sent
			t.Acked += p.Acked
			t.Failed += p.Failed
			t.ProduceRate += p.Rate
		}
		if c := g.Consumer; c != nil {
			t.Received += c.Received
			t.Lost += int64(c.Delivery.Lost)
			t.Duplicated += int64(c.Delivery.Duplicated)
			t.RecvRate += c.Rate
		}
	}
	return t
}
