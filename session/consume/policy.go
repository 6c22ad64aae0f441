package consume

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/group"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// policy is how the workers of a consumer group treat messages now. It is made
// anew for each change and never changed; a worker takes it with each run.
type policy struct {
	spec.Behaviour
	plain   bool             // a message is acknowledged as it comes, and nothing else
	choosy  bool             // not all messages have the same fate
	ordered bool             // the subscription gives back all that is not acknowledged, to keep the order
	plan    *pacing.Schedule // of what may be taken; nil for all
	Dead    broker.Forwarder // nil for none
	Retry   broker.Forwarder // nil for none
}

// lateTaking is how long a consumer group's rate makes up for: a group that
// found nothing to take must not take it all at once later.
const lateTaking = 100 * time.Millisecond

// applyPolicy makes the group behave as a specification says, from now on.
func (g *Group) applyPolicy(ctx context.Context, settings spec.Consumer) error {
	w := &policy{
		Behaviour: settings.Behaviour,
		choosy:    settings.Nack+settings.Drop > 0 || settings.MaxRedeliver > 0,
		ordered:   settings.Type == broker.Exclusive || settings.Type == broker.Failover,
	}
	w.plain = !w.choosy && settings.Work.IsZero() && !settings.Ack.Keeps() && settings.Ack.Way != spec.AckCumulative
	var err error
	if w.Dead, err = g.forwarder(ctx, settings, settings.DeadLetterTopic(), false); err != nil {
		return fmt.Errorf("the dead-letter topic: %w", err)
	}
	if w.Retry, err = g.forwarder(ctx, settings, settings.Retry, true); err != nil {
		return fmt.Errorf("the retry topic: %w", err)
	}
	w.plan = g.newSchedule(settings.Rate)
	g.policy.Store(w)
	g.wakeAckers()
	g.gate.nudge() // whoever waits by the old rate
	g.setChurn(settings.Churn)
	return nil
}

// newSchedule is the schedule of a rate, nil for max. A change of rate goes on from
// the rate before.
func (g *Group) newSchedule(rate pacing.Shape) *pacing.Schedule {
	if most, held := rate.IsHold(); rate.IsZero() || held && most.IsMax() {
		return nil
	}
	old := g.policy.Load()
	if old != nil && old.plan != nil {
		if old.plan.Shape().String() != rate.String() {
			old.plan.Set(rate)
		}
		return old.plan
	}
	plan := pacing.NewSchedule(pacing.Clock(g.host.Clock))
	plan.SetLagLimit(lateTaking)
	plan.Set(rate)
	if g.State() == snapshot.Paused {
		plan.Pause()
	}
	return plan
}

// forwarder is the producer for a topic, opened once and closed when the group
// stops; nil for no topic.
func (g *Group) forwarder(ctx context.Context, settings spec.Consumer, topic string, retry bool) (broker.Forwarder, error) {
	if topic == "" {
		return nil, nil
	}
	key := forwarding{topic, retry, g.host.EngineOf(settings.Engine)}
	if f, open := g.forwarders[key]; open {
		return f, nil
	}
	engine, err := g.host.BrokerOf(g.cluster, settings.Engine)
	if err != nil {
		return nil, err
	}
	f, err := engine.OpenForwarder(ctx, broker.ForwarderSpec{
		Topic: topic, Retry: retry,
		Name: fmt.Sprintf("pulsh-%s-forward-%08x", g.name, uint32(group.RandomID())),
	})
	if err == nil {
		g.forwarders[key] = f
	}
	return f, err
}

// forwarding is where received messages are stored elsewhere.
type forwarding struct {
	topic  string
	retry  bool
	engine broker.Engine // a message that one engine has received is not forwarded by another
}

// closeForwarders ends them all; what they could not do within ctx finishes by
// itself.
func (g *Group) closeForwarders(ctx context.Context) {
	for key, f := range g.forwarders {
		if err := f.Close(ctx); err != nil && ctx.Err() == nil {
			g.host.Say("%s: closing %s: %s", g.name, key.topic, err)
		}
		delete(g.forwarders, key)
	}
}
