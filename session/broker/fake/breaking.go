package fake

import (
	"time"

	"pulsh/session/broker"
	"pulsh/session/connections"
)

// reconnectTime is how long a client of the fake needs to connect again.
const reconnectTime = 50 * time.Millisecond

// breakableProducer and breakableConsumer are those of an engine that can break its
// connections, see Options.Breakable.
type (
	breakableProducer struct{ *producer }
	breakableConsumer struct{ *consumer }
)

var (
	_ broker.Breaker = breakableProducer{}
	_ broker.Breaker = breakableConsumer{}
)

// Break delays what is sent from now on until the producer has connected again.
func (l breakableProducer) Break() int {
	l.cluster.mu.Lock()
	defer l.cluster.mu.Unlock()
	l.arrival = time.Now().Add(reconnectTime)
	l.cluster.breaks(l.link)
	return 1
}

// Break drops the queue and has all messages that the consumer holds delivered
// again.
func (u breakableConsumer) Break() int {
	u.cluster.mu.Lock()
	defer u.cluster.mu.Unlock()
	u.queue = nil
	u.cluster.breaks(u.link)
	for _, s := range u.subscriptions {
		for _, k := range s.cursors {
			k.release(u.consumer)
		}
	}
	u.cluster.schedule(time.Now().Add(reconnectTime), func() {
		for _, s := range u.subscriptions {
			s.dispatch()
		}
	})
	return 1
}

// breaks tells that a connection breaks and is made again. It needs the lock.
func (c *core) breaks(link *connections.Member) {
	link.Lost("")
	c.schedule(time.Now().Add(reconnectTime), func() {
		if !c.faults.dead {
			link.Back("")
		}
	})
}

// eachLink calls f for every producer and consumer. It needs the lock.
func (c *core) eachLink(f func(link *connections.Member, part string)) {
	for _, l := range c.producers {
		f(l.link, "")
	}
	for _, s := range c.subscriptions {
		for _, u := range s.consumers {
			f(u.link, "")
		}
	}
}
