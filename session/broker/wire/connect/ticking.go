package connect

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulsh/session/broker/protocol/conn"
)

// tickEvery is how often deadlines are looked at.
const tickEvery = 100 * time.Millisecond

// ticking is the clock of all connections of a cluster: a timer for each of a thousand
// would cost more than they do.
type ticking struct {
	mu   sync.Mutex // guards live; held for moments only
	live []*Connection
}

func (t *ticking) add(c *Connection) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = append(t.live, c)
}

func (t *ticking) drop(c *Connection) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = slices.DeleteFunc(t.live, func(one *Connection) bool { return one == c })
}

// run ticks until ctx ends.
func (t *ticking) run(ctx context.Context, now func() int64) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	var all []*Connection
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		t.mu.Lock()
		all = append(all[:0], t.live...)
		t.mu.Unlock()
		for _, c := range all {
			c.tick(now())
		}
		clear(all)
	}
}

// tick checks the deadlines. An overdue request becomes an event, which the reader
// alone hands on; it may be waiting for bytes, so tick answers for it.
func (c *Connection) tick(now int64) {
	c.mu.Lock()
	var late []any
	if now >= c.state.Deadline() {
		c.state.Tick(now)
		late = c.state.Late()
	}
	if err := c.state.Err(); err != nil {
		c.ended(err)
	}
	c.mu.Unlock()
	c.Push()
	for _, waiting := range late {
		if reply, ok := waiting.(chan answer); ok {
			reply <- answer{err: ErrOverdue}
		} else if o, ok := waiting.(Owner); ok {
			o.Handle(c, &conn.Event{Kind: conn.Overdue, Owner: waiting})
		}
	}
}
