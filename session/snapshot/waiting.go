package snapshot

import "time"

// Waiting is how long a stretch of the schedule is due and not yet sent.
func (p *Producer) Waiting() time.Duration {
	slots := float64(p.Due - p.Missed - p.Sent)
	return time.Duration(slots / float64(p.Target) * float64(time.Second))
}
