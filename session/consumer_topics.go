package session

import (
	"context"
	"fmt"
	"slices"

	"pulsh/session/spec"
)

// consumerName names a consumer for the broker, uniquely in the subscription.
func (g *consumer) consumerName(spec spec.Consumer, number int) string {
	prefix := spec.Prefix
	if prefix == "" {
		prefix = "pulsh-" + g.name
	}
	return fmt.Sprintf("%s-w%04d-%08x", prefix, number, uint32(randomID()))
}

// expand lists what the consumers of a group are subscribed to: its topics, as
// they are now, and that of its retries.
func (g *consumer) expand(ctx context.Context, spec spec.Consumer) ([]string, error) {
	names, err := spec.Topics().Expand(ctx, g.link.Admin)
	if err == nil && spec.Retry != "" && !slices.Contains(names, spec.Retry) {
		names = append(names, spec.Retry)
	}
	return names, err
}

// cover finds out which topics a specification covers now.
func (g *consumer) cover(ctx context.Context, spec spec.Consumer) error {
	names, err := g.expand(ctx, spec)
	if err == nil {
		g.setCovers(names)
	}
	return err
}

func (g *consumer) setCovers(names []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.covered = names
}

// covers lists the topics that the group is subscribed to.
func (g *consumer) covers() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.covered)
}

// topics are those without that of the group's own retries.
func (g *consumer) topics() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ownTopics()
}

// ownTopics needs the lock.
func (g *consumer) ownTopics() []string {
	own := slices.Clone(g.covered)
	return slices.DeleteFunc(own, func(name string) bool { return name == g.spec.Retry })
}
