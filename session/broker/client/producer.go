package client

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/payload"
)

// producer is one producer. Its slots bound what is in flight, so that
// SendAsync itself never blocks: a worker waits for a slot instead, where
// Release can reach it.
type producer struct {
	producer   pulsar.Producer
	clock      broker.Clock
	base       int64 // Unix time in ns of the clock's zero
	id         uint64
	recorder   broker.SendRecorder
	bodies     *payload.Bodies
	keyed      bool
	keys       *payload.KeyChooser // used under order
	chunks     bool                // large messages are sent in chunks
	sendFailed func(sequence uint64)
	ended      *producerEnd

	slots     *sendSlots
	receipts  *receipts
	messages  []pulsar.ProducerMessage // by slot, like callbacks, times and extras
	callbacks []callback
	times     []times
	extras    []slotExtra     // nil without a writer
	writer    *payload.Writer // used under order; nil if messages carry nothing beside a stamped body

	order    sync.Mutex // sequence numbers are sent in the order in which they are assigned
	sequence uint64
	given    atomic.Int64 // messages handed to the client
	inFlight atomic.Int64
	failed   atomic.Uint64
	leave    func(context.Context) error // to be called after the producer is closed
	timeout  time.Duration
	expiring *time.Timer
	closed   bool // no message expires any more; used under order
}

type callback = func(pulsar.MessageID, *pulsar.ProducerMessage, error)

// times are all that a receipt needs of its message. They are apart from the
// rest because with thousands of messages in flight nothing of a message is in
// the cache when its receipt arrives, so a receipt should touch as little
// memory as possible.
type times struct {
	due int64
	// sent is 0 before and after the message is in flight, and negative once its
	// timeout has passed: the receipt and expire take the message from each other.
	sent atomic.Int64
}

// OpenProducer creates a producer on the sending connection.
func (c *Client) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	if spec.Access == broker.FencingAccess {
		return nil, &broker.Error{Message: "the Go client has no access=fencing; engine=wire has", Try: "set session engine=wire"}
	}
	bodies, err := payload.NewBodies(spec.Bodies, spec.Pending, spec.Seed)
	if err != nil {
		return nil, err
	}
	of := c.setOf(spec.Sharing, false)
	sending, err := c.join(of)
	if err != nil {
		return nil, sentence(err, broker.Subject{Topic: spec.Topic})
	}
	forget := watch(sending.links, sending.links.producers, spec.Name, spec.Links.Member())
	made, err := within(ctx,
		func() (pulsar.Producer, error) { return sending.CreateProducer(producerOptions(spec, bodies.Slots())) },
		pulsar.Producer.Close)
	if err != nil {
		forget()
		_ = c.leave(ctx, of) // the failure before is the reason
		return nil, sentence(err, broker.Subject{Topic: spec.Topic})
	}
	if spec.Ended == nil {
		spec.Ended = func(error) {}
	}
	if spec.SendFailed == nil {
		spec.SendFailed = func(uint64) {}
	}
	l := &producer{
		producer: made,
		leave: func(ctx context.Context) error {
			forget()
			return c.leave(ctx, of)
		},
		clock:      spec.Clock,
		base:       spec.Base.UnixNano(),
		id:         spec.ID,
		recorder:   spec.Recorder,
		sendFailed: spec.SendFailed,
		ended:      &producerEnd{topic: spec.Topic, tell: spec.Ended},
		bodies:     bodies,
		keyed:      spec.Keys != nil,
		chunks:     spec.Chunk > 0,
		keys:       spec.Keys.Chooser(rand.NewPCG(spec.Seed, 0)),
		writer:     spec.Bodies.Extras.Writer(spec.Seed),
	}
	l.timeout = spec.Timeout
	l.makeSlots()
	estimateRatio(spec, bodies)
	return c.transactional(ctx, l, spec)
}

func producerOptions(spec broker.ProducerSpec, slots int) pulsar.ProducerOptions {
	builder := pulsar.DefaultBatchBuilder
	if spec.Batch.ByKey {
		builder = pulsar.KeyBasedBatchBuilder
	}
	options := pulsar.ProducerOptions{
		BatcherBuilderType:              builder,
		Topic:                           spec.Topic,
		Name:                            spec.Name,
		SendTimeout:                     -1, // see expire
		MaxPendingMessages:              inFlightMost(spec, slots),
		CompressionType:                 codecs[spec.Compression],
		DisableBatching:                 spec.Batch.Messages <= 1, // a batch of one would wait for its delay
		BatchingMaxMessages:             uint(max(spec.Batch.Messages, 1)),
		BatchingMaxSize:                 uint(spec.Batch.Bytes),
		BatchingMaxPublishDelay:         spec.Batch.Delay,
		PartitionsAutoDiscoveryInterval: discoverEvery,
		BackOffPolicyFunc:               newRetry,
		MessageRouter:                   router(spec),
		ProducerAccessMode:              accessModes[spec.Access],
	}
	encode(&options, spec)
	return options
}

