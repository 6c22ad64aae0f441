package consume

import (
	"context"
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/decoding"
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
	ordered  bool             // the subscription keeps the order: a nack redelivers all from that message on
	schedule *pacing.Schedule // of the messages that may be received; nil for no limit
	dead     broker.Forwarder // nil for none
	retry    broker.Forwarder // nil for none
	checks   *decoding.Checks
}

// lateMax bounds how far behind its rate a group may fall that finds nothing to
// receive: it must not receive all the rest at once later.
const lateMax = 100 * time.Millisecond

// applyPolicy puts the settings about the treatment of messages in force.
func (g *Group) applyPolicy(ctx context.Context, settings spec.Consumer) error {
	p := &policy{
		Behaviour: settings.Behaviour,
		mixed:     settings.Nack+settings.Drop > 0 || settings.MaxRedeliver > 0,
		ordered:   settings.Type == broker.Exclusive || settings.Type == broker.Failover,
	}
	p.plain = !p.mixed && settings.Work.IsZero() && !settings.Ack.Keeps() && settings.Ack.Way != spec.AckCumulative
	var before *decoding.Checks
	if old := g.policy.Load(); old != nil && g.State() != snapshot.Starting {
		before = old.checks
	}
	var err error
	if p.checks, err = decoding.New(ctx, &g.Base, g.workers.recorders.Of(0), settings, before); err != nil {
		return err
	}
	if p.dead, err = g.forwarders.get(ctx, settings.Engine, settings.DeadLetterTopic(), false); err != nil {
		return fmt.Errorf("the dead-letter topic: %w", err)
	}
	if p.retry, err = g.forwarders.get(ctx, settings.Engine, settings.Retry, true); err != nil {
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

// scheduleFor returns a schedule for a rate, nil for max. It is the present one if
// there is one, which changes to the rate.
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
// Each is opened when it is first needed and closed when the group stops. Start,
// Stop and the holder of opLock alone use it.
type forwarders struct {
	group *Group
	open  map[forwarding]broker.Forwarder
}

type forwarding struct {
	topic  string
	retry  bool
	engine broker.Engine // no engine forwards messages that another one has received
}

// get returns the producer for a topic, nil for no topic.
func (f *forwarders) get(ctx context.Context, engine broker.Engine, topic string, retry bool) (broker.Forwarder, error) {
	if topic == "" {
		return nil, nil
	}
	key := forwarding{topic, retry, f.group.Host().EngineOf(engine)}
	if one, ok := f.open[key]; ok {
		return one, nil
	}
	through, err := f.group.Broker(engine)
	if err != nil {
		return nil, err
	}
	one, err := through.OpenForwarder(ctx, broker.ForwarderSpec{
		Topic: topic, Retry: retry,
		Name: fmt.Sprintf("pulsh-%s-forward-%08x", f.group.Name(), uint32(group.RandomID())),
	})
	if err == nil {
		f.open[key] = one
	}
	return one, err
}

// close closes all of them. If ctx ends first, the client goes on with it in the
// background.
func (f *forwarders) close(ctx context.Context) {
	for key, one := range f.open {
		if err := one.Close(ctx); err != nil && ctx.Err() == nil {
			f.group.Say("closing the producer for %s: %s", key.topic, err)
		}
		delete(f.open, key)
	}
}

// limit returns what keeps the group from receiving more, or "" if it does not know.
func limit(c *snapshot.Consumer, g snapshot.Group, settings spec.Consumer) string {
	switch {
	case g.State != snapshot.Running:
		return ""
	case c.Broker.BlockedBy != "":
		return fmt.Sprintf("broker: %s messages are unacknowledged (%s); try: ack %s now", snapshot.Digits(c.Broker.Unacked), c.Broker.BlockedBy, g.Name)
	case c.Broker.DispatchLimit != "":
		return "broker: " + c.Broker.DispatchLimit
	case !c.Target.IsMax() && c.Rate > 0.95*float64(c.Target):
		return "rate=" + settings.Rate.String()
	case settings.Ack.Keeps() && c.Kept >= pendingMax:
		return fmt.Sprintf("ack=%s: %d messages are held back", settings.Ack, c.Kept)
	case c.Consumers > 0 && c.Waiting >= len(g.Topics)*c.Consumers*settings.Queue && c.Waiting > 0:
		return "the workers: their receiver queues are full"
	}
	return ""
}
