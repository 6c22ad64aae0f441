package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
)

// ReceiveRecorder is one shard of what a consumer group counts. Any number of
// goroutines may use one. Times are ns of the session's one clock. It takes
// 185 KiB.
type ReceiveRecorder struct {
	E2E        Histogram // due → received
	Processing Histogram // received → acked

	_ [cacheLine]byte

	received, bytes, redelivered, unstamped atomic.Int64
	_                                       [cacheLine - 32]byte

	acked, nacked, ackFailed atomic.Int64
	_                        [cacheLine - 24]byte

	outcomes outcomeCounts
	failures *Failures
}

// NewReceiveRecorder returns a shard that stands alone. now tells the time of
// a failure. Groups get theirs from ReceiveShards.
func NewReceiveRecorder(now func() time.Time) *ReceiveRecorder {
	return &ReceiveRecorder{failures: NewFailures(now)}
}

// Received counts n messages with the bytes of their payloads.
func (r *ReceiveRecorder) Received(n int, bytes int64) {
	r.received.Add(int64(n))
	r.bytes.Add(bytes)
}

// EndToEnd records the time from due to received of one stamped message. It is
// negative if the clocks of two hosts differ by more than it took.
func (r *ReceiveRecorder) EndToEnd(due, received int64) { r.E2E.Record(received - due) }

// EndToEndRun is EndToEnd for messages that were received at one instant.
func (r *ReceiveRecorder) EndToEndRun(dues []int64, received int64) {
	r.E2E.RecordSince(dues, received)
}

// Redelivered counts n of the received messages as delivered before.
func (r *ReceiveRecorder) Redelivered(n int) { r.redelivered.Add(int64(n)) }

// Unstamped counts n of the received messages as not sent by pulsh.
func (r *ReceiveRecorder) Unstamped(n int) { r.unstamped.Add(int64(n)) }

// Acked counts one acknowledged message and its processing time.
func (r *ReceiveRecorder) Acked(received, now int64) { r.AckedMany(received, now, 1) }

// AckedMany counts n messages received at one instant and acknowledged at one.
func (r *ReceiveRecorder) AckedMany(received, now int64, n int) {
	r.acked.Add(int64(n))
	r.Processing.RecordMany(now-received, uint32(n))
}

// Nacked counts n messages that were given back.
func (r *ReceiveRecorder) Nacked(n int) { r.nacked.Add(int64(n)) }

// AckFailed counts n messages whose acknowledgement failed for one cause.
func (r *ReceiveRecorder) AckFailed(n int, c broker.Category, text string) {
	r.ackFailed.Add(int64(n))
	r.failures.Add(n, c, text)
}

// Failed notes n failures that are no acknowledgements.
func (r *ReceiveRecorder) Failed(n int, c broker.Category, text string) { r.failures.Add(n, c, text) }

// ReceiveCounts are the counters of a consumer group.
type ReceiveCounts struct {
	Received, Redelivered, Unstamped int64
	Bytes                            int64 // payload of the received messages
	Acked, Nacked, AckFailed         int64
	Outcomes                         Outcomes
}

// InFlight is how many messages were received and have no end yet.
func (c ReceiveCounts) InFlight() int64 {
	return max(c.Received-c.Acked-c.Nacked-c.AckFailed-c.Outcomes[Released], 0)
}

func (c ReceiveCounts) minus(o ReceiveCounts) ReceiveCounts {
	return ReceiveCounts{
		Received: c.Received - o.Received, Redelivered: c.Redelivered - o.Redelivered,
		Unstamped: c.Unstamped - o.Unstamped, Bytes: c.Bytes - o.Bytes,
		Acked: c.Acked - o.Acked, Nacked: c.Nacked - o.Nacked, AckFailed: c.AckFailed - o.AckFailed,
		Outcomes: c.Outcomes.minus(o.Outcomes),
	}
}

// ReceiveShards is a consumer group's set of recorders and what was read from
// them. Recorders never wait for a reader.
type ReceiveShards struct {
	E2E, Processing *Distribution
	Failures        *Failures

	lent lent[ReceiveRecorder]

	mu             sync.Mutex
	scratch        []*ReceiveRecorder
	histograms     []*Histogram
	lifetime, base ReceiveCounts
}

// NewReceiveShards returns a set without shards. now tells the time of a failure.
func NewReceiveShards(now func() time.Time) *ReceiveShards {
	s := &ReceiveShards{
		E2E:        NewDistribution(),
		Processing: NewDistribution(),
		Failures:   NewFailures(now),
	}
	s.lent.make = func() *ReceiveRecorder { return &ReceiveRecorder{failures: s.Failures} }
	return s
}

// Attach lends a recorder to a consumer, until Retire. Recorders are safe to
// share: past 64 consumers a group should let several use one.
func (s *ReceiveShards) Attach() *ReceiveRecorder { return s.lent.attach() }

// Retire takes a closed consumer's recorder back. What it has counted stays in
// the totals.
func (s *ReceiveShards) Retire(r *ReceiveRecorder) { s.lent.retire(r) }

// Collect makes a cut: it reads all shards into the counts and distributions.
// Outcomes are read before what was received, so none precedes its message.
func (s *ReceiveShards) Collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scratch = s.lent.shards(s.scratch[:0])
	var c ReceiveCounts
	for _, r := range s.scratch {
		c.Acked += r.acked.Load()
		c.Nacked += r.nacked.Load()
		c.AckFailed += r.ackFailed.Load()
		c.Redelivered += r.redelivered.Load()
		c.Unstamped += r.unstamped.Load()
		r.outcomes.addTo(&c.Outcomes)
	}
	for _, r := range s.scratch {
		c.Received += r.received.Load()
		c.Bytes += r.bytes.Load()
	}
	s.lifetime = c
	s.collect(s.E2E, func(r *ReceiveRecorder) *Histogram { return &r.E2E })
	s.collect(s.Processing, func(r *ReceiveRecorder) *Histogram { return &r.Processing })
}

func (s *ReceiveShards) collect(d *Distribution, of func(*ReceiveRecorder) *Histogram) {
	s.histograms = s.histograms[:0]
	for _, r := range s.scratch {
		s.histograms = append(s.histograms, of(r))
	}
	d.Collect(s.histograms...)
}

// Log tells when the last cut was made, for the intervals of the distributions.
func (s *ReceiveShards) Log(at time.Time) {
	s.E2E.Log(at)
	s.Processing.Log(at)
}

// Counts are the counters as of the last cut, since the last reset.
func (s *ReceiveShards) Counts() ReceiveCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime.minus(s.base)
}

// Lifetime are the counters as of the last cut, resets or not: what rates are
// made from.
func (s *ReceiveShards) Lifetime() ReceiveCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime
}

// Reset starts counts, distributions and failures anew, from now on: what was
// recorded until now is collected first.
func (s *ReceiveShards) Reset() {
	s.Collect()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = s.lifetime
	s.E2E.Reset()
	s.Processing.Reset()
	s.Failures.Reset()
}