var accessModes = map[broker.Access]pulsar.ProducerAccessMode{
	broker.ExclusiveAccess: pulsar.ProducerAccessModeExclusive, broker.WaitAccess: pulsar.ProducerAccessModeWaitForExclusive,
}

// router returns the routing of the messages, nil for the client's own.
func router(spec broker.ProducerSpec) func(*pulsar.ProducerMessage, pulsar.TopicMetadata) int {
	if !spec.Routing.Single && !spec.Routing.Fixed {
		return nil
	}
	return func(m *pulsar.ProducerMessage, topic pulsar.TopicMetadata) int {
		n, byKey := int(topic.NumPartitions()), -1
		if key := cmp.Or(m.OrderingKey, m.Key); key != "" {
			byKey = protocol.JavaString.Partition(key, n)
		}
		partition, _ := spec.Routing.Choose(n, byKey, spec.Seed)
		return partition
	}
}

var codecs = map[broker.Compression]pulsar.CompressionType{
	"none":   pulsar.NoCompression,
	"lz4":    pulsar.LZ4,
	"zlib":   pulsar.ZLib,
	"zstd":   pulsar.ZSTD,
	"snappy": pulsar.SNAPPY,
}

// makeSlots makes the slots, one for each body. Messages and callbacks are made
// once and reused after each receipt.
func (l *producer) makeSlots() {
	n := l.bodies.Slots()
	l.messages = make([]pulsar.ProducerMessage, n)
	l.callbacks = make([]callback, n)
	l.times = make([]times, n)
	if l.writer != nil {
		l.extras = make([]slotExtra, n)
	}
	free := make([]int32, n)
	for i := range free {
		free[i] = int32(i)
		l.callbacks[i] = func(id pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { l.answer(int32(i), id, err) }
	}
	l.slots = newSendSlots(free)
	l.receipts = newReceipts(l.clock, l.recorder, l.slots)
	if l.timeout > 0 {
		l.expiring = time.AfterFunc(expiry(l.timeout), l.expire)
	}
}

// expiry is how often a producer looks for messages that have waited too long.
func expiry(timeout time.Duration) time.Duration {
	const least = 10 * time.Millisecond
	return max(timeout/20, least)
}

// expire fails the messages that have waited for longer than the timeout. The client's
// own timeout is off: it takes messages from its queue while the receipt of one of them
// is being handled, and then answers a message twice, which ends the process, or never.
// The client sends an expired message on, so its slot stays taken until the answer.
func (l *producer) expire() {
	now := l.clock()
	var late []uint64 // sequence numbers
	l.order.Lock()    // no slot gets another message meanwhile
	for p := range l.times {
		sent := l.times[p].sent.Load()
		if sent <= 0 || now-sent < int64(l.timeout) {
			continue
		}
		sequence, ok := l.sequenceOf(p)
		if l.times[p].sent.CompareAndSwap(sent, -sent) && ok {
			late = append(late, sequence)
		}
	}
	if !l.closed { // while it closes, messages wait and expire as before
		l.expiring.Reset(expiry(l.timeout))
	}
	l.order.Unlock()
	for _, sequence := range late {
		l.inFlight.Add(-1)
		l.failed.Add(1)
		l.recorder.Failed(broker.Timeout, "no receipt within "+l.timeout.String())
		l.sendFailed(sequence)
	}
}

// Send stamps and sends one message for each due time. It is the hot path: it
// allocates nothing, takes one lock per run, and reads the clock once per
// sixteen messages.
func (l *producer) Send(dues []int64) int { return l.sendIn(nil, dues, nil) }

// sendIn sends in a transaction, or in none. claim is asked for each run whether the
// transaction takes it; nil takes all.
func (l *producer) sendIn(in pulsar.Transaction, dues []int64, claim func(n int) bool) int {
	var run [runMax]int32
	sent := 0
	for sent < len(dues) {
		n := l.slots.take(run[:min(runMax, len(dues)-sent)])
		if n == 0 {
			return sent
		}
		if claim != nil && !claim(n) {
			l.slots.give(run[:n])
			return sent
		}
		if in != nil {
			for _, p := range run[:n] {
				l.messages[p].Transaction = in
			}
		}
		l.sendRun(run[:n], dues[sent:sent+n])
		sent += n
	}
	return sent
}

func (l *producer) sendRun(run []int32, dues []int64) {
	l.inFlight.Add(int64(len(run)))
	l.order.Lock()
	defer l.order.Unlock()
	l.recorder.Sent(len(run), l.stampRun(run, dues)) // before any answer can arrive
	l.given.Add(int64(len(run)))
	var now int64
	for i, p := range run {
		if i%messagesPerClockReading == 0 {
			now = l.clock()
		}
		l.times[p].sent.Store(max(now, dues[i], 1)) // a message that falls due between two readings is not early
		sendAsync(l.producer, &l.messages[p], l.callbacks[p])
	}
}

// stampRun fills in a run of messages and returns the bytes of their bodies.
func (l *producer) stampRun(run []int32, dues []int64) (bytes int64) {
	failed := l.failed.Load()
	if l.writer != nil {
		return l.writeRun(run, dues, failed)
	}
	for i, p := range run {
		body := l.bodies.Body(int(p))
		payload.PutStamp(body, payload.Stamp{
			Producer: l.id,
			Sequence: l.sequence,
			Due:      l.base + dues[i],
			Failed:   failed,
		})
		l.sequence++
		l.times[p].due = dues[i]
		if m := &l.messages[p]; len(m.Payload) != len(body) {
			m.Payload = body // only if it changed, so that the other core's cache line stays valid
		}
		if l.keyed {
			l.messages[p].Key = l.keys.Next()
		}
		bytes += int64(len(body))
	}
	return bytes
}

// answer is the callback of a send. It runs on the goroutine that reads the
// connection, so it only records.
func (l *producer) answer(slot int32, id pulsar.MessageID, err error) {
	sent := l.times[slot].sent.Swap(0)
	if err != nil {
		l.refused(slot, sent < 0, err)
		return
	}
	index, size := max(id.BatchIdx(), 0), id.BatchSize() // a message in chunks has no index
	last := index >= size-1
	if sent < 0 { // it has failed, and what counts its batch as answered counts it again
		l.inFlight.Add(1)
		l.receipts.late(slot, last)
	} else {
		if l.chunks && isChunked(id) {
			l.recorder.Chunked()
		}
		l.receipts.add(slot, alike{l.times[slot].due, sent}, index, last)
	}
	if last {
		l.inFlight.Add(-int64(max(size, 1)))
	}
}

// refused accounts for a failed message, unless it has expired before.
func (l *producer) refused(slot int32, expired bool, err error) {
	category, text, gone := l.ended.judge(err)
	if !expired {
		l.inFlight.Add(-1)
		l.failed.Add(1)
		l.recorder.Failed(category, text)
		if sequence, ok := l.sequenceOf(int(slot)); ok {
			l.sendFailed(sequence)
		}
	}
	if !gone { // a sender that waits for a slot should wait for another producer
		l.receipts.refuse(slot)
	}
}

// sequenceOf returns the sequence number of the message in a slot.
func (l *producer) sequenceOf(slot int) (sequence uint64, ok bool) {
	if l.writer != nil {
		return l.extras[slot].sequence, true
	}
	stamp, ok := payload.ReadStamp(l.messages[slot].Payload)
	return stamp.Sequence, ok
}

// Answered returns the number below which all messages are answered. It reads
// the messages sent before those in flight, so the result is never too high.
func (l *producer) Answered() uint64 {
	given := l.given.Load()
	return uint64(max(given-l.inFlight.Load(), 0))
}

// InFlight returns how many messages wait for their receipt.
func (l *producer) InFlight() int { return int(l.inFlight.Load()) }

// Release makes every Send return.
func (l *producer) Release() { l.slots.close() }

// Close flushes until ctx ends and closes the producer. The client's own Close
// does not flush, and would forget the callbacks of queued messages.
func (l *producer) Close(ctx context.Context) error {
	l.ended.closing.Store(true)
	l.slots.close()
	defer l.stopExpiring()
	var err error
	if l.InFlight() > 0 {
		err = l.flush(ctx)
	}
	_, closing := within(ctx, func() (struct{}, error) { l.producer.Close(); return struct{}{}, nil }, nil)
	if err == nil {
		err = closing
	}
	if leaving := l.leave(ctx); err == nil {
		err = leaving
	}
	return err
}

// stopExpiring says that no message waits any more.
func (l *producer) stopExpiring() {
	l.order.Lock()
	defer l.order.Unlock()
	l.closed = true
	if l.expiring != nil {
		l.expiring.Stop()
	}
}
