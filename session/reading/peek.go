package reading

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"pulsh/session/broker"
)

// Backlog is what a subscription has before it.
type Backlog struct {
	Entries  int64            // that are stored and not acknowledged
	Messages []broker.Message // the first of them, by the time at which they were published
}

// silence is how long Peek waits for a message before it takes those that it has:
// what compaction or a transaction has removed is counted and never comes.
const silence = 2 * time.Second

// Peek returns the first n messages that a subscription has not acknowledged. It moves
// no cursor: a reader of its own begins where the cursor is in each partition.
func Peek(ctx context.Context, engine broker.Broker, admin broker.Admin, topic, subscription string, n int) (Backlog, error) {
	positions, err := admin.CursorPositions(ctx, topic, subscription)
	if err != nil {
		return Backlog{}, err
	}
	p := peeking{most: n, parts: map[int]*part{}}
	name, err := broker.ParseTopic(topic)
	if err != nil {
		return Backlog{}, err
	}
	var start broker.Start
	for _, at := range positions {
		start.After = append(start.After, broker.Place{Topic: name.Of(at.Partition).String(), ID: at.Acked, Index: broker.WholeEntry})
		one := &part{CursorPosition: at}
		if last, ok := at.Step(at.Ahead() - 1); ok && at.Unacknowledged() > 0 {
			one.last, one.open = last, true
		}
		p.parts[at.Partition] = one
		p.backlog.Entries += at.Unacknowledged()
	}
	if p.backlog.Entries == 0 {
		return p.backlog, nil
	}
	r, err := open(ctx, engine, topic, start, min(n, 1000))
	if err != nil {
		return Backlog{}, err
	}
	p.read(ctx, r)
	if err := r.Close(ctx); err != nil && len(p.backlog.Messages) == 0 {
		return p.backlog, err
	}
	slices.SortStableFunc(p.backlog.Messages, func(a, b broker.Message) int {
		return cmp.Compare(a.Published.UnixMilli(), b.Published.UnixMilli())
	})
	p.backlog.Messages = p.backlog.Messages[:min(n, len(p.backlog.Messages))]
	return p.backlog, ctx.Err()
}

// peeking collects messages.
type peeking struct {
	most    int
	parts   map[int]*part
	backlog Backlog
}

// part is one partition.
type part struct {
	broker.CursorPosition
	last broker.MessageID // the last entry that was stored at the beginning
	open bool             // more is wanted
	got  int
}

// read receives messages until each partition has given enough, or its last.
func (p *peeking) read(ctx context.Context, r reader) {
	stop := make(chan struct{})
	timer := time.AfterFunc(silence, func() { close(stop) })
	cut := context.AfterFunc(ctx, func() {
		if timer.Stop() {
			close(stop)
		}
	})
	defer cut()
	defer timer.Stop()
	buf := make([]broker.Delivery, 64)
	for p.open() {
		n := r.Receive(stop, buf)
		if n == 0 {
			return
		}
		for i := range buf[:n] {
			p.take(r.Describe(&buf[i]))
		}
		if timer.Stop() {
			timer.Reset(silence)
		}
	}
}

func (p *peeking) open() bool {
	for _, one := range p.parts {
		if one.open {
			return true
		}
	}
	return false
}

// take keeps a message unless it is acknowledged or not wanted any more.
func (p *peeking) take(m broker.Message) {
	one := p.parts[m.ID.Partition]
	if one == nil || !one.open {
		return
	}
	if one.last.Before(m.ID) {
		one.open = false // it came while we looked
		return
	}
	if one.Acknowledged(m.ID) {
		return
	}
	m.Body, m.Redelivery = bytes.Clone(m.Body), -1 // of the reader, not of the subscription
	p.backlog.Messages = append(p.backlog.Messages, m)
	one.got++
	lastOfAll := !m.ID.Before(one.last) && m.Index+1 >= m.Batch
	one.open = one.got < p.most && !lastOfAll
}
