package consume

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/reading"
	"pulsh/session/spec"
)

// subscription makes the consumers of a group, and knows the topics that they
// are subscribed to.
type subscription struct {
	group *Group

	mu     sync.Mutex // guards topics; held for moments only
	topics []string

	reader reading.Cursor

	resumed atomic.Pointer[int64] // the backlog that was found at the start, in messages; nil for a new subscription
}

// list returns the topics that the settings cover now, with the retry topic.
func (s *subscription) list(ctx context.Context, settings spec.Consumer) ([]string, error) {
	topics, err := settings.Topics().Expand(ctx, s.group.Cluster().Admin)
	if err == nil && settings.Retry != "" && !slices.Contains(topics, settings.Retry) {
		topics = append(topics, settings.Retry)
	}
	return topics, err
}

// refresh lists the topics that the settings cover, for consumers to come.
func (s *subscription) refresh(ctx context.Context, settings spec.Consumer) error {
	topics, err := s.list(ctx, settings)
	if err == nil {
		s.set(topics)
	}
	return err
}

func (s *subscription) set(topics []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.topics = topics
}

// all returns the topics, the retry topic included.
func (s *subscription) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.topics)
}

// Topics returns the topics that the group is subscribed to, without its retry
// topic.
func (g *Group) Topics() []string {
	retry := g.Settings().Retry
	return slices.DeleteFunc(g.subscription.all(), func(topic string) bool { return topic == retry })
}

// findPlace finds out whether the subscription exists, and with which backlog: Pulsar
// uses the wanted position only for a new subscription.
func (s *subscription) findPlace(ctx context.Context) {
	g := s.group
	s.resumed.Store(nil)
	admin := g.Cluster().Admin
	if admin == nil {
		return
	}
	settings := g.Settings()
	name := settings.SubscriptionText()
	stats, _ := brokerstats.FetchGroup(ctx, admin, broker.FullTopics(g.Topics()))
	sum := stats.Together(settings.SubscriptionNames(), name).Sum(name)
	if own, exists := sum.Subscriptions[name]; exists {
		backlog := int64(float64(own.BacklogEntries) * max(sum.MessagesPerEntry, 1))
		s.resumed.Store(&backlog)
	}
}

// subscribe makes a consumer under a new name.
func (s *subscription) subscribe(ctx context.Context, settings spec.Consumer, number int) (name string, consumer broker.Consumer, err error) {
	name = s.consumerName(settings, number)
	engine, err := s.group.Broker(settings.Engine)
	if err = cmp.Or(err, settings.CheckTopics(s.group.Name(), len(s.all()))); err != nil {
		return name, nil, err
	}
	consumer, err = engine.Subscribe(ctx, s.group.policy.Load().checks.Complete(s.reader.Complete(broker.ConsumerSpec{
		Topics:       s.all(),
		Subscription: settings.SubscriptionOf(number),
		Type:         settings.Type,
		Name:         name,
		Sharing:      settings.Sharing.Of(s.group.Name()),
		Queue:        settings.QueueOf(len(s.all())),
		Position:     settings.From,
		Grouping:     settings.Ack.Grouping(),
		Respond:      settings.Response,
		BatchIndex:   settings.BatchIndex,
		NackDelay:    settings.NackDelay,
		NonDurable:   !settings.Durable,
		Priority:     settings.Priority,
		Compacted:    settings.Compacted,
		TopicsChange: settings.Topics().Pattern(),
		Ranges:       settings.Ranges(number),
		Transactions: s.group.transactions.OfConsumer(settings, name),
		Links:        s.group.Links(),
	})))
	if err == nil {
		s.reader.Use(consumer)
	}
	if err != nil && len(s.all()) > 0 {
		err = s.advise(s.group.Refused(ctx, s.all()[0], err))
	}
	return name, consumer, err
}

// consumerName returns a name that no other consumer of the subscription has.
func (s *subscription) consumerName(settings spec.Consumer, number int) string {
	prefix := settings.Prefix
	if prefix == "" {
		prefix = "pulsh-" + s.group.Name()
	}
	return fmt.Sprintf("%s-w%04d-%s", prefix, number, s.group.accounts.names.Next())
}

// advise adds the next step to a refusal because another consumer holds the
// subscription: the broker does not know the name of the group.
func (s *subscription) advise(err error) error {
	var known *broker.Error
	if !errors.As(err, &known) || known.Try != "" || known.Category != broker.Busy {
		return err
	}
	advised := *known
	advised.Try = "set " + s.group.Name() + " subscription=" + s.group.Settings().Subscription + "-2"
	return &advised
}
