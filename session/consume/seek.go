package consume

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"pulsh/session/broker"
	"pulsh/session/brokerstats"
	"pulsh/session/cursor"
	"pulsh/session/group"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// seekTime bounds a seek, from the closing of the consumers to the broker's
// answer: measured, the broker takes 10 to 330 ms.
const seekTime = 10 * time.Second

// SeekTime moves the subscription to a time, on all its topics.
func (g *Group) SeekTime(ctx context.Context, to time.Time) error {
	return g.moveCursor(ctx, checkDurable, false, func(ctx context.Context) error { return g.seekTopics(ctx, to) })
}

// SeekID moves the subscription to a message. It is an error for a group that
// receives from several topics.
func (g *Group) SeekID(ctx context.Context, to broker.MessageID) error {
	check := func(name string, settings spec.Consumer) error { return checkSingle(name, settings, to) }
	inPart := to.Partition >= 0 // the other partitions stay where they are
	return g.moveCursor(ctx, check, inPart, func(ctx context.Context) error {
		settings := g.Settings()
		for _, name := range settings.SubscriptionNames() {
			if err := g.Cluster().Admin.SeekID(ctx, settings.Topic, name, to); err != nil {
				return err
			}
		}
		return nil
	})
}

// MoveBy moves the subscription by about so many messages, back if they are
// negative. It is a cursor.TooFewError if fewer are in the backlog, and an error
// for a group that receives from several topics.
func (g *Group) MoveBy(ctx context.Context, messages int64) (moved cursor.Move, err error) {
	check := func(name string, settings spec.Consumer) error { return checkCountable(name, settings, messages) }
	err = g.moveCursor(ctx, check, false, func(ctx context.Context) error {
		return g.eachCursor(ctx, []string{g.Settings().Topic}, &moved, func(at *cursor.Cursor) (cursor.Move, error) { return at.By(ctx, messages) })
	})
	return moved, err
}

// ClearBacklog moves the subscription to the end of all its topics. The parts of
// the Move are those of the only topic.
func (g *Group) ClearBacklog(ctx context.Context) (moved cursor.Move, err error) {
	err = g.moveCursor(ctx, checkDurable, false, func(ctx context.Context) error {
		return g.eachCursor(ctx, g.Topics(), &moved, func(at *cursor.Cursor) (cursor.Move, error) { return at.Clear(ctx) })
	})
	return moved, err
}

// eachCursor moves the cursor of each subscription on each topic, and adds up in sum what
// was moved. The parts are those of the only one. After an error that comes when some were
// moved, the audits begin a new period.
func (g *Group) eachCursor(ctx context.Context, topics []string, sum *cursor.Move, move func(*cursor.Cursor) (cursor.Move, error)) error {
	cluster, names := g.Cluster(), g.Settings().SubscriptionNames()
	for _, topic := range topics {
		for _, name := range names {
			at, err := cursor.At(ctx, cluster.Admin, cluster.Target, topic, name)
			if err != nil {
				return err
			}
			one, err := move(at)
			if err != nil {
				if sum.Entries != 0 {
					g.accounts.newPeriod(false)
				}
				return err
			}
			if len(topics)*len(names) == 1 {
				*sum = one
				return nil
			}
			sum.Add(one)
		}
	}
	return nil
}

// moveCursor moves the subscription while it has no consumers, and begins a new
// period of the audit: messages that come again after it are no duplicates. It
// disturbs nothing if check refuses.
func (g *Group) moveCursor(ctx context.Context, check func(name string, settings spec.Consumer) error, inPart bool, move func(context.Context) error) error {
	was := g.State()
	if was != snapshot.Running && was != snapshot.Paused {
		return g.notRunning()
	}
	if g.Cluster().Admin == nil {
		return cursor.NeedsAdmin(g.Cluster().Target)
	}
	ctx, cancel := context.WithTimeout(ctx, seekTime)
	defer cancel()
	unlock, err := g.lockOp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if was == snapshot.Running {
		g.Enter(snapshot.Seeking)
	}
	if err = check(g.Name(), g.Settings()); err == nil {
		err = g.resubscribe(ctx, g.Settings(), &cursorMove{do: func() error { return move(ctx) }, inPart: inPart})
	}
	g.Enter(was)
	if err != nil {
		return group.Explain(err, "it is not known whether the subscription of "+g.Name()+" was moved", "backlog "+g.Name())
	}
	g.beginDrain(ctx)
	return nil
}

// checkDurable refuses to move a subscription that has no cursor.
func checkDurable(name string, settings spec.Consumer) error {
	if settings.Durable {
		return nil
	}
	if settings.Reader.Is {
		return &broker.Error{Message: name + " is a reader: it has no subscription to move, and begins again with another from=", Try: "set " + name + " from=-5m"}
	}
	return &broker.Error{Message: name + " has durable=off: its subscription has no cursor to move", Try: "set " + name + " durable=on"}
}

// checkSingle also refuses a message where it is in one of several topics at most.
func checkSingle(name string, settings spec.Consumer, id broker.MessageID) error {
	topics := settings.Topics()
	if topics.Single() {
		return checkDurable(name, settings)
	}
	from := "a pattern"
	if !topics.Pattern() {
		from = fmt.Sprintf("%d topics", len(topics.Names()))
	}
	return &broker.Error{Message: fmt.Sprintf("%s receives from %s, and message %s is in one of them at most", name, from, id), Try: "seek " + name + " -5m"}
}

// checkCountable also refuses to count messages in several topics, which have no
// order among them.
func checkCountable(name string, settings spec.Consumer, messages int64) error {
	if settings.Topics().Single() {
		return checkDurable(name, settings)
	}
	try := "seek " + name + " -5m"
	if messages > 0 {
		try = "clear " + name
	}
	return &broker.Error{Message: name + " receives from several topics, and messages are counted in one", Try: try}
}

// seekTopics moves the subscription on all topics side by side.
func (g *Group) seekTopics(ctx context.Context, to time.Time) error {
	settings := g.Settings()
	all, seeking := errgroup.WithContext(ctx)
	all.SetLimit(brokerstats.RequestsAtOnce)
	for _, topic := range g.Topics() {
		for _, name := range settings.SubscriptionNames() {
			all.Go(func() error {
				err := g.Cluster().Admin.SeekTime(seeking, topic, name, to)
				if brokerstats.IsMissing(err) && settings.Topics().Pattern() {
					return nil // deleted since it was listed
				}
				return err
			})
		}
	}
	return all.Wait()
}

// beginDrain notes the backlog after a seek.
func (g *Group) beginDrain(ctx context.Context) {
	admin, topics := g.Cluster().Admin, broker.FullTopics(g.Topics())
	got, failed := brokerstats.FetchGroup(ctx, admin, topics)
	if own, ok := got.Of(topics, failed); ok {
		g.Observe(ctx, admin, own) // an incident shows again in the next statistics
	}
	if n := g.stats.Latest().BacklogMessages; n > 0 {
		g.sampled.drain.Store(&snapshot.Drain{From: time.Now(), Start: n})
	}
}
