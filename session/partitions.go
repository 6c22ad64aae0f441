package session

import (
	"context"

	"pulsh/session/broker"
	"pulsh/session/consume"
	"pulsh/session/produce"
	"pulsh/session/spec"
)

// createPartitions creates the partitioned topics that a consumer group is about
// to subscribe to and that a producer group of this session wants partitioned.
// Otherwise the subscription would create each without partitions, and the
// producer group could never start. Topics that exist stay as they are.
func (s *Session) createPartitions(ctx context.Context, admin broker.Admin, consumer *consume.Group) error {
	topics, err := spec.ParseTopics(consumer.Settings().Topic)
	if err != nil || admin == nil {
		return err
	}
	for _, name := range topics.Names() {
		partitions := s.groups.partitionsWanted(clusterOf(consumer), name)
		if partitions == 0 {
			continue
		}
		if err := admin.CreateTopic(ctx, name, partitions); err != nil && !broker.IsThere(err) {
			return err
		}
	}
	return nil
}

// partitionsWanted returns the partitions that a producer group of this session
// wants for a topic on a cluster, 0 if none does.
func (g *groups) partitionsWanted(cluster, topic string) int {
	wanted, err := broker.ParseTopic(topic)
	if err != nil || wanted.Partition >= 0 {
		return 0
	}
	for _, one := range g.all() {
		producer, ok := one.(*produce.Group)
		if !ok || clusterOf(one) != cluster {
			continue
		}
		settings := producer.Settings()
		for _, topic := range settings.TopicNames() {
			if name, err := broker.ParseTopic(topic); err == nil && name == wanted && settings.Partitions > 0 {
				return settings.Partitions
			}
		}
	}
	return 0
}
