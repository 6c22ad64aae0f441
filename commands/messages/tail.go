package messages

import (
	"context"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/reading"
)

// lookEvery is how often what has come is printed, and tellEvery how often what was left
// out.
const (
	lookEvery = 100 * time.Millisecond
	tellEvery = time.Second
	closeMost = 2 * time.Second
)

// Tail runs the command tail: show the messages of a topic as they come.
func Tail(ctx context.Context, c *host.Call) error {
	cluster, err := c.Cluster()
	if err != nil {
		return err
	}
	topic := c.Text("topic")
	if err := existing(ctx, c, cluster.Admin, topic); err != nil {
		return err
	}
	var key *string
	if text, given := host.Value[string](c, "key"); given {
		key = &text
	}
	most, _ := host.Value[int](c, "n")
	opening, cancel := host.Asked(ctx)
	defer cancel()
	t, err := reading.Follow(opening, cluster.Looking(), topic, key, most)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeMost)
		defer cancel()
		_ = t.Close(closing) // it has nothing to acknowledge
	}()
	return follow(ctx, c, t)
}

// existing refuses a topic that does not exist: a reader would create it. Without an
// admin API nobody can tell.
func existing(ctx context.Context, c *host.Call, admin broker.Admin, topic string) error {
	if admin == nil || !broker.IsPersistent(topic) {
		return nil
	}
	ctx, cancel := host.Asked(ctx)
	defer cancel()
	_, err := admin.Stats(ctx, topic)
	if !broker.IsMissing(err) {
		return nil // the engine says what is wrong
	}
	return c.Refuse("topic", "send "+lang.Quote(topic)+" hello", "there is no topic %q", topic)
}

// follow prints what comes until an end: Ctrl-C, a number of messages or a time.
func follow(ctx context.Context, c *host.Call, t *reading.Tail) error {
	began := time.Now()
	var over <-chan time.Time
	if d, given := host.Value[time.Duration](c, "for"); given {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	f := formOf(ctx, c, c.ClusterName())
	var told int64
	next := began.Add(tellEvery)
	shown := 0
	look := func(last bool) (bool, error) {
		news, err := t.Look()
		for _, m := range news.Messages {
			f.now = c.Env.Now()
			c.Print(f.lines(m))
			shown++
		}
		if now := time.Now(); news.Left > told && (last || now.After(next)) {
			c.Say("… %s not shown: they come too fast to read", graphs.Plural(news.Left-told, "message"))
			told, next = news.Left, now.Add(tellEvery)
		}
		if last || err != nil || news.Full {
			c.Say("%s in %s, %s shown", graphs.Plural(news.Came, "message"), graphs.Seconds(time.Since(began)), answers.Whole(int64(shown)))
		}
		return news.Full, err
	}
	for {
		select {
		case <-tick.C:
		case <-over:
			_, err := look(true)
			return err
		case <-ctx.Done():
			_, err := look(true)
			return err
		}
		if full, err := look(false); full || err != nil {
			return err
		}
	}
}
