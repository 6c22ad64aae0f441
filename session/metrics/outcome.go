package metrics

import "sync/atomic"

// Outcome is what else can become of a received message, beside being
// acknowledged or given back, or why it came again.
type Outcome uint8

// The outcomes. Again… count deliveries of messages that had come before.
const (
	Dropped               Outcome = iota // neither acknowledged nor given back, on purpose
	Released                             // given up by its consumer's end, to come again
	DeadLettered                         // stored in the dead-letter topic
	Retried                              // stored in the retry topic
	ForwardFailed                        // could not be stored in either
	RedeliveredNack                      // it had been given back
	RedeliveredDrop                      // it had been dropped
	RedeliveredDisconnect                // its consumer had closed or lost its connection
	RedeliveredSeek                      // the subscription was moved back
	RedeliveredUnknown                   // none of these is known
	outcomes
)

// Outcomes are counts by Outcome.
type Outcomes [outcomes]int64

func (o Outcomes) minus(base Outcomes) Outcomes {
	for i := range o {
		o[i] -= base[i]
	}
	return o
}

// outcomeCounts are a recorder's.
type outcomeCounts [outcomes]atomic.Int64

func (c *outcomeCounts) addTo(sum *Outcomes) {
	for i := range c {
		sum[i] += c[i].Load()
	}
}

// Count counts n messages of one outcome.
func (r *ReceiveRecorder) Count(o Outcome, n int) { r.outcomes[o].Add(int64(n)) }
