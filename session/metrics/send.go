package metrics

import (
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

	acked, batches, failed atomic.Int64 // the callbacks' line
	_                      [cacheLine - 24]byte

	failures *Failures
}

// Sent counts n messages that were handed to the client, with the bytes of
// their payloads. Called before the hand-over, it never falls behind Acked.
func (r *SendRecorder) Sent(n int, bytes int64) {
	r.sent.Add(int64(n))
	r.bytes.Add(bytes)
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

// AckedRun counts the receipts of messages that were sent at one instant and
// acked at another, one for each due time, in the given number of batches. An
// engine that keeps the due times of a run in one slice records it with one
// call. sent and now are readings of the same clock as the due times.
func (r *SendRecorder) AckedRun(dues []int64, batches int, sent, now int64) {
	if len(dues) == 0 {
		return
	}
	r.acked.Add(int64(len(dues)))
	r.batches.Add(int64(batches))
	r.Latency.RecordSince(dues, now)
	r.Service.RecordMany(now-sent, uint32(len(dues)))
	r.Lag.RecordSince(dues, sent)
}

// Failed counts one message that the client or the broker refused.
func (r *SendRecorder) Failed(c broker.Category, text string) {
	r.failed.Add(1)
	r.failures.Add(1, c, text)
}

// SendCounts are the counters of a producer group. Sent ≥ Acked + Failed
// holds at any instant for the lifetime counts; after a reset, answers
// to what was sent before it still come in.
type SendCounts struct {
	Sent, Acked, Failed int64
	Bytes               int64 // payload of the sent messages
	Batches             int64 // acked batches
}

func (c SendCounts) minus(o SendCounts) SendCounts {
	return SendCounts{
		Sent: c.Sent - o.Sent, Acked: c.Acked - o.Acked, Failed: c.Failed - o.Failed,
		Bytes: c.Bytes - o.Bytes, Batches: c.Batches - o.Batches,
	}
}

// SendShards are the recorders of a producer group.
type SendShards struct {
	Latency, Service, Lag *Distribution
	Shards[SendRecorder, SendCounts]
}

// NewSendShards returns a set without recorders. now tells the time of a
// failure.
func NewSendShards(now func() time.Time) *SendShards {
	failures := NewFailures(now)
	s := &SendShards{Latency: NewDistribution(), Service: NewDistribution(), Lag: NewDistribution()}
	s.Shards = Shards[SendRecorder, SendCounts]{
		Failures: failures,
		make:     func() *SendRecorder { return &SendRecorder{failures: failures} },
		count:    countSends,
		minus:    SendCounts.minus,
		measured: []measured[SendRecorder]{
			{s.Latency, func(r *SendRecorder) *Histogram { return &r.Latency }},
			{s.Service, func(r *SendRecorder) *Histogram { return &r.Service }},
			{s.Lag, func(r *SendRecorder) *Histogram { return &r.Lag }},
		},
	}
	return s
}

// countSends adds up the counters of all recorders. It reads the outcomes
// before the messages sent, so that no count of outcomes is ahead of them.
func countSends(all []*SendRecorder) (c SendCounts) {
	for _, r := range all {
		c.Acked += r.acked.Load()
		c.Failed += r.failed.Load()
		c.Batches += r.batches.Load()
	}
	for _, r := range all {
		c.Sent += r.sent.Load()
		c.Bytes += r.bytes.Load()
	}
	return c
}
