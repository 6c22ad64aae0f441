package admin

import (
	"context"
	"time"

	"pulsh/session/broker"
)

// quota has the fields of Pulsar's backlog quota.
type quota struct {
	LimitSize int64
	Policy    string
}

// Policies returns the policies that apply to a topic, from whatever level sets them.
// A policy that cannot be read counts as unset: the caller is not an administrator,
// or the cluster is older.
func (a *Admin) Policies(ctx context.Context, topic string) (broker.Policies, error) {
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return broker.Policies{}, err
	}
	name = name.Of(-1) // policies are those of the whole topic
	var p broker.Policies
	ttl, quotas := 0, map[string]quota{}
	for _, policy := range []struct {
		resource string
		into     any
	}{
		{"messageTTL", &ttl}, {"backlogQuotaMap", &quotas}, {"maxMessageSize", &p.SizeMax},
		{"maxUnackedMessagesOnConsumer", &p.UnackedConsumer}, {"maxUnackedMessagesOnSubscription", &p.UnackedTotal},
	} {
		at := topicPath(name, policy.resource)
		_, err := a.getOptional(ctx, call{at: at, query: applied, doing: "read the " + policy.resource + " of " + name.Short()}, policy.into)
		if err != nil && !unreadable(err) {
			return broker.Policies{}, err
		}
	}
	p.TTL = time.Duration(max(ttl, 0)) * time.Second
	if q := quotas["destination_storage"]; q.LimitSize > 0 {
		p.Quota, p.QuotaPolicy = q.LimitSize, q.Policy
	}
	return p, nil
}
