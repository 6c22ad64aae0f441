package metrics

import (
	"sync/atomic"
	"time"

	"pulsh/session/broker"
)

// SendRecorder counts for part of a producer group. Workers call Sent, the
// callbacks of the client call the other methods; any number of goroutines may
// do either. Times are ns of the session's clock. It takes 280 KiB.
type SendRecorder struct {
	Latency Histogram // due → acked
	Service Histogram // sent → acked
	Lag     Histogram // due → sent

	_           [cacheLine]byte
	sent, bytes atomic.Int64 // written by workers
	_           [cacheLine - 16]byte

	acked, batches, failed atomic.Int64 // written by callbacks
	_                      [cacheLine - 24]byte

	plain, packed atomic.Int64 // written by the connections, once a batch
	chunked       atomic.Int64 // written by callbacks, of large messages only

	failures *Failures
}

// Sent counts n messages handed to the client and the bytes of their payloads.
// Call it before the hand-over, so that no answer is counted first.
func (r *SendRecorder) Sent(n int, bytes int64) {
	r.sent.Add(int64(n))
	r.bytes.Add(bytes)
}

// AckedAlike counts the receipts of n messages with the same due, send and
// receipt times, in the given number of batches.
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

// Failed counts one failed send.
func (r *SendRecorder) Failed(c broker.Category, text string) {
	r.failed.Add(1)
	r.failures.Add(1, c, text)
}

// Compressed counts bytes of payload before and after their compression.
func (r *SendRecorder) Compressed(plain, packed int64) {
	r.plain.Add(plain)
	r.packed.Add(packed)
}

// Chunked counts an acked message that was sent in chunks.
func (r *SendRecorder) Chunked() { r.chunked.Add(1) }

// SendCounts are the counters of a producer group. For lifetime counts Sent ≥
// Acked + Failed holds at any time. After a Reset the answers to earlier
// messages still arrive.
type SendCounts struct {
	Sent, Acked, Failed int64
	Bytes               int64 // payload of the sent messages
	Batches             int64 // acked batches
	Plain, Packed       int64 // bytes of payload before and after their compression
	Chunked             int64 // acked messages that were sent in chunks
}

func (c SendCounts) minus(o SendCounts) SendCounts {
	return SendCounts{
		Sent: c.Sent - o.Sent, Acked: c.Acked - o.Acked, Failed: c.Failed - o.Failed,
		Bytes: c.Bytes - o.Bytes, Batches: c.Batches - o.Batches,
		Plain: c.Plain - o.Plain, Packed: c.Packed - o.Packed,
		Chunked: c.Chunked - o.Chunked,
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
		c.Chunked += r.chunked.Load()
	}
	for _, r := range all {
		c.Sent += r.sent.Load()
		c.Bytes += r.bytes.Load()
		c.Packed += r.packed.Load()
		c.Plain += r.plain.Load()
	}
	return c
}
