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

// topicsAtOnce is how many topics a consumer subscribes to at the same time.
const topicsAtOnce = 16

// topicConsumers are the client's consumers behind one consumer, one for each
// topic. They share its channel. The client's own consumer of several topics
// cannot add and drop topics.
type topicConsumers struct {
	open         func(ctx context.Context, topic string, from broker.Position, end *topicEnd) (pulsar.Consumer, error)
	ending       *end
	subscription string

	mu  sync.Mutex // held during a change
	now atomic.Pointer[consumerList]
}

// consumerList is the consumers at one moment. It is immutable.
type consumerList struct {
	byTopic map[string]*topicConsumer // by the name that was given
	live    map[pulsar.Consumer]bool
	only    pulsar.Consumer // if there is exactly one
}

// topicConsumer is the client's consumer of one topic.
type topicConsumer struct {
	consumer pulsar.Consumer
	end      *topicEnd
}

// topicEnd passes on the end of a topic's consumer, unless we asked for it.
type topicEnd struct {
	about  broker.Subject
	ending *end
	asked  atomic.Bool
}

// addAll subscribes to all of topics or to none.
func (p *topicConsumers) addAll(ctx context.Context, topics []string, from broker.Position) error {
	fresh := make([]*topicConsumer, len(topics))
	opening, subscribing := errgroup.WithContext(ctx)
	opening.SetLimit(topicsAtOnce)
	for i, topic := range topics {
		opening.Go(func() error {
			end := &topicEnd{about: broker.Subject{Topic: topic, Subscription: p.subscription}, ending: p.ending}
			consumer, err := p.open(subscribing, topic, from, end)
			if err != nil {
				return sentence(err, end.about)
			}
			fresh[i] = &topicConsumer{consumer, end}
			return nil
		})
	}
	if err := opening.Wait(); err != nil {
		return errors.Join(err, closeConsumers(ctx, fresh))
	}
	p.change(func(byTopic map[string]*topicConsumer) {
		for i, topic := range topics {
			byTopic[topic] = fresh[i]
		}
	})
	return nil
}

// drop closes the consumer of a topic.
func (p *topicConsumers) drop(ctx context.Context, topic string) error {
	var leaving *topicConsumer
	p.change(func(byTopic map[string]*topicConsumer) {
		leaving = byTopic[topic]
		delete(byTopic, topic)
	})
	return closeConsumers(ctx, []*topicConsumer{leaving})
}

// closeAll closes all consumers. They stay listed, so that later
// acknowledgements are refused.
func (p *topicConsumers) closeAll(ctx context.Context) error {
	var all []*topicConsumer
	if list := p.now.Load(); list != nil {
		for _, one := range list.byTopic {
			all = append(all, one)
		}
	}
	return closeConsumers(ctx, all)
}

func closeConsumers(ctx context.Context, all []*topicConsumer) error {
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

// change publishes a changed list.
func (p *topicConsumers) change(edit func(map[string]*topicConsumer)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := &consumerList{byTopic: map[string]*topicConsumer{}, live: map[pulsar.Consumer]bool{}}
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

// routedID is the id of a message and the topic's consumer that it came
// through. A consumer of several topics needs both to acknowledge it.
type routedID struct {
	pulsar.MessageID
	consumer pulsar.Consumer
}

// handle returns what an acknowledgement of m needs.
func (s *consumer) handle(m pulsar.ConsumerMessage) any {
	if s.routed {
		return routedID{m.ID(), m.Consumer}
	}
	return m.ID()
}

// of returns the topic's consumer that a message came through, and the
// message's id. If the topic was dropped, the consumer refuses the
// acknowledgement.
func (p *topicConsumers) of(d *broker.Delivery) (pulsar.Consumer, pulsar.MessageID) {
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

// OnConsumerClose is called by the client once, with the cause unless the close
// was asked for.
func (e *topicEnd) OnConsumerClose(_ pulsar.Consumer, err error) {
	if e.asked.Load() {
		return
	}
	if err != nil {
		err = sentence(err, e.about)
	}
	e.ending.fire(err)
}

// dropped stands for the consumer of a dropped topic. It refuses
// acknowledgements and ignores nacks, because the broker redelivers the
// messages anyway. Its other methods are never called.
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
