package conn

import "time"

// Backoff is how long to wait between attempts to connect: doubling, with up to
// a fifth more so that many clients do not come at once.
type Backoff struct {
	First, Most time.Duration
	next        time.Duration
}

// Next is how long to wait before the next attempt; random is from 0 to 1.
func (b *Backoff) Next(random float64) time.Duration {
	wait := max(b.next, b.First)
	b.next = min(2*wait, b.Most)
	const jitter = 0.2
	return wait + time.Duration(float64(wait)*jitter*random)
}

// Reset starts over after a success.
func (b *Backoff) Reset() { b.next = 0 }
