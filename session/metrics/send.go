package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
)

// SendRecorder is one shard of what a producer group counts, for one lane or
// connection. Workers call Sent; the callbacks' goroutine calls the others; any
// number of goroutines may do either. Times are ns of the session's one clock.
// It takes 280 KiB.
type SendRecorder struct {
	Latency Histogram // due → acked
	Service Histogram // sent → acked
	Lag     Histogram // due → sent

	_           [cacheLine]byte
	sent, bytes atomic.Int64 // the workers' line
	_           [cacheLine - 16]byte

	acked, batches, unknown, failed atomic.Int64 // the callbacks' line
	_                               [cacheLine - 32]byte

	failures *Failures
}

// NewSendRecorder returns a shard that stands alone. now tells the time of a
// failure. Groups get theirs from SendShards.
func NewSendRecorder(now func() time.Time) *SendRecorder {
	return &SendRecorder{failures: NewFailures(now)}
}

// Sent counts n messages that were handed to the client, with the bytes of
// their payloads. Called before the hand-over, it never falls behind Acked.
func (r *SendRecorder) Sent(n int, bytes int64) {
	r.sent.Add(int64(n))
	r.bytes.Add(bytes)
}

// Acked counts one receipt: its latency, service time and lag, and a batch if
// it is the first message of one.
func (r *SendRecorder) Acked(due, sent, now int64, firstOfBatch bool) {
	batches := 0
	if firstOfBatch {
		batches = 1
	}
	r.AckedAlike(1, batches, due, sent, now)
}

// AckedAlike counts n receipts of messages that were due, sent and answered at
// the same times, and the batches that they began.
func (r *SendRecorder) AckedAlike(n, batches int, due, sent, now int64) {
	r.acked.Add(int64(n))
	if batches > 0 {
		r.batches.Add(int64(batches))
	}
	r.Latency.RecordMany(now-due, uint32(n))
	r.Service.RecordMany(now-sent, uint32(n))
	r.Lag.RecordMany(sent-due, uint32(n))
}

// AckedRun counts receipts of messages that were sent at one instant, each with
// its own due time, and the batches that they began. Neighbours whose times fall
// into one counter are added together, so a run costs a tenth of what as many
// calls of AckedAlike do.
func (r *SendRecorder) AckedRun(dues []int64, batches int, sent, now int64) {
	if len(dues) == 0 {
		return
	}
	r.acked.Add(int64(len(dues)))
	if batches > 0 {
		r.batches.Add(int64(batches))
	}
	r.Latency.RecordSince(dues, now)
	r.Service.RecordMany(now-sent, uint32(len(dues)))
	r.Lag.RecordSince(dues, sent)
}

// Failed counts one message that the client or the broker has refused.
func (r *SendRecorder) Failed(c broker.Category, text string) { r.FailedRun(1, c, text) }

// FailedRun counts n messages refused for one cause.
func (r *SendRecorder) FailedRun(n int, c broker.Category, text string) {
	r.failed.Add(int64(n))
	r.failures.Add(n, c, text)
}

// Unknown counts n messages that were without an answer when their lane closed.
func (r *SendRecorder) Unknown(n int) { r.unknown.Add(int64(n)) }

// InFlight is how many messages of this shard are sent and have no outcome yet.
func (r *SendRecorder) InFlight() int64 {
	done := r.acked.Load() + r.failed.Load() + r.unknown.Load()
	return max(r.sent.Load()-done, 0)
}

// SendCounts are the counters of a producer group. Sent ≥ Acked + Failed +
// Unknown holds at any instant for the lifetime counts; after a reset, answers
// to what was sent before it still come in.
type SendCounts struct {
	Sent, Acked, Failed, Unknown int64
	Bytes                        int64 // payload of the sent messages
	Batches                      int64 // acked batches
}

func (c SendCounts) minus(o SendCounts) SendCounts {
	return SendCounts{
		Sent: c.Sent - o.Sent, Acked: c.Acked - o.Acked,
		Failed: c.Failed - o.Failed, Unknown: c.Unknown - o.Unknown,
		Bytes: c.Bytes - o.Bytes, Batches: c.Batches - o.Batches,
	}
}

// SendShards is a producer group's set of recorders and what was read from
// them. Recorders never wait for a reader.
type SendShards struct {
	Latency, Service, Lag *Distribution
	Failures              *Failures

	lent lent[SendRecorder]

	mu             sync.Mutex
	scratch        []*SendRecorder
	histograms     []*Histogram
	lifetime, base SendCounts
}

// NewSendShards returns a set without shards. now tells the time of a failure.
func NewSendShards(now func() time.Time) *SendShards {
	s := &SendShards{
		Latency:  NewDistribution(),
		Service:  NewDistribution(),
		Lag:      NewDistribution(),
		Failures: NewFailures(now),
	}
	s.lent.make = func() *SendRecorder { return &SendRecorder{failures: s.Failures} }
	return s
}

// Attach lends a recorder to a lane, until Retire. Recorders are safe to
// share: past 64 lanes a group should let several lanes use one.
func (s *SendShards) Attach() *SendRecorder { return s.lent.attach() }

// Retire takes a closed lane's recorder back. What it has counted, and what
// late answers still count in it, stays in the totals.
func (s *SendShards) Retire(r *SendRecorder) { s.lent.retire(r) }

// Collect makes a cut: it reads all shards into the counts and distributions.
// Outcomes are read before what was sent, so no answer precedes its message.
func (s *SendShards) Collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scratch = s.lent.shards(s.scratch[:0])
	var c SendCounts
	for _, r := range s.scratch {
		c.Acked += r.acked.Load()
		c.Failed += r.failed.Load()
		c.Unknown += r.unknown.Load()
		c.Batches += r.batches.Load()
	}
	for _, r := range s.scratch {
		c.Sent += r.sent.Load()
		c.Bytes += r.bytes.Load()
	}
	s.lifetime = c
	s.collect(s.Latency, func(r *SendRecorder) *Histogram { return &r.Latency })
	s.collect(s.Service, func(r *SendRecorder) *Histogram { return &r.Service })
	s.collect(s.Lag, func(r *SendRecorder) *Histogram { return &r.Lag })
}

func (s *SendShards) collect(d *Distribution, of func(*SendRecorder) *Histogram) {
	s.histograms = s.histograms[:0]
	for _, r := range s.scratch {
		s.histograms = append(s.histograms, of(r))
	}
	d.Collect(s.histograms...)
}

// Log tells when the last cut was made, for the intervals of the distributions.
func (s *SendShards) Log(at time.Time) {
	s.Latency.Log(at)
	s.Service.Log(at)
	s.Lag.Log(at)
}

// Counts are the counters as of the last cut, since the last reset.
func (s *SendShards) Counts() SendCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime.minus(s.base)
}

// Lifetime are the counters as of the last cut, resets or not: what rates are
// made from.
func (s *SendShards) Lifetime() SendCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime
}

// Reset starts counts, distributions and failures anew, from now on: what was
// recorded until now is collected first.
func (s *SendShards) Reset() {
	s.Collect()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = s.lifetime
	s.Latency.Reset()
	s.Service.Reset()
	s.Lag.Reset()
	s.Failures.Reset()
}
