package session

import (
	"context"
	"fmt"
	"math"
	"slices"
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
	Spread          Spread // over the partitions: what comes in for a producer group, what waits for a consumer group
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

// asking is a group that wants to know what the broker says of its topics.
type asking interface {
	group
	topics() []string
	state() State
	learn(ctx context.Context, from broker.Admin, own answers) []event
	happened(e event)
}

func (s *Session) poll(ctx context.Context) {
	link, groups := s.askers()
	if link == nil || link.Admin == nil || link.state() != Up {
		return
	}
	var topics []string
	for _, g := range groups {
		for _, topic := range g.topics() {
			if full := whole(topic); !slices.Contains(topics, full) {
				topics = append(topics, full)
			}
		}
	}
	got, failed := ask(ctx, link.Admin, topics)
	events := map[event][]asking{}
	for _, g := range groups {
		own, ok := got.of(g.topics(), failed)
		if !ok {
			continue // the last answer stands, with its time
		}
		for _, e := range g.learn(ctx, link.Admin, own) {
			events[e] = append(events[e], g)
		}
	}
	s.tell(events)
}

func (s *Session) askers() (*connection, []asking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var active []asking
	for _, g := range s.groups {
		if a, ok := g.(asking); ok && a.state().active() {
			active = append(active, a)
		}
	}
	return s.link, active
}

// truths turns answers about a group's topics into figures.
type truths struct {
	mu        sync.Mutex
	now       Truth
	before    map[string]counters
	answered  answers // the last
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

// learn takes answers; subscription is "" for a producer group. It tells what
// has happened since those before.
func (t *truths) learn(own answers, subscription string, now time.Time) []event {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, counted := own.sum(subscription), own.counters(subscription)
	before, out := t.now, s.Subscriptions[subscription]
	next := Truth{
		At: now, Messages: s.MessagesIn, Storage: s.StorageBytes, Producers: s.Producers,
		BacklogEntries: out.BacklogEntries, Unacked: out.Unacked,
		BacklogMessages: int64(math.Round(float64(out.BacklogEntries) * max(s.MessagesPerEntry, 1))),
		Limit:           before.Limit,
	}
	grownIn, grownOut, events := compareCounters(t.before, counted, subscription)
	apart := now.Sub(before.At)
	if before.At.IsZero() {
		apart = 0
	}
	next.Spread = own.spread(t.answered, subscription, apart)
	if span := apart.Seconds(); span > 0 {
		next.InPerSecond, next.OutPerSecond = float64(grownIn)/span, float64(grownOut)/span
		next.Throttled = s.Throttled > t.throttled
	}
	t.before, t.answered, t.throttled, t.now = counted, own, s.Throttled, next
	return events
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

func (g *producer) topics() []string { return []string{g.settings().Topic} }

// learn takes what the broker says. The two counts can be held against each
// other while nobody else sends to the topic.
func (g *producer) learn(ctx context.Context, from broker.Admin, own answers) []event {
	events := g.truth.learn(own, "", time.Now())
	if g.truth.limitsDue(time.Now()) {
		g.truth.explain(ctx, from, g.settings().Topic)
	}
	at, _ := g.session.Snapshot().Group(g.name)
	if at.Producer == nil || own.sum("").Producers != g.current.count() || at.Running < 2*rateWindow {
		return events
	}
	if note := g.truth.compare(g.name, at.Producer.Rate); note != "" {
		g.session.notes.say("%s", note)
	}
	return events
}

func (g *consumer) learn(_ context.Context, _ broker.Admin, own answers) []event {
	spec := g.settings()
	partitions := 0
	for _, s := range own {
		partitions += len(s.Partitions)
	}
	g.figures.partitions.Store(int64(partitions))
	if _, ok := own.sum(spec.Subscription).Subscriptions[spec.Subscription]; !ok {
		return nil
	}
	return g.truth.learn(own, spec.Subscription, time.Now())
}

// backlog is the truth of a consumer group in the form of its own snapshot.
func (t Truth) backlog() Backlog {
	return Backlog{Known: !t.At.IsZero(), Entries: t.BacklogEntries, Messages: t.BacklogMessages, Unacked: t.Unacked, At: t.At}
}
