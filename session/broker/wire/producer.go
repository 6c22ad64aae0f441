package wire

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/broker/wire/coordinator"
	"pulsh/session/broker/wire/window"
	"pulsh/session/connections"
	"pulsh/session/payload"
)

const (
	// runMax is how many messages are stamped between two checks of the window.
	runMax = 256
	// bodiesMost is how many bodies there are to copy from: a batch has no two
	// alike, and they stay in the cache.
	bodiesMost = 1024
	// bodiesBytes is how many bytes of bodies there are at least, as far as there are so
	// many bodies.
	bodiesBytes = 1 << 20
	// inFlightBytes bounds the bodies of a producer in flight, as payload bounds
	// the memory of a producer's bodies.
	inFlightBytes = payload.ArenaLimit
)

// producer is a producer of the group: one for each partition of its topic.
type producer struct {
	engine   *Engine
	spec     broker.ProducerSpec
	set      connect.Set // of connections
	base     int64       // Unix time of the clock's zero, ns
	recorder broker.SendRecorder
	bodies   *payload.Bodies
	keyed    bool
	codec    protocol.Compression
	window   *window.Window
	end      ending
	link     *connections.Member

	order    sync.Mutex // stamps leave in the order in which they are given
	keys     *payload.KeyChooser
	sequence uint64          // of stamps
	slot     int             // of the body used last
	writer   *payload.Writer // nil if messages carry nothing beside a stamped body
	extra    payload.Extra   // of the message at hand
	single   protocol.Single
	list     []protocol.Property
	metaRoom int                      // see the function of this name
	turn     int                      // the partition that messages without a key go to
	in       *coordinator.Transaction // of the messages at hand; nil for none

	parts       atomic.Pointer[[]*partition]
	partitioned bool
	given       atomic.Int64
	failed      atomic.Uint64
	closing     atomic.Bool
	ctx         context.Context // ends with the producer
	stop        context.CancelFunc
}

var codecs = map[broker.Compression]protocol.Compression{
	"": protocol.None, "none": protocol.None, "lz4": protocol.LZ4, "zlib": protocol.ZLib, "zstd": protocol.ZSTD, "snappy": protocol.Snappy,
}

// OpenProducer creates a producer on every partition of the topic.
func (e *Engine) OpenProducer(ctx context.Context, spec broker.ProducerSpec) (broker.Producer, error) {
	codec, known := codecs[spec.Compression]
	if !known {
		return nil, &broker.Error{Message: string("the wire engine has no compression " + spec.Compression + ": use engine=client")}
	}
	if spec.Chunk > 0 || len(spec.Encrypt) > 0 {
		return nil, &broker.Error{Message: "the wire engine has no chunks and no encryption: use engine=client", Try: "set session engine=client"}
	}
	if spec.Access == broker.WaitAccess {
		return nil, &broker.Error{Message: "the wire engine does not wait for the access to a topic: use engine=client, or access=exclusive or fencing", Try: "set session engine=client"}
	}
	copied := spec.Bodies
	copied.Most = min(cmp.Or(copied.Most, payload.ArenaLimit), max(2*spec.Batch.Bytes, bodiesBytes))
	bodies, err := payload.NewBodies(copied, min(spec.Pending, bodiesMost), spec.Seed)
	if err != nil {
		return nil, err
	}
	if spec.SendFailed == nil {
		spec.SendFailed = func(uint64) {}
	}
	p := &producer{
		engine: e, spec: spec, base: spec.Base.UnixNano(), recorder: spec.Recorder, bodies: bodies, codec: codec,
		keyed: spec.Keys != nil, keys: spec.Keys.Chooser(rand.NewPCG(spec.Seed, 0)),
		window: window.New(max(spec.Pending, 1), inFlight(spec.Bodies)),
		end:    ending{topic: spec.Topic, report: spec.Ended},
		writer: spec.Bodies.Extras.Writer(spec.Seed), metaRoom: metaRoom(spec.Bodies.Extras),
		link: spec.Links.Member(),
	}
	p.ctx, p.stop = context.WithCancel(e.Life())
	p.set = e.NewSet(spec.Sharing)
	e.Sending.Join(p.set)
	if spec.Transactions != nil {
		err = e.coordinators.Find(ctx)
	}
	if err == nil {
		err = p.open(ctx)
	}
	if err != nil {
		p.stop()
		e.Sending.Leave(p.set)
		return nil, connect.Sentence(err, broker.Subject{Topic: spec.Topic})
	}
	return p.transactional(), nil
}

// open creates the partitions' producers concurrently.
func (p *producer) open(ctx context.Context) error {
	topic := protocol.FullTopic(p.spec.Topic)
	n, err := p.engine.PartitionsOf(ctx, &p.engine.Sending, topic)
	if err != nil {
		return err
	}
	p.partitioned = n > 0
	parts, err := p.openParts(ctx, topic, 0, n)
	if err != nil {
		return err
	}
	p.parts.Store(&parts)
	if p.partitioned {
		p.engine.Start(p.discover)
	}
	return nil
}

