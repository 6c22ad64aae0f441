package session

import (
	"fmt"
	"time"
)

// A group keeps up while less than this stretch of its schedule waits to be
// sent, and its queue is full when so much of it is in flight.
const (
	keepsUp   = 50 * time.Millisecond
	queueFull = 0.9
)

// limit says what keeps a producer group below its target, or "" when that is
// its schedule.
func limit(p *ProducerSnapshot) string {
	if p.Target == 0 || !p.Target.IsMax() && p.waiting() < keepsUp {
		return ""
	}
	if float64(p.InFlight) < queueFull*float64(p.Pending) {
		return "client CPU"
	}
	if p.Rate == 0 {
		return "the broker: nothing is acked"
	}
	return fmt.Sprintf("queue full: %d pending ÷ %s", p.Pending, p.Service.Recent.P50.Round(time.Microsecond))
}

// waiting is how long a stretch of the schedule is due and not yet sent.
func (p *ProducerSnapshot) waiting() time.Duration {
	slots := float64(p.Due - p.Missed - p.Sent)
	return time.Duration(slots / float64(p.Target) * float64(time.Second))
}
