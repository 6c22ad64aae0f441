package session

import (
	"context"
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/cursor"
	"pulsh/session/group"
	"pulsh/session/produce"
	"pulsh/session/reading"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// AddProducer makes a producer group that is not started.
func (s *Session) AddProducer(name string, settings spec.Producer) error {
	err := settings.Check(name)
	if err == nil {
		settings.Rate, err = group.LoadRate(settings.Rate, "produce start "+name+" rate=50k")
	}
	if err == nil {
		err = s.Clusters.Check(settings.Cluster)
	}
	if err != nil {
		return err
	}
	return s.groups.add(produce.New(name, settings, s.host))
}

// AddConsumer makes a consumer group or a reader that is not started. It gives a reader a
// subscription of its own.
func (s *Session) AddConsumer(name string, settings spec.Consumer) error {
	if settings.Reader.Is {
		settings.Subscription = reading.Name(name)
	}
	err := settings.Check(name)
	if err == nil {
		settings.Rate, err = group.LoadRate(settings.Rate, settings.Verb()+" start "+name+" rate=50k")
	}
	if err == nil {
		err = s.Clusters.Check(settings.Cluster)
	}
	if err != nil {
		return err
	}
	return s.groups.add(consume.New(name, settings, s.host))
}

// ProducerGroup returns the producer group with this name, to change its rate.
func (s *Session) ProducerGroup(name string) (*produce.Group, error) {
	g, err := s.groups.named(name)
	if err != nil {
		return nil, err
	}
	p, ok := g.(*produce.Group)
	if !ok {
		return nil, fmt.Errorf("%s is not a producer group", name)
	}
	return p, nil
}

// ConsumerGroup returns the consumer group with this name, to move its
// subscription or to acknowledge its messages.
func (s *Session) ConsumerGroup(name string) (*consume.Group, error) {
	g, err := s.groups.named(name)
	if err != nil {
		return nil, err
	}
	c, ok := g.(*consume.Group)
	if !ok {
		return nil, fmt.Errorf("%s is not a consumer group", name)
	}
	return c, nil
}

// Producer returns the settings of a producer group.
func (s *Session) Producer(name string) (spec.Producer, bool) {
	g, err := s.ProducerGroup(name)
	if err != nil {
		return spec.Producer{}, false
	}
	return g.Settings(), true
}

// Consumer returns the settings of a consumer group.
func (s *Session) Consumer(name string) (spec.Consumer, bool) {
	g, err := s.ConsumerGroup(name)
	if err != nil {
		return spec.Consumer{}, false
	}
	return g.Settings(), true
}

// SetProducer puts other settings of a producer group in force. Settings that a
// producer takes only when it is created replace all producers, without a break.
// An error keeps the old settings.
func (s *Session) SetProducer(ctx context.Context, name string, settings spec.Producer) (group.Rebuild, error) {
	g, err := s.ProducerGroup(name)
	if err == nil {
		err = settings.Check(name)
	}
	if err == nil {
		settings.Rate, err = group.LoadRate(settings.Rate, "rate "+name+" 50k")
	}
	if err == nil {
		err = canChoose(s, g, settings.Cluster)
	}
	if err != nil {
		return group.Rebuild{}, err
	}
	give, err := turn(ctx, g)
	if err != nil {
		return group.Rebuild{}, err
	}
	defer give()
	return withEnds(g, g.Settings().Ends, settings.Ends, func() (group.Rebuild, error) { return g.Apply(ctx, settings) })
}

// SetConsumer puts other settings of a consumer group in force. Settings that a
// consumer takes only when it is created replace all consumers. An error keeps
// the old settings.
func (s *Session) SetConsumer(ctx context.Context, name string, settings spec.Consumer) (group.Rebuild, error) {
	g, err := s.ConsumerGroup(name)
	if err == nil {
		err = settings.Check(name)
	}
	if err == nil {
		settings.Rate, err = group.LoadRate(settings.Rate, "rate "+name+" 50k")
	}
	if err == nil {
		err = canChoose(s, g, settings.Cluster)
	}
	if err == nil && g.Active() {
		err = canEnd(name, settings, adminOf(s, settings.Cluster))
	}
	if err != nil {
		return group.Rebuild{}, err
	}
	give, err := turn(ctx, g)
	if err != nil {
		return group.Rebuild{}, err
	}
	defer give()
	return withEnds(g, g.Settings().Ends, settings.Ends, func() (group.Rebuild, error) { return g.Apply(ctx, settings) })
}

// Start starts a group that is not active.
func (s *Session) Start(ctx context.Context, name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	c, err := s.Clusters.Of(clusterOf(g))
	if err != nil {
		return err
	}
	give, err := turn(ctx, g)
	if err != nil {
		return err
	}
	defer give()
	if err := g.AwaitReset(ctx); err != nil {
		return err
	}
	if consumer, ok := g.(*consume.Group); ok {
		if err := canEnd(name, consumer.Settings(), c.Admin); err != nil {
			return err
		}
		if err := s.createPartitions(ctx, c.Admin, consumer); err != nil {
			return err
		}
	}
	err = named(c.Label(), g.Start(ctx, c.ForGroups()))
	s.groups.publishAudits(s.host.Audits) // producers must not wait with their reports for the next sample
	return err
}

// Scale changes the number of workers, 1 to spec.WorkersMax. The rate stays.
func (s *Session) Scale(ctx context.Context, name string, workers int) error {
	g, err := s.groups.named(name)
	if err == nil {
		err = spec.CheckWorkers(workers)
	}
	if err != nil {
		return err
	}
	give, err := turn(ctx, g)
	if err != nil {
		return err
	}
	defer give()
	return g.Scale(ctx, workers)
}

// Pause stops a group's sending or receiving. Its connections stay.
func (s *Session) Pause(name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	give, err := turn(context.Background(), g)
	if err != nil {
		return err
	}
	defer give()
	return g.Pause()
}

// Resume goes on where Pause left off.
func (s *Session) Resume(name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	give, err := turn(context.Background(), g)
	if err != nil {
		return err
	}
	defer give()
	return g.Resume()
}

// Reset sets a group's figures to zero at the next sample.
func (s *Session) Reset(name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	g.Reset()
	g.Links().Reset()
	return nil
}

// Stop flushes and closes a group within ctx. Its figures and settings stay.
func (s *Session) Stop(ctx context.Context, name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	return stop(ctx, g)
}

// StopAll ends all groups at once, without a flush.
func (s *Session) StopAll(ctx context.Context) error {
	now, cancel := context.WithTimeout(ctx, 0)
	defer cancel()
	return s.groups.stop(now)
}

// Remove stops a group and forgets it.
func (s *Session) Remove(ctx context.Context, name string) error {
	g, err := s.groups.named(name)
	if err != nil {
		return err
	}
	err = stop(ctx, g)
	last, _ := s.Snapshot().Group(name)
	s.groups.remove(g, last)
	s.history.forget(name)
	return err
}

// Delivery reads the delivery audit of a consumer group, with the accounts of at
// most limit producers.
func (s *Session) Delivery(name string, limit int) (snapshot.Delivery, error) {
	g, err := s.ConsumerGroup(name)
	if err != nil {
		return snapshot.Delivery{}, err
	}
	return g.Delivery(s.groups.producerNames(), limit), nil
}

// TopicAnswers asks the admin API for the statistics of each topic of a consumer
// group, and adds them up as if the topics were one. Deleted topics are left out.
func (s *Session) TopicAnswers(ctx context.Context, name string) (each []snapshot.TopicAnswer, sum broker.TopicStats, err error) {
	g, err := s.ConsumerGroup(name)
	if err != nil {
		return nil, sum, err
	}
	if n := len(g.Topics()); n > spec.PolledTopicsMax {
		return nil, sum, &broker.Error{Message: fmt.Sprintf("%s receives from %d topics, and the broker is asked for up to %d", name, n, spec.PolledTopicsMax), Try: "topics"}
	}
	return g.TopicAnswers(ctx, adminOf(s, g.Settings().Cluster))
}

// SkipOn skips about so many messages of a subscription on a cluster that no group of this
// session receives through. Each partition of the topic skips its share.
func (s *Session) SkipOn(ctx context.Context, cluster, topic, subscription string, messages int64) (cursor.Move, error) {
	c, err := s.Clusters.Of(cluster)
	if err != nil {
		return cursor.Move{}, err
	}
	at, err := cursor.At(ctx, c.Admin, c.Target(), topic, subscription)
	if err != nil {
		return cursor.Move{}, err
	}
	return at.Skip(ctx, messages)
}
