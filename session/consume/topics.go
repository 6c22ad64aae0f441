package consume

import (
	"context"
	"fmt"
	"slices"

	"pulsh/session/group"
	"pulsh/session/spec"
)

// consumerName names a consumer for the broker, uniquely in the subscription.
func (g *Group) consumerName(spec spec.Consumer, number int) string {
	prefix := spec.Prefix
	if prefix == "" {
		prefix = "pulsh-" + g.name
	}
	return fmt.Sprintf("%s-w%04d-%08x", prefix, number, uint32(group.RandomID()))
}

// listTopics lists what the consumers of a group are subscribed to: its topics, as
// they are now, and that of its retries.
func (g *Group) listTopics(ctx context.Context, spec spec.Consumer) ([]string, error) {
	names, err := spec.Topics().Expand(ctx, g.cluster.Admin)
	if err == nil && spec.Retry != "" && !slices.Contains(names, spec.Retry) {
		names = append(names, spec.Retry)
	}
	return names, err
}

// refreshTopics finds out which topics a specification covers now.
func (g *Group) refreshTopics(ctx context.Context, spec spec.Consumer) error {
	names, err := g.listTopics(ctx, spec)
	if err == nil {
		g.setSubscribed(names)
	}
	return err
}

func (g *Group) setSubscribed(names []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.subscribed = names
}

// Subscribed lists the topics that the group is subscribed to.
func (g *Group) Subscribed() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.subscribed)
}

// Topics are those without that of the group's own retries.
func (g *Group) Topics() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ownTopics()
}

// ownTopics needs the lock.
func (g *Group) ownTopics() []string {
	own := slices.Clone(g.subscribed)
	return slices.DeleteFunc(own, func(name string) bool { return name == g.spec.Retry })
}
