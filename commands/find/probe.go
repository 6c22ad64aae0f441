package find

import (
	"context"
	"fmt"
	"math"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// The durations of a probe, each with its reason.
const (
	settleTime   = 3 * time.Second        // figures are those of the last second, and the broker's come once a second
	drainTime    = 2 * time.Minute        // for what a failed probe has left: then the consumers do not keep up at all
	behindMax    = time.Second            // further behind, the rate is out of reach
	growthMax    = time.Second            // of messages by which a backlog may grow: more is no fluctuation
	debtMax      = 0.005                  // the share of the messages of a probe by which the debt may grow: more would add up
	limitsMin    = 5                      // samples in which a limit shows before it is named: fewer are chance
	pendingFloor = 20 * time.Millisecond  // of messages: a batch or two more or less are pending at any time
	backlogFloor = 100 * time.Millisecond // likewise: receipts and messages take different ways, each with its pauses
	untrueMax    = 0.2                    // the share of the time for which the condition may be untrue: a single pause shows for a second
)

// Probe is the result of one rate.
type Probe struct {
	At      time.Time
	Rate    pacing.Rate
	Holds   bool
	Reached float64 // messages acked per second, on average
	Why     string  // why it failed, or ""
	Limit   string  // what limited the rate, or ""
	Took    time.Duration
}

// probing is a probe that goes on. Its look is called with every sample.
type probing struct {
	Probe
	group     string
	condition snapshot.Condition
	hold      time.Duration

	counted  bool
	flow     flow              // at the first sample
	measured time.Time         // when the settling ended, or zero
	settled  flow              // at that time
	debts    map[string]*debts // of the group under pendingDebt, and of those that receive
	limits   int               // samples with a limit
	backlogs map[string]int64
	last     time.Time
	untrue   time.Duration
	reason   string // of the last sample that was untrue
}

// look takes a sample and reports whether the probe is over.
func (p *probing) look(s *snapshot.Snapshot) bool {
	g, ok := s.Group(p.group)
	if !ok || g.State != snapshot.Running || g.Producer == nil {
		p.Why = p.group + " does not run any more"
		return true
	}
	since := s.At.Sub(p.At)
	if g.Producer.Limit != "" {
		p.Limit = g.Producer.Limit
		p.limits++
	}
	now := flowOf(s, g)
	if !p.counted {
		p.counted, p.flow = true, now
	}
	if name, short := now.behind(p.flow); float64(short) > float64(p.Rate)*growthMax.Seconds() {
		return p.fallsBehind(s, name)
	}
	if why := p.outOfReach(s, g); why != "" {
		return p.fail(s, why)
	}
	if since < settleTime {
		return false
	}
	if p.measured.IsZero() {
		p.measured, p.last, p.settled = s.At, s.At, now
		return false
	}
	if why := p.wrong(s, g); why != "" {
		p.untrue += s.At.Sub(p.last)
		p.reason = why
	}
	p.last = s.At
	measured := s.At.Sub(p.measured)
	p.owe(now, measured)
	p.Reached = float64(now.acked-p.settled.acked) / measured.Seconds()
	switch {
	case p.untrue.Seconds() > untrueMax*p.hold.Seconds():
		return p.fail(s, p.reason)
	case measured < p.hold:
		return false
	case p.grows(pendingDebt):
		return p.fail(s, "more and more messages are pending")
	}
	for name := range now.received {
		if p.grows(name) {
			return p.fallsBehind(s, name)
		}
	}
	p.Holds, p.Limit, p.Took = true, "", since
	return true
}

// flow is the number of messages that have passed a producer group and those that
// receive from it.
type flow struct {
	due, acked int64
	received   map[string]int64 // by the name of the consumer group
}

// flowOf counts the messages of a group. Groups that receive other messages too, or
// share a subscription, are left out: what they receive says nothing.
func flowOf(s *snapshot.Snapshot, g snapshot.Group) flow {
	f := flow{due: g.Producer.Due - g.Producer.Missed, acked: g.Producer.Acked + g.Producer.Failed, received: map[string]int64{}}
	for _, c := range receivers(s, g) {
		if len(c.Topics) == 1 && c.Consumer.SharedWith == "" && c.Consumer.Judged() {
			f.received[c.Name] = c.Consumer.Received
		}
	}
	return f
}

// behind returns the consumer group that has received the fewest of the messages since
// an earlier flow, and how many it lacks.
func (f flow) behind(since flow) (name string, short int64) {
	for one, n := range f.received {
		before, known := since.received[one]
		if lacks := f.acked - since.acked - (n - before); known && (lacks > short || lacks == short && one < name) {
			name, short = one, lacks
		}
	}
	return name, short
}

// pendingDebt is the name of the messages that are due and not acked yet, among those
// of consumer groups, which lack messages that were acked.
const pendingDebt = ""

// debts are the least debts in the first and the last third of a probe. A fluctuation
// returns to the least; a debt that adds up does not.
type debts struct{ first, last int64 }

// owe takes the debts of a sample.
func (p *probing) owe(now flow, measured time.Duration) {
	take := func(name string, debt int64) {
		d := p.debts[name]
		if d == nil {
			d = &debts{math.MaxInt64, math.MaxInt64}
			p.debts[name] = d
		}
		if 3*measured <= p.hold {
			d.first = min(d.first, debt)
		}
		if 3*measured >= 2*p.hold {
			d.last = min(d.last, debt)
		}
	}
	take(pendingDebt, now.due-now.acked)
	for name, n := range now.received {
		if before, known := p.settled.received[name]; known {
			take(name, now.acked-p.settled.acked-(n-before))
		}
	}
}

// grows reports whether a debt has grown by more than fluctuations explain.
func (p *probing) grows(name string) bool {
	d := p.debts[name]
	if d == nil || d.first == math.MaxInt64 || d.last == math.MaxInt64 {
		return false
	}
	floor := backlogFloor
	if name == pendingDebt {
		floor = pendingFloor
	}
	return float64(d.last-d.first) > max(float64(p.Rate)*floor.Seconds(), debtMax*float64(p.Rate)*p.hold.Seconds()*2/3)
}

// fallsBehind fails the probe because of a consumer group.
func (p *probing) fallsBehind(s *snapshot.Snapshot, name string) bool {
	over := p.fail(s, fmt.Sprintf("the backlog of %s grows", name))
	if g, ok := s.Group(name); ok && g.Consumer != nil && g.Consumer.Limit != "" {
		p.Limit = name + ": " + g.Consumer.Limit
	}
	return over
}

// slowest tells which part of the latency is the larger, where a probe ended before the
// group itself could tell what limits it.
func slowest(p *snapshot.Producer) string {
	lag, service := p.Lag.Recent.P99, p.Service.Recent.P99
	switch {
	case p.Broker.Throttled:
		return "broker throttle"
	case p.Latency.Recent.Count == 0:
		return ""
	case lag > service:
		return fmt.Sprintf("pulsh or its client: p99 %s from due to sent", graphs.Latency(float64(lag)))
	}
	return fmt.Sprintf("broker: p99 %s to an ack", graphs.Latency(float64(service)))
}

func (p *probing) fail(s *snapshot.Snapshot, why string) bool {
	p.Why, p.Took = why, s.At.Sub(p.At)
	if g, ok := s.Group(p.group); p.limits < limitsMin && ok && g.Producer != nil && g.Producer.Limit == "" {
		p.Limit = slowest(g.Producer)
	}
	if p.Reached == 0 {
		g, _ := s.Group(p.group)
		p.Reached = g.Producer.Rate
	}
	return true
}

// outOfReach returns why the probe fails at once, settled or not: the group is behind,
// or a backlog grows.
func (p *probing) outOfReach(s *snapshot.Snapshot, g snapshot.Group) string {
	if s.At.Sub(p.At) > behindMax && g.Producer.Waiting() > behindMax {
		return "more than a second behind the schedule"
	}
	for _, c := range receivers(s, g) {
		before, known := p.backlogs[c.Name]
		switch now := c.Consumer.Backlog; {
		case !now.Known || !now.At.After(p.At):
		case !known:
			p.backlogs[c.Name] = now.Messages
		case float64(now.Messages-before) > 2*float64(p.Rate)*growthMax.Seconds():
			return fmt.Sprintf("the backlog of %s grows: %s", c.Name, graphs.Count(float64(now.Messages)))
		}
	}
	for _, t := range p.condition.Terms {
		if v := s.Value(t.Metric); t.Metric.Figure == "backlog" && s.At.Sub(p.At) > time.Second && v == v && !t.Holds(v) {
			return fmt.Sprintf("%s was %s", t.Metric, conditions.Measured(t, v))
		}
	}
	return ""
}

// wrong returns why a sample speaks against the rate, "" if it does not.
func (p *probing) wrong(s *snapshot.Snapshot, g snapshot.Group) string {
	if !p.condition.Holds(s) {
		t := conditions.Failing(p.condition, s)
		return fmt.Sprintf("%s was %s", t.Metric, conditions.Measured(t, s.Value(t.Metric)))
	}
	if g.Producer.Limit != "" {
		return "the rate was not reached"
	}
	return ""
}

// receivers returns the running consumer groups that receive from the topic of a producer
// group, on its cluster.
func receivers(s *snapshot.Snapshot, of snapshot.Group) (all []snapshot.Group) {
	for _, g := range s.Groups {
		if g.Consumer != nil && g.State == snapshot.Running && g.Cluster == of.Cluster && answers.Receives(g, of.Topic) {
			all = append(all, g)
		}
	}
	return all
}

// drain pauses the group until all that it has sent is acked, and the backlogs are as
// small as before the search.
func drain(ctx context.Context, c *host.Call, name string, baseline map[string]int64) error {
	if err := c.Env.Session.Pause(name); err != nil {
		return err
	}
	begin := c.Env.Now()
	c.Changed.Store(begin.UnixNano())
	left := ""
	c.Until(drainTime, func() string { return "draining before the next probe" })
	err := c.Watch(ctx, func(s *snapshot.Snapshot) bool {
		left = debt(s, name, baseline, begin)
		return left == "" || s.At.Sub(begin) > drainTime
	})
	if err != nil {
		return err
	}
	if left != "" {
		return c.Fail("show "+name, "%s after %s of draining", left, pacing.FormatDuration(drainTime))
	}
	return nil
}

// debt returns what a failed probe has left to do, "" for nothing.
func debt(s *snapshot.Snapshot, name string, baseline map[string]int64, since time.Time) string {
	g, ok := s.Group(name)
	if !ok || g.Producer == nil {
		return ""
	}
	if p := g.Producer; p.InFlight > 0 {
		return graphs.Plural(p.InFlight, "message") + " still pending"
	}
	for _, c := range receivers(s, g) {
		b := c.Consumer.Backlog
		if b.Known && (!b.At.After(since.Add(time.Second)) || b.Messages > baseline[c.Name]) {
			return fmt.Sprintf("%s has a backlog of %s", c.Name, graphs.Count(float64(b.Messages)))
		}
	}
	return ""
}
