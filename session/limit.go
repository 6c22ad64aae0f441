package session

import (
	"fmt"
	"time"

	"pulsh/session/pacing"
)

// A group keeps up while less than this stretch of its schedule waits to be
// sent, its queue is full when so much of it is in flight, and it waits for the
// batch delay when receipts take less than so many delays.
const (
	keepsUp     = 50 * time.Millisecond
	queueFull   = 0.9
	delayBounds = 2
)

// limit says what keeps a producer group below its target, or "" when that is
// its schedule.
func limit(p *ProducerSnapshot, spec ProducerSpec, cluster ClusterState) string {
	switch {
	case p.Target == 0 || !p.Target.IsMax() && p.waiting() < keepsUp:
		return ""
	case cluster != Up:
		return "connection: " + string(cluster)
	case p.Truth.Throttled && p.Truth.Limit != "":
		return "broker throttle: " + p.Truth.Limit
	case p.Truth.Throttled:
		return "broker throttle"
	case float64(p.InFlight) < queueFull*float64(p.Pending):
		return "client CPU"
	case p.Rate == 0:
		return "broker: nothing is acked"
	}
	service := p.Service.Recent.P50
	if spec.Batch > 1 && service < delayBounds*spec.Delay {
		return fmt.Sprintf("queue full: %d pending ÷ %s delay is %s", p.Pending, spec.Delay, pacing.Rate(float64(p.Pending)/spec.Delay.Seconds()))
	}
	return fmt.Sprintf("broker: %d pending, %s to an ack", p.Pending, service.Round(100*time.Microsecond))
}

// waiting is how long a stretch of the schedule is due and not yet sent.
func (p *ProducerSnapshot) waiting() time.Duration {
	slots := float64(p.Due - p.Missed - p.Sent)
	return time.Duration(slots / float64(p.Target) * float64(time.Second))
}