// openParts creates producers from the first to before the last partition, or one
// for a topic without partitions.
func (p *producer) openParts(ctx context.Context, topic string, first, last int) ([]*partition, error) {
	names := []string{topic}
	if p.partitioned {
		names = names[:0]
		for i := first; i < last; i++ {
			names = append(names, protocol.PartitionName(topic, i))
		}
	}
	parts := make([]*partition, len(names))
	errs := make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		parts[i] = newPartition(p, name)
		all.Go(func() { errs[i] = parts[i].open(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			for _, one := range parts {
				one.stop(ctx)
			}
			return nil, err
		}
	}
	return parts, nil
}

// discover finds partitions that the topic is given while the producer runs.
func (p *producer) discover() {
	topic := protocol.FullTopic(p.spec.Topic)
	for connect.Sleep(p.ctx, connect.DiscoverEvery) {
		p.grow(topic)
	}
}

func (p *producer) grow(topic string) {
	now := *p.parts.Load()
	n, err := p.engine.PartitionsOf(p.ctx, &p.engine.Sending, topic)
	if err != nil || n <= len(now) {
		return // it is asked again
	}
	more, err := p.openParts(p.ctx, topic, len(now), n)
	if err != nil {
		return
	}
	all := append(append([]*partition{}, now...), more...)
	p.order.Lock()
	defer p.order.Unlock()
	p.parts.Store(&all)
}

// Send stamps and sends one message for each due time. It is the hot path:
// nothing is allocated, and locks are taken once for a run.
func (p *producer) Send(dues []int64) int { return p.sendClaimed(dues, nil) }

// sendClaimed is Send; claim is asked for each run whether the open transaction takes it, and
// nil takes all.
func (p *producer) sendClaimed(dues []int64, claim func(n int) bool) int {
	sent := 0
	for sent < len(dues) {
		n := p.window.Acquire(min(runMax, len(dues)-sent))
		if n == 0 {
			return sent
		}
		if claim != nil && !claim(n) {
			p.window.Release(n, 0)
			return sent
		}
		if p.writer == nil {
			p.sendRun(dues[sent : sent+n])
		} else {
			p.sendExtras(dues[sent : sent+n])
		}
		sent += n
	}
	return sent
}

// sendRun writes a run of messages into their partitions' batches. They are
// counted before, since a batch that they fill may be answered at once.
func (p *producer) sendRun(dues []int64) {
	p.order.Lock()
	defer p.order.Unlock()
	var bodies [runMax][]byte
	var bytes int64
	for i := range dues {
		bodies[i] = p.nextBody()
		bytes += int64(len(bodies[i]))
	}
	p.recorder.Sent(len(dues), bytes)
	p.window.Add(bytes)
	p.given.Add(int64(len(dues)))
	m := message{sent: p.spec.Clock(), failed: p.failed.Load()}
	parts := *p.parts.Load()
	var to *partition
	for i := 0; i < len(dues); {
		if dues[i] > m.sent {
			m.sent = max(p.spec.Clock(), dues[i]) // a message is never sent before it is due
		}
		if p.keyed {
			m.key = p.keys.Next()
		}
		if next := p.choose(parts, m.key); next != to {
			if to != nil {
				to.mu.Unlock()
			}
			to = next
			p.join(to)
			to.mu.Lock()
		}
		m.sequence = p.sequence
		n := 0
		if !p.keyed {
			n = to.writeRun(&m, dues[i:], bodies[i:len(dues)])
		}
		if n == 0 {
			m.due, m.body = dues[i], bodies[i]
			to.write(&m)
			n = 1
		}
		p.sequence += uint64(n)
		i += n
	}
	to.mu.Unlock()
}

// choose is the partition of the next message: by its key, or in turn, the next
// one with each batch.
func (p *producer) choose(parts []*partition, key string) *partition {
	if len(parts) == 1 {
		return parts[0]
	}
	byKey := -1
	if key != "" {
		byKey = protocol.JavaString.Partition(key, len(parts))
	}
	if i, ok := p.spec.Routing.Choose(len(parts), byKey, p.spec.Seed); ok {
		return parts[i]
	}
	return parts[p.turn%len(parts)]
}

// Answered returns how many messages were answered. It reads the count of sent
// messages before that of those in flight, so that it is never too high.
func (p *producer) Answered() uint64 {
	given := p.given.Load()
	return uint64(max(given-int64(p.window.InFlight()), 0))
}

// InFlight is how many messages wait for their receipt.
func (p *producer) InFlight() int { return p.window.InFlight() }

// Release lets every Send go.
func (p *producer) Release() { p.window.Close() }

// Close flushes until ctx ends and closes the partitions' producers.
func (p *producer) Close(ctx context.Context) error {
	p.closing.Store(true)
	p.window.Close()
	parts := *p.parts.Load()
	for _, one := range parts {
		one.flush()
	}
	err := p.window.Empty(ctx)
	p.stop()
	var all sync.WaitGroup
	for _, one := range parts {
		all.Go(func() { one.stop(ctx) })
	}
	all.Wait()
	p.engine.Sending.Leave(p.set)
	if err != nil {
		return connect.Sentence(err, broker.Subject{Topic: p.spec.Topic})
	}
	return nil
}

// giveUp reports that the producer has ended. Later sends find the window closed.
func (p *producer) giveUp(cause error) {
	if !p.closing.Load() {
		p.end.once(connect.Sentence(cause, broker.Subject{Topic: p.spec.Topic}))
	}
}

// ending reports the end of a producer, once.
type ending struct {
	topic    string
	report   func(error)
	reported atomic.Bool
}

func (e *ending) once(cause error) {
	if e.reported.CompareAndSwap(false, true) && e.report != nil {
		e.report(cause)
	}
}

// expiry is how often parts look for messages that have waited too long.
func expiry(timeout time.Duration) time.Duration {
	const least = 10 * time.Millisecond
	return max(timeout/20, least)
}

// inFlight returns how many bytes of bodies a producer may have in flight.
func inFlight(spec payload.Spec) int64 {
	if spec.Most > 0 {
		largest := spec.Size.Max()
		if spec.Extras != nil && spec.Extras.Content != nil {
			largest = spec.Extras.Content.Largest()
		}
		return int64(max(min(spec.Most, inFlightBytes), largest))
	}
	return inFlightBytes
}
