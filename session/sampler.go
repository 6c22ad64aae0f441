package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// sampler publishes a snapshot every metrics.SampleEvery.
type sampler struct {
	session *Session
	process *metrics.Process
	links   linkTeller
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// startSampler publishes a first snapshot before it returns.
func startSampler(s *Session) *sampler {
	ctx, cancel := context.WithCancel(context.Background())
	p := &sampler{session: s, process: metrics.NewProcess(), cancel: cancel}
	p.sample(time.Now())
	p.running.Go(func() { p.run(ctx) }) // owned by the session: stop ends it and waits
	return p
}

func (p *sampler) run(ctx context.Context) {
	ticker := time.NewTicker(metrics.SampleEvery)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case now := <-ticker.C:
			p.noteGap(time.Since(last))
			last = time.Now()
			p.sample(now)
		case <-ctx.Done():
			p.sample(time.Now())
			return
		}
	}
}

// gapMin is the time between two samples from which on it is told: on a machine that is
// merely busy a sample is late by tenths of a second.
const gapMin = 3 * time.Second

// noteGap tells that this process did not run for a while, as after Ctrl-Z: what happened
// meanwhile stands in the figures as if the cluster had been slow.
func (p *sampler) noteGap(gap time.Duration) {
	if gap < gapMin {
		return
	}
	text := fmt.Sprintf("pulsh did not run for %.1f s: it was stopped (Ctrl-Z), or the machine was", gap.Seconds())
	p.session.Mark(snapshot.MarkError, text)
	p.session.Say("%s; latencies of that time are not the cluster's", text)
}

// stop publishes a last snapshot.
func (p *sampler) stop() {
	p.cancel()
	p.running.Wait()
}

func (p *sampler) sample(now time.Time) {
	s := p.session
	next := &snapshot.Snapshot{
		At:      now,
		Elapsed: now.Sub(s.base),
		Process: p.process.Sample(now),
		Marks:   s.timeline.list(),
	}
	if part := s.BrokerCPU.Load(); part != nil {
		next.Process.Broker = (*part)()
	}
	next.Cluster, next.Clusters = s.Clusters.Now()
	s.groups.publishAudits(s.host.Audits)
	s.host.Audits.Settle(now, broker.IsPersistent)
	for _, g := range s.groups.all() {
		on := next.ClusterOf(clusterOf(g))
		sample := g.Sample(group.Instant{Time: now, Cluster: on.State})
		sample.Cluster = on.Label
		next.Groups = append(next.Groups, sample)
		s.endings.look(g, sample)
	}
	s.groups.noteShared(next.Groups)
	noteBystanders(next.Groups)
	p.links.look(s, next)
	next.Totals = total(next.Groups)
	s.groups.removedTotals(&next.Totals)
	next.Protected = s.Preferences().Protected
	next.Chaos = s.Chaos.Observe(next)
	s.history.add(next)
	s.recent.add(next)
	s.latest.Store(next)
	s.observers.tell(next)
}

// total adds up the figures of all groups.
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
			if c.SharedWith == "" {
				t.Duplicated += int64(c.Delivery.Duplicated)
				if c.Judged() {
					t.Lost += int64(c.Delivery.Lost)
				}
			}
			t.RecvRate += c.Rate
		}
	}
	return t
}
