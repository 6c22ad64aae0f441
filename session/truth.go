package session

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/admin"
)

// How often the admin API is asked about topics, how long it may take, and how
// long a topic's rate limits are taken to stand.
const (
	pollEvery   = time.Second
	pollTimeout = 2 * time.Second
	limitsEvery = 30 * time.Second
)

// Truth is what the broker says of a group's topic, asked once a second.
// Rates are derived from its counters between two answers; its own are averages
// over a minute.
type Truth struct {
	At              time.Time // of the answer; zero while there is none
	InPerSecond     float64   // messages published to the topic, by anybody
	OutPerSecond    float64   // messages delivered to the group's subscription
	Messages        int64     // published since the topic was loaded
	Storage         int64     // bytes
	Producers       int       // of all clients
	BacklogEntries  int64     // of the group's subscription
	BacklogMessages int64     // an estimate: entries × messages per entry
	Unacked         int64
	Throttled       bool   // the broker has held publishers back since the answer before
	Limit           string // the publish limit that does it, as a part of a sentence
	Apart           string // a standing disagreement with pulsh's own count, as a sentence
}

// poll asks about the topics of all active groups, once each.
func (p *sampler) poll() {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.session.poll(p.quit)
		case <-p.quit.Done():
			return
		}
	}
}

// asking is a group that wants to know what the broker says of its topic.
type asking interface {
	group
	topic() string
	state() State
	learn(ctx context.Context, from broker.Admin, s broker.TopicStats)
}

func (s *Session) poll(ctx context.Context) {
	link, byTopic := s.askers()
	if link == nil || link.Admin == nil || link.state() != Up {
		return
	}
	var all sync.WaitGroup
	for topic, groups := range byTopic {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, pollTimeout)
			defer cancel()
			stats, err := link.Admin.Stats(ctx, topic)
			if err != nil {
				return // the last answer stands, with its time
			}
			for _, g := range groups {
				g.learn(ctx, link.Admin, stats)
			}
		})
	}
	all.Wait()
}

func (s *Session) askers() (*connection, map[string][]asking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byTopic := map[string][]asking{}
	for _, g := range s.groups {
		if a, ok := g.(asking); ok && a.state().active() {
			byTopic[whole(a.topic())] = append(byTopic[whole(a.topic())], a)
		}
	}
	return s.link, byTopic
}

// truths turns one topic's answers into figures. The poll alone writes it.
type truths struct {
	mu        sync.Mutex
	now       Truth
	outBefore int64
	throttled int64
	limitAt   time.Time
	apart     int // answers in a row that disagreed
}

// known is the latest.
func (t *truths) known() Truth {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// learn takes an answer; subscription is "" for a producer group.
func (t *truths) learn(s broker.TopicStats, subscription string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, out := t.now, s.Subscriptions[subscription]
	next := Truth{
		At: now, Messages: s.MessagesIn, Storage: s.StorageBytes, Producers: s.Producers,
		BacklogEntries: out.BacklogEntries, Unacked: out.Unacked,
		BacklogMessages: int64(math.Round(float64(out.BacklogEntries) * max(s.MessagesPerEntry, 1))),
		Limit:           before.Limit,
	}
	if span := now.Sub(before.At).Seconds(); !before.At.IsZero() && span > 0 {
		// counters start anew when a topic is loaded again
		next.InPerSecond = max(float64(s.MessagesIn-before.Messages), 0) / span
		next.OutPerSecond = max(float64(out.MessagesOut-t.outBefore), 0) / span
		next.Throttled = s.Throttled > t.throttled
	}
	t.outBefore, t.throttled, t.now = out.MessagesOut, s.Throttled, next
}

// limitsDue says whether the topic's rate limits should be asked for.
func (t *truths) limitsDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now.Throttled && now.Sub(t.limitAt) > limitsEvery
}

// explain asks which limit holds publishers back.
func (t *truths) explain(ctx context.Context, from broker.Admin, topic string) {
	asked, ok := from.(interface {
		Limits(ctx context.Context, topic string) ([]admin.Limit, error)
	})
	if !ok {
		return
	}
	limits, err := asked.Limits(ctx, topic)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limitAt = time.Now()
	for _, l := range limits {
		if l.On == "publish" || l.On == "whole publish" {
			t.now.Limit = l.String()
			return
		}
	}
}

// A disagreement stands when so many answers in a row are further apart than
// this share: one answer and our own second never cover the same moments.
const (
	apartShare   = 0.05
	apartAnswers = 5
)

// compare holds the broker's count against ours; both are messages a second.
// It returns a sentence once, when a disagreement begins to stand.
func (t *truths) compare(name string, ours float64) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	theirs := t.now.InPerSecond
	if math.Abs(theirs-ours) <= apartShare*max(theirs, ours) {
		t.apart = 0
		return ""
	}
	t.apart++
	if t.apart < apartAnswers {
		return ""
	}
	t.now.Apart = fmt.Sprintf("the broker counts %.0f/s in and pulsh %.0f/s acked", theirs, ours)
	if t.apart > apartAnswers {
		return ""
	}
	return name + ": " + t.now.Apart
}

func (g *producer) topic() string { return g.settings().Topic }

// learn takes what the broker says. The two counts can be held against each
// other while nobody else sends to the topic.
func (g *producer) learn(ctx context.Context, from broker.Admin, s broker.TopicStats) {
	g.truth.learn(s, "", time.Now())
	if g.truth.limitsDue(time.Now()) {
		g.truth.explain(ctx, from, g.topic())
	}
	own, _ := g.session.Snapshot().Group(g.name)
	if own.Producer == nil || s.Producers != g.current.count() || own.Running < 2*rateWindow {
		return
	}
	if note := g.truth.compare(g.name, own.Producer.Rate); note != "" {
		g.session.notes.say("%s", note)
	}
}

func (g *consumer) topic() string { return g.settings().Topic }

func (g *consumer) learn(_ context.Context, _ broker.Admin, s broker.TopicStats) {
	spec := g.settings()
	g.figures.partitions.Store(int64(len(s.Partitions)))
	if _, ok := s.Subscriptions[spec.Subscription]; ok {
		g.truth.learn(s, spec.Subscription, time.Now())
	}
}

// backlog is the truth of a consumer group in the form of its own snapshot.
func (t Truth) backlog() Backlog {
	return Backlog{Known: !t.At.IsZero(), Entries: t.BacklogEntries, Messages: t.BacklogMessages, Unacked: t.Unacked, At: t.At}
}
