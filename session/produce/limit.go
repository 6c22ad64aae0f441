package produce

import (
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

const (
	// waitingMax is how far behind its schedule a group may be that keeps up.
	waitingMax = 50 * time.Millisecond
	// queueFull is the share of the queue above which the queue counts as full.
	queueFull = 0.9
	// delaysMax is the service time, in batch delays, below which the batch delay
	// holds the group up, and not the broker.
	delaysMax = 2
)

// unansweredMax is the work of the schedule, in time, that may be in flight while a
// group keeps up: a broker that takes a second to answer is behind.
const unansweredMax = time.Second

// What holds up a group that has room in its queue and does not fill it, by its engine.
const (
	clientLimit = "client CPU"
	wireLimit   = "pulsh CPU"
)

// transactionLimit says how fast the transactions end that a group waits for.
func transactionLimit(t *snapshot.Transactions) string {
	took := t.Commit.Recent.P50
	if t.Commit.Recent.Count == 0 {
		return fmt.Sprintf("transactions: %d open, and none was committed in the last second", t.Open)
	}
	return fmt.Sprintf("transactions: %.1f/s, %s to a commit", t.Rate, took.Round(100*time.Microsecond))
}

// limit returns what keeps a group below its target, or "" if nothing does. trouble
// is the reason of recent failures, "" if there were none.
func limit(p *snapshot.Producer, settings spec.Producer, engine broker.Engine, cluster snapshot.ClusterState, trouble string) string {
	late := p.Target.IsMax() || p.Waiting() >= waitingMax
	unanswered := !p.Target.IsMax() && float64(p.InFlight) > max(1, float64(p.Target)*unansweredMax.Seconds())
	switch {
	case p.Target == 0 || !late && !unanswered && trouble == "":
		return ""
	case cluster != snapshot.Up:
		return "connection: " + string(cluster)
	case trouble != "":
		return trouble
	case p.Broker.Throttled && p.Broker.Limit != "":
		return "broker throttle: " + p.Broker.Limit
	case p.Broker.Throttled:
		return "broker throttle"
	case p.Broker.BacklogFull && p.Rate == 0:
		return "broker: the backlog is full" // producer_request_hold: it answers nothing
	case p.Rate == 0 && p.InFlight > 0:
		return "broker: nothing is acked"
	case !unanswered && float64(p.InFlight) < queueFull*float64(p.Pending):
		if engine == broker.WireEngine {
			return wireLimit
		}
		return clientLimit
	}
	service := p.Service.Recent.P50
	if p.Pending < settings.Pending {
		return fmt.Sprintf("memory_limit: %d pending of %s, %s to an ack", p.InFlight, p.Size, service.Round(100*time.Microsecond))
	}
	if settings.Batch > 1 && service < delaysMax*settings.Delay {
		return fmt.Sprintf("queue full: %d pending ÷ %s delay is %s", p.Pending, settings.Delay, pacing.Rate(float64(p.Pending)/settings.Delay.Seconds()))
	}
	return fmt.Sprintf("broker: %d pending, %s to an ack", p.InFlight, service.Round(100*time.Microsecond))
}

// troubleFor is how long a failure counts as recent: attempts to open a producer are
// a few seconds apart.
const troubleFor = 5 * time.Second

// trouble returns the reason of the latest failures that the broker has named, ""
// if there are none or the group is answered all the same.
func trouble(failures []metrics.Failure, rate float64, now time.Time) string {
	if rate > 0 {
		return ""
	}
	var latest *metrics.Failure
	for i := range failures {
		f := &failures[i]
		switch f.Category {
		case broker.TopicTerminated, broker.BacklogFull, broker.NotAuthorised, broker.Busy, broker.Gone, broker.TooLarge:
			if now.Sub(f.Last.At) < troubleFor && (latest == nil || f.Last.At.After(latest.Last.At)) {
				latest = f
			}
		}
	}
	switch {
	case latest == nil:
		return ""
	case latest.Category == broker.BacklogFull:
		return "broker: the backlog is full"
	}
	return "broker: " + latest.Last.Text
}
