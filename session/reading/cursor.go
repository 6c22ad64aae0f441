package reading

import (
	"sync"
	"time"

	"pulsh/session/broker"
	"pulsh/session/spec"
)

// Cursor is how far the reader of a group has read. A reader has no cursor on the broker:
// where its consumer is replaced, the next one begins behind the last message of the one
// before. The zero Cursor is that of a group without a reader. Any goroutine may use it.
type Cursor struct {
	mu       sync.Mutex // guards the fields below; held for moments only
	reads    bool
	start    broker.Start
	consumer broker.Consumer // the last one, nil for none yet
}

// Begin lets the next consumer of a group begin where the settings say. back takes it
// back.
func (c *Cursor) Begin(name string, settings spec.Consumer) (back func(), err error) {
	start, err := settings.Reader.Start(time.Now())
	if err != nil {
		return func() {}, &broker.Error{Message: err.Error(), Try: "set " + name + " from=-5m"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	reads, old, consumer := c.reads, c.start, c.consumer
	c.reads, c.start, c.consumer = settings.Reader.Is, start, nil
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reads, c.start, c.consumer = reads, old, consumer
	}, nil
}

// Complete adds to the specification of a consumer that it is a reader, and where it
// begins.
func (c *Cursor) Complete(s broker.ConsumerSpec) broker.ConsumerSpec {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.reads {
		return s
	}
	if placed, ok := c.consumer.(broker.Placed); ok {
		c.start.After = merge(c.start.After, placed.Places())
	}
	s.Reader, s.Start = true, c.start
	return s
}

// merge returns the newer places, and those of other topics.
func merge(old, newer []broker.Place) []broker.Place {
	merged := append([]broker.Place(nil), newer...)
	for _, p := range old {
		if _, there := (broker.Start{After: newer}).AfterIn(p.Topic); !there {
			merged = append(merged, p)
		}
	}
	return merged
}

// Use notes the consumer that reads from now on.
func (c *Cursor) Use(consumer broker.Consumer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reads && consumer != nil {
		c.consumer = consumer
	}
}
