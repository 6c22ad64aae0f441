package wire

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
)

// forwardTimeout is how long a forwarder waits for a receipt.
const forwardTimeout = 10 * time.Second

// forwarder stores received messages in a dead-letter or a retry topic, each as
// an entry of its own so that a delay holds.
type forwarder struct {
	engine *Engine
	spec   broker.ForwarderSpec
	parts  []*sender
	stop   context.CancelFunc

	mu      sync.Mutex
	turn    int
	builder protocol.Builder
}

// forwarded is a message on its way to another topic.
type forwarded struct {
	to   *forwarder
	done func(error)
}

// OpenForwarder creates a producer on every partition of the topic.
func (e *Engine) OpenForwarder(ctx context.Context, spec broker.ForwarderSpec) (broker.Forwarder, error) {
	f, err := e.openForwarder(ctx, spec, false)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (e *Engine) openForwarder(ctx context.Context, spec broker.ForwarderSpec, transactional bool) (*forwarder, error) {
	topic := protocol.FullTopic(spec.Topic)
	n, err := e.PartitionsOf(ctx, &e.Sending, topic)
	if err != nil {
		return nil, connect.Sentence(err, broker.Subject{Topic: spec.Topic})
	}
	names := []string{topic}
	if n > 0 {
		names = names[:0]
		for i := range n {
			names = append(names, protocol.PartitionName(topic, i))
		}
	}
	f := &forwarder{engine: e, spec: spec}
	life, stop := context.WithCancel(e.Life())
	f.stop = stop
	for _, name := range names {
		s := newSender(e, life, name, spec.Topic, spec.Name, forwardTimeout)
		s.transactional = transactional
		if err := s.open(ctx); err != nil {
			_ = f.Close(ctx) // it has no errors
			return nil, connect.Sentence(err, broker.Subject{Topic: spec.Topic})
		}
		f.parts = append(f.parts, s)
	}
	return f, nil
}

// Forward sends the run and waits for the receipts.
func (f *forwarder) Forward(ctx context.Context, run []broker.Delivery, delay time.Duration) []error {
	var mu sync.Mutex
	errs := make([]error, len(run))
	for i := range errs {
		errs[i] = &broker.Error{Category: broker.Timeout, Message: "no receipt from " + f.spec.Topic}
	}
	left := len(run)
	answered := make(chan struct{})
	for i := range run {
		f.send(run[i].Whole.(*whole), delay, func(err error) {
			mu.Lock()
			defer mu.Unlock()
			errs[i] = err
			if left--; left == 0 {
				close(answered)
			}
		})
	}
	if len(run) > 0 {
		select {
		case <-answered:
		case <-ctx.Done():
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return append([]error(nil), errs...)
}

// send writes one message.
func (f *forwarder) send(w *whole, delay time.Duration, done func(error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	to := f.parts[f.turn%len(f.parts)]
	f.turn++
	if w.key != "" {
		to = f.parts[protocol.JavaString.Partition(w.key, len(f.parts))]
	}
	meta := f.metadata(w, delay)
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.closed {
		go done(unanswered(f.spec.Topic))
		return
	}
	first := to.next
	to.next++
	meta.ProducerName, meta.Sequence, meta.UncompressedSize = []byte(to.name), first, uint32(len(w.body))
	f.builder.Begin(nil, metadataBytes)
	copy(f.builder.ClaimAlone(len(w.body)), w.body)
	frame, _ := f.builder.Finish(&protocol.Send{ProducerID: to.id, Sequence: first}, meta)
	to.push(first, first, frame, &forwarded{f, done})
}

// metadata is that of the copy, with the properties that Pulsar's clients give
// such messages.
func (f *forwarder) metadata(w *whole, delay time.Duration) *protocol.Metadata {
	meta := &protocol.Metadata{
		PublishTime: uint64(time.Now().UnixMilli()), PartitionKey: []byte(w.key), KeySet: w.key != "",
	}
	var said details
	if w.details != nil {
		said = *w.details
	}
	meta.OrderingKey, meta.EventTime = said.orderKey, said.eventTime
	known := false
	for _, p := range said.properties {
		known = known || string(p.Key) == propertyRealTopic
		if f.spec.Retry && (string(p.Key) == propertyRetries || string(p.Key) == propertyDelay) {
			continue
		}
		meta.Properties = append(meta.Properties, p)
	}
	add := func(key, value string) {
		meta.Properties = append(meta.Properties, protocol.Property{Key: []byte(key), Value: []byte(value)})
	}
	if !known {
		add(propertyRealTopic, w.entry.from.topic)
		add(propertyOrigin, origin(w.id()))
	}
	if f.spec.Retry {
		add(propertyRetries, strconv.Itoa(int(retries(said.properties))+1))
		add(propertyDelay, strconv.FormatInt(delay.Milliseconds(), 10))
		if delay > 0 {
			meta.DeliverAt = time.Now().Add(delay).UnixMilli()
		}
	}
	return meta
}

// origin writes an id as Pulsar's clients do in a property.
func origin(id protocol.MessageID) string {
	text := fmt.Sprintf("%d:%d:%d", id.Ledger, id.Entry, id.Partition)
	if id.BatchIndex >= 0 {
		text += ":" + strconv.Itoa(int(id.BatchIndex))
	}
	return text
}

func unanswered(topic string) error {
	return &broker.Error{Category: broker.Timeout, Message: "no receipt from " + topic}
}

func (m *forwarded) acked() { m.done(nil) }

func (m *forwarded) refused(category broker.Category, text string) {
	m.done(&broker.Error{Category: category, Message: text})
}

func (m *forwarded) retain() {}

// Close ends the producers.
func (f *forwarder) Close(ctx context.Context) error {
	f.stop()
	var all sync.WaitGroup
	for _, one := range f.parts {
		all.Go(func() { one.close(ctx) })
	}
	all.Wait()
	return nil
}
