package reading

import (
	"bytes"
	"context"
	"sync"
	"time"

	"pulsh/session/broker"
)

// shownPerSecond is how many messages a person can follow at most.
const shownPerSecond = 20

// Tail is the messages that come to a topic from now on, sampled where they come too
// fast.
type Tail struct {
	reader reader
	key    *string // nil shows all
	most   int     // messages to show; 0 is no limit
	stop   chan struct{}
	ended  chan struct{}

	mu      sync.Mutex // guards the fields below; held for moments only
	kept    []broker.Message
	came    int64 // that have the key
	left    int64 // of these, not shown
	shown   int
	budget  float64
	counted time.Time // when the budget was counted
}

// Follow begins to read. key is that of the messages to show, nil for all; most is how
// many to show, 0 for no limit.
func Follow(ctx context.Context, engine broker.Broker, topic string, key *string, most int) (*Tail, error) {
	r, err := open(ctx, engine, topic, broker.Start{}, 1000)
	if err != nil {
		return nil, err
	}
	t := &Tail{reader: r, key: key, most: most, stop: make(chan struct{}), ended: make(chan struct{}), budget: shownPerSecond, counted: time.Now()}
	go t.run() // ended by Close
	return t, nil
}

// run receives until Close, or until the reader ends.
func (t *Tail) run() {
	defer close(t.ended)
	buf := make([]broker.Delivery, 64)
	for {
		n := t.reader.Receive(t.stop, buf)
		if n == 0 {
			return
		}
		t.take(buf[:n])
	}
}

// take keeps the messages that may be shown and counts the others.
func (t *Tail) take(run []broker.Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.budget = min(t.budget+now.Sub(t.counted).Seconds()*shownPerSecond, shownPerSecond)
	t.counted = now
	for i := range run {
		var m broker.Message
		if t.key != nil {
			if m = t.reader.Describe(&run[i]); m.Key != *t.key {
				continue
			}
		}
		if t.most > 0 && t.shown == t.most {
			return
		}
		t.came++
		if t.budget < 1 {
			t.left++
			continue
		}
		t.budget--
		t.shown++
		m = t.reader.Describe(&run[i])
		m.Body = bytes.Clone(m.Body) // the delivery's lives as long as the buffer
		t.kept = append(t.kept, m)
	}
}

// News is what has come since the last look.
type News struct {
	Messages []broker.Message
	Came     int64 // in all
	Left     int64 // in all, not shown
	Full     bool  // as many were shown as were wanted
}

// Look returns what has come since the last look. The error is why nothing more will
// come.
func (t *Tail) Look() (News, error) {
	over := false
	select {
	case <-t.ended:
		over = true
	default:
	}
	t.mu.Lock()
	news := News{Messages: t.kept, Came: t.came, Left: t.left, Full: t.most > 0 && t.shown == t.most}
	t.kept = nil
	t.mu.Unlock()
	if !over {
		return news, nil
	}
	_, cause := t.reader.Ended()
	if err := cause(); err != nil {
		return news, err
	}
	return news, &broker.Error{Message: "the broker has closed the reader"}
}

// Close ends it.
func (t *Tail) Close(ctx context.Context) error {
	close(t.stop)
	<-t.ended
	return t.reader.Close(ctx)
}
