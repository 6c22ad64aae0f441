package snapshot

import "time"

// Waiting returns how far the sending is behind the schedule: the time that the
// messages which are due and not yet sent take at the target rate.
func (p *Producer) Waiting() time.Duration {
	slots := float64(p.Due - p.Missed - p.Sent)
	return time.Duration(slots / float64(p.Target) * float64(time.Second))
}
