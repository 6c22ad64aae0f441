package metrics

import (
	"sync/atomic"
	"time"

	"pulsh/session/broker"
)

// ReceiveRecorder counts for part of a consumer group. Any number of goroutines
// may use one. Times are ns of the session's clock. It takes 185 KiB.
type ReceiveRecorder struct {
	E2E        Histogram // due → received
	Processing Histogram // received → acked

	_ [cacheLine]byte

	received, bytes, unstamped atomic.Int64
	_                          [cacheLine - 24]byte

	acked, nacked, ackFailed atomic.Int64
	_                        [cacheLine - 24]byte

	outcomes outcomeCounts
	failures *Failures
}

// Received counts n messages and the bytes of their payloads.
func (r *ReceiveRecorder) Received(n int, bytes int64) {
	r.received.Add(int64(n))
	r.bytes.Add(bytes)
}

// EndToEnd records the time from due to received of one stamped message. It is
// negative if the sender's clock is ahead by more than the message took.
func (r *ReceiveRecorder) EndToEnd(due, received int64) { r.E2E.Record(received - due) }

// EndToEndRun is EndToEnd for messages that were received at one instant, one for
// each due time.
func (r *ReceiveRecorder) EndToEndRun(dues []int64, received int64) {
	r.E2E.RecordSince(dues, received)
}

// Unstamped counts n of the received messages that pulsh did not send.
func (r *ReceiveRecorder) Unstamped(n int) { r.unstamped.Add(int64(n)) }

// Acked counts one acknowledged message and its processing time.
func (r *ReceiveRecorder) Acked(received, now int64) { r.AckedMany(received, now, 1) }

// AckedMany counts n messages that were received at one time and acknowledged
// at another.
func (r *ReceiveRecorder) AckedMany(received, now int64, n int) {
	r.acked.Add(int64(n))
	r.Processing.RecordMany(now-received, uint32(n))
}

// Nacked counts n negatively acknowledged messages.
func (r *ReceiveRecorder) Nacked(n int) { r.nacked.Add(int64(n)) }

// AckFailed counts n messages whose acknowledgement failed for one reason.
func (r *ReceiveRecorder) AckFailed(n int, c broker.Category, text string) {
	r.ackFailed.Add(int64(n))
	r.failures.Add(n, c, text)
}

// Failed counts n failures that are not acknowledgements.
func (r *ReceiveRecorder) Failed(n int, c broker.Category, text string) { r.failures.Add(n, c, text) }

// ReceiveCounts are the counters of a consumer group.
type ReceiveCounts struct {
	Received, Unstamped      int64
	Bytes                    int64 // payload of the received messages
	Acked, Nacked, AckFailed int64
	Outcomes                 Outcomes
}

// InFlight returns how many received messages have no outcome yet.
func (c ReceiveCounts) InFlight() int64 {
	return max(c.Received-c.Acked-c.Nacked-c.AckFailed-c.Outcomes[Released], 0)
}

func (c ReceiveCounts) minus(o ReceiveCounts) ReceiveCounts {
	return ReceiveCounts{
		Received: c.Received - o.Received, Unstamped: c.Unstamped - o.Unstamped, Bytes: c.Bytes - o.Bytes,
		Acked: c.Acked - o.Acked, Nacked: c.Nacked - o.Nacked, AckFailed: c.AckFailed - o.AckFailed,
		Outcomes: c.Outcomes.minus(o.Outcomes),
	}
}

// ReceiveShards are the recorders of a consumer group.
type ReceiveShards struct {
	E2E, Processing *Distribution
	Shards[ReceiveRecorder, ReceiveCounts]
}

// NewReceiveShards returns a set without recorders. now tells the time of a
// failure.
func NewReceiveShards(now func() time.Time) *ReceiveShards {
	failures := NewFailures(now)
	s := &ReceiveShards{E2E: NewDistribution(), Processing: NewDistribution()}
	s.Shards = Shards[ReceiveRecorder, ReceiveCounts]{
		Failures: failures,
		make:     func() *ReceiveRecorder { return &ReceiveRecorder{failures: failures} },
		count:    countReceipts,
		minus:    ReceiveCounts.minus,
		measured: []measured[ReceiveRecorder]{
			{s.E2E, func(r *ReceiveRecorder) *Histogram { return &r.E2E }},
			{s.Processing, func(r *ReceiveRecorder) *Histogram { return &r.Processing }},
		},
	}
	return s
}

// countReceipts adds up the counters of all recorders. It reads the outcomes
// before the messages received, so that no count of outcomes is ahead of them.
func countReceipts(all []*ReceiveRecorder) (c ReceiveCounts) {
	for _, r := range all {
		c.Acked += r.acked.Load()
		c.Nacked += r.nacked.Load()
		c.AckFailed += r.ackFailed.Load()
		c.Unstamped += r.unstamped.Load()
		r.outcomes.addTo(&c.Outcomes)
	}
	for _, r := range all {
		c.Received += r.received.Load()
		c.Bytes += r.bytes.Load()
	}
	return c
}
