package client

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
)

// topicsAtOnce is how many topics a subscriber subscribes to side by side.
const topicsAtOnce = 16

// parts are the client's consumers of one subscriber, one a topic. They share
// the subscriber's channel. The client's own consumer of several topics would
// serve as well, but for topics that come and go.
type parts struct {
	open   func(ctx context.Context, topic string, from broker.Position, end *partEnd) (pulsar.Consumer, error)
	ending *ending

	mu  sync.Mutex // held by whoever changes now
	now atomic.Pointer[partList]
}

// partList is the consumers of one moment. It never changes.
type partList struct {
	byTopic map[string]*part // as the topic was given
	live    map[pulsar.Consumer]bool
	only    pulsar.Consumer // if there is just one
}

// part is the consumer of one topic.
type part struct {
	consumer pulsar.Consumer
	end      *partEnd
}

// partEnd hands on the end of a part that was not asked for.
type partEnd struct {
	topic  string
	ending *ending
	asked  atomic.Bool
}

// addAll subscribes to topics, to all of them or to none.
func (p *parts) addAll(ctx context.Context, topics []string, from broker.Position) error {
	fresh := make([]*part, len(topics))
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(topicsAtOnce)
	for i, topic := range topics {
		opening.Go(func() error {
			end := &partEnd{topic: topic, ending: p.ending}
			consumer, err := p.open(subscribing, topic, from, end)
			if err != nil {
				return sentence(err, topic)
			}
			fresh[i] = &part{consumer, end}
			return nil
		})
	}
	if err := opening.Wait(); err != nil {
		return errors.Join(err, closeParts(ctx, fresh))
	}
	p.change(func(byTopic map[string]*part) {
		for i, topic := range topics {
			byTopic[topic] = fresh[i]
		}
	})
	return nil
}

// drop closes a topic's consumer.
func (p *parts) drop(ctx context.Context, topic string) error {
	var leaving *part
	p.change(func(byTopic map[string]*part) {
		leaving = byTopic[topic]
		delete(byTopic, topic)
	})
	return closeParts(ctx, []*part{leaving})
}

// closeAll closes all consumers; they stay listed for acknowledgements that
// are refused then.
func (p *parts) closeAll(ctx context.Context) error {
	var all []*part
	if list := p.now.Load(); list != nil {
		for _, one := range list.byTopic {
			all = append(all, one)
		}
	}
	return closeParts(ctx, all)
}

func closeParts(ctx context.Context, all []*part) error {
	errs := make([]error, len(all))
	var closing sync.WaitGroup
	for i, one := range all {
		if one == nil {
			continue
		}
		one.end.asked.Store(true)
		closing.Go(func() {
			_, errs[i] = within(ctx, func() (struct{}, error) { one.consumer.Close(); return struct{}{}, nil }, nil)
		})
	}
	closing.Wait()
	return errors.Join(errs...)
}

// change publishes another list.
func (p *parts) change(edit func(map[string]*part)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := &partList{byTopic: map[string]*part{}, live: map[pulsar.Consumer]bool{}}
	if now := p.now.Load(); now != nil {
		next.byTopic = maps.Clone(now.byTopic)
	}
	edit(next.byTopic)
	for _, one := range next.byTopic {
		next.live[one.consumer] = true
		next.only = one.consumer
	}
	p.now.Store(next)
}

// routedID is a message's id with the consumer that it came through, where a
// subscriber has several.
type routedID struct {
	pulsar.MessageID
	consumer pulsar.Consumer
}

// handle is what an acknowledgement needs of a message.
func (s *consumer) handle(m pulsar.ConsumerMessage) any {
	if s.routed {
		return routedID{m.ID(), m.Consumer}
	}
	return m.ID()
}

// of is the consumer that a message came through, and its id. A topic that was
// dropped has none any more: acknowledgements of its messages are refused.
func (p *parts) of(d *broker.Delivery) (pulsar.Consumer, pulsar.MessageID) {
	list := p.now.Load()
	routed, ok := d.Message.(routedID)
	switch {
	case !ok:
		return list.only, d.Message.(pulsar.MessageID)
	case list.live[routed.consumer]:
		return routed.consumer, routed.MessageID
	}
	return dropped{}, routed.MessageID
}

// OnConsumerClose is called by the client once, with the cause where it was
// not asked for.
func (e *partEnd) OnConsumerClose(_ pulsar.Consumer, err error) {
	if e.asked.Load() {
		return
	}
	if err != nil {
		err = sentence(err, e.topic)
	}
	e.ending.tell(err)
}

// dropped stands for the consumer of a topic that was dropped: it refuses
// acknowledgements, and what was given back comes again to somebody by itself.
// Nothing else is asked of it.
type dropped struct{ pulsar.Consumer }

func refuse() error {
	return &broker.Error{Category: broker.Gone, Message: "the topic of this message is not received any more"}
}

func (dropped) Ack(pulsar.Message) error                     { return refuse() }
func (dropped) AckID(pulsar.MessageID) error                 { return refuse() }
func (dropped) AckIDList([]pulsar.MessageID) error           { return refuse() }
func (dropped) AckCumulative(pulsar.Message) error           { return refuse() }
func (dropped) AckIDCumulative(pulsar.MessageID) error       { return refuse() }
func (dropped) Nack(pulsar.Message)                          {}
func (dropped) NackID(pulsar.MessageID)                      {}
func (dropped) ReconsumeLater(pulsar.Message, time.Duration) {}
func (dropped) ReconsumeLaterWithCustomProperties(pulsar.Message, map[string]string, time.Duration) {
}
