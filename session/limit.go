package session

import "fmt"

// A group is held down when it sends less than this share of its target, and
// its queue is full when so much of it is in flight.
const (
	heldDown  = 0.98
	queueFull = 0.9
)

// limit says what keeps a producer group below its target, or "".
func limit(p *ProducerSnapshot) string {
	if p.Target == 0 || p.SentPerSecond >= heldDown*float64(p.Target) {
		return ""
	}
	switch {
	case float64(p.InFlight) >= queueFull*float64(p.Pending) && p.Rate == 0:
		return "the broker: nothing is acked"
	case float64(p.InFlight) >= queueFull*float64(p.Pending):
		return fmt.Sprintf("the queue is full: %d pending", p.Pending)
	case p.Target.IsMax():
		return ""
	}
	return "client CPU"
}
