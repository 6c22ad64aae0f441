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

// policy is how the workers of a group treat messages. It never changes: a change
// of settings makes another one, which the workers use from their next run on.
type policy struct {
	spec.Behaviour
	plain    bool             // every message is acknowledged at once
	mixed    bool             // messages have different outcomes
	ordered  bool             // the subscription keeps the order, so a redelivery goes back to the first message that is not acknowledged
	schedule *pacing.Schedule // of the messages that may be received; nil for no limit
	dead     broker.Forwarder // nil for none
	retry    broker.Forwarder // nil for none
}

// lateMax bounds how far a group that found nothing to receive may catch up: it
// must not receive all at once later.
const lateMax = 100 * time.Millisecond

// applyPolicy puts the settings about the treatment of messages in force.
func (g *Group) applyPolicy(ctx context.Context, settings spec.Consumer) error {
	p := &policy{
		Behaviour: settings.Behaviour,
		mixed:     settings.Nack+settings.Drop > 0 || settings.MaxRedeliver > 0,
		ordered:   settings.Type == broker.Exclusive || settings.Type == broker.Failover,
	}
	p.plain = !p.mixed && settings.Work.IsZero() && !settings.Ack.Keeps() && settings.Ack.Way != spec.AckCumulative
	var err error
	if p.dead, err = g.forwarders.get(ctx, settings, settings.DeadLetterTopic(), false); err != nil {
		return fmt.Errorf("the dead-letter topic: %w", err)
	}
	if p.retry, err = g.forwarders.get(ctx, settings, settings.Retry, true); err != nil {
		return fmt.Errorf("the retry topic: %w", err)
	}
	p.schedule = g.scheduleFor(settings.Rate)
	g.policy.Store(p)
	for _, a := range g.workers.attachments() {
		a.pending.wakeUp() // it may be due earlier now
	}
	g.interrupt.Fire() // a worker may wait by the old rate
	g.churner.set(settings.Churn)
	return nil
}

// scheduleFor returns the schedule of a rate, nil for max. If there is a schedule
// it goes on with the new rate.
func (g *Group) scheduleFor(rate pacing.Shape) *pacing.Schedule {
	if most, held := rate.IsHold(); rate.IsZero() || held && most.IsMax() {
		return nil
	}
	old := g.policy.Load()
	if old != nil && old.schedule != nil {
		if old.schedule.Shape().String() != rate.String() {
			old.schedule.Set(rate)
		}
		return old.schedule
	}
	schedule := pacing.NewSchedule(pacing.Clock(g.Host().Clock))
	schedule.SetLagLimit(lateMax)
	schedule.Set(rate)
	if g.State() == snapshot.Paused {
		schedule.Pause()
	}
	return schedule
}

// forwarders holds the producers for the dead-letter topic and the retry topic.
// Each is opened when it is first needed and closed when the group stops. The
// holder of opLock alone uses it, and Start and Stop.
type forwarders struct {
	group *Group
	open  map[forwarding]broker.Forwarder
}

type forwarding struct {
	topic  string
	retry  bool
	engine broker.Engine // a message is forwarded by the engine that received it
}

// get returns the producer for a topic, nil for no topic.
func (f *forwarders) get(ctx context.Context, settings spec.Consumer, topic string, retry bool) (broker.Forwarder, error) {
	if topic == "" {
		return nil, nil
	}
	key := forwarding{topic, retry, f.group.Host().EngineOf(settings.Engine)}
	if one, ok := f.open[key]; ok {
		return one, nil
	}
	engine, err := f.group.Host().BrokerOf(f.group.Cluster(), settings.Engine)
	if err != nil {
		return nil, err
	}
	one, err := engine.OpenForwarder(ctx, broker.ForwarderSpec{
		Topic: topic, Retry: retry,
		Name: fmt.Sprintf("pulsh-%s-forward-%08x", f.group.Name(), uint32(group.RandomID())),
	})
	if err == nil {
		f.open[key] = one
	}
	return one, err
}

// close closes all of them. The client finishes by itself what ctx cuts short.
func (f *forwarders) close(ctx context.Context) {
	for key, one := range f.open {
		if err := one.Close(ctx); err != nil && ctx.Err() == nil {
			f.group.Say("closing the producer for %s: %s", key.topic, err)
		}
		delete(f.open, key)
	}
}
