package metrics

import "sync/atomic"

// Outcome is an outcome of a received message other than an ack or a nack, the reason of
// a redelivery, or what was noticed of a message.
type Outcome uint8

// The outcomes. Those that begin with Redelivered count redeliveries by their
// reason.
const (
	Dropped               Outcome = iota // left unacknowledged on purpose
	Released                             // its consumer closed while it held the message
	DeadLettered                         // stored in the dead-letter topic
	Retried                              // stored in the retry topic
	ForwardFailed                        // could not be stored in either topic
	RedeliveredNack                      // after a nack
	RedeliveredDrop                      // after it was dropped
	RedeliveredDisconnect                // after its consumer closed or lost its connection
	RedeliveredSeek                      // after a seek back
	RedeliveredUnknown                   // for an unknown reason
	Chunked                              // came in several chunks
	Undecrypted                          // entries that could not be decrypted
	Undecoded                            // did not fit their schema
	Discarded                            // entries that the engine threw away as damaged
	outcomes
)

// Outcomes are counts, indexed by Outcome.
type Outcomes [outcomes]int64

func (o Outcomes) minus(base Outcomes) Outcomes {
	for i := range o {
		o[i] -= base[i]
	}
	return o
}

// outcomeCounts are the Outcomes of one recorder.
type outcomeCounts [outcomes]atomic.Int64

func (c *outcomeCounts) addTo(sum *Outcomes) {
	for i := range c {
		sum[i] += c[i].Load()
	}
}

// Count counts n messages of one outcome.
func (r *ReceiveRecorder) Count(o Outcome, n int) { r.outcomes[o].Add(int64(n)) }
