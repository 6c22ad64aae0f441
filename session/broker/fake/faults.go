package fake

import (
	"context"
	"time"

	"pulsh/session/broker"
)

// Tampering is what can be done to one message between its receipt and the log.
type Tampering int

// Lose acks a message and does not store it, Double stores it twice, Swap
// stores it behind the next one of its partition.
const (
	Lose Tampering = iota
	Double
	Swap
)

// faults are what is wrong with a cluster at the moment.
type faults struct {
	refuses bool
	dead    bool
	stalls  int           // Stalls that are not over
	well    chan struct{} // closed while the cluster is neither dead nor stalls
	parked  []*shipment   // arrived while it was, in order

	rate float64   // messages taken per second, 0 for any
	free time.Time // when the next message can be taken, if rate is set

	failing     int // of the next messages
	failure     broker.Category
	failureText string

	ackFailing int // of the next acks
	ackFailure error
}

// absent tells whether nothing is answered.
func (f *faults) absent() bool { return f.dead || f.stalls > 0 }

// shipment is how many messages travel as one: a throttled broker takes them
// one by one.
func (f *faults) shipment() int {
	if f.rate > 0 {
		return 1
	}
	return shipmentMax
}

// paced is when n messages that would arrive at a time have been taken.
func (f *faults) paced(arrival time.Time, n int) time.Time {
	if f.rate <= 0 {
		return arrival
	}
	if f.free.Before(arrival) {
		f.free = arrival
	}
	f.free = f.free.Add(time.Duration(float64(n) / f.rate * float64(time.Second)))
	return f.free
}

// fails says whether the next message is to fail.
func (f *faults) fails() (broker.Category, string, bool) {
	if f.failing == 0 {
		return 0, "", false
	}
	f.failing--
	return f.failure, f.failureText, true
}

// Refuse makes the cluster let nobody new in, or let them in again. Lanes and
// subscribers that are there go on.
func (c *Cluster) Refuse(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.refuses = on
}

// Kill cuts all connections, as a broker that dies. What is stored stays
// stored. Lanes keep what is in flight and send it again after Restore, or
// fail it when its time is up; what consumers hold is delivered again.
func (c *Cluster) Kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.dead {
		return
	}
	c.leave()
	c.faults.dead = true
	for _, s := range c.subs {
		s.disconnect()
	}
}

// Restore brings a killed cluster back, with all that it had stored.
func (c *Cluster) Restore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.dead {
		c.faults.dead = false
		c.recover()
		c.tell()
	}
}

// Stall makes the cluster answer nothing for a while, with its connections
// open: as one that collects garbage or is stopped. What has timed out
// meanwhile is stored all the same.
func (c *Cluster) Stall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leave()
	c.faults.stalls++
	c.at(time.Now().Add(d), func() {
		c.faults.stalls--
		c.recover()
	})
}

// leave makes newcomers wait, if they do not wait already.
func (c *Cluster) leave() {
	if !c.faults.absent() {
		c.faults.well = make(chan struct{})
	}
}

// recover takes what has waited, in order, and delivers again.
func (c *Cluster) recover() {
	if c.faults.absent() {
		return
	}
	close(c.faults.well)
	parked := c.faults.parked
	c.faults.parked = nil
	for _, s := range parked {
		c.arrive(s)
	}
	for _, s := range c.subs {
		s.dispatch()
	}
}

// await waits for a cluster that is dead or stalls.
func (c *Cluster) await(ctx context.Context) error {
	c.mu.Lock()
	well, err := c.faults.well, error(nil)
	if c.faults.refuses || c.closed {
		err = unreachable()
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case <-well:
		return nil
	case <-ctx.Done():
		return unreachable()
	}
}

// Throttle makes the cluster take at most so many messages a second, of all
// lanes together; 0 ends it.
func (c *Cluster) Throttle(rate float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.rate, c.faults.free = rate, time.Time{}
}

// SetLatency changes the time from a send to its receipt.
func (c *Cluster) SetLatency(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options.Latency = d
}

// FailSends makes the next n messages fail.
func (c *Cluster) FailSends(n int, category broker.Category, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.failing, c.faults.failure, c.faults.failureText = n, category, text
}

// FailAcks makes the next n acknowledgements fail.
func (c *Cluster) FailAcks(n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.ackFailing, c.faults.ackFailure = n, err
}

// Tamper does something to the nth message, from 1, that arrives at a topic
// from now on.
func (c *Cluster) Tamper(name string, n int, how Tampering) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, true)
	if err == nil {
		t.tampering[t.arrived+uint64(n)] = how
	}
	return err
}

// Terminate ends a topic: it takes no more messages.
func (c *Cluster) Terminate(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, false)
	if err == nil {
		t.terminated = true
		c.endLanes(t, terminated(t))
	}
	return err
}

// Evict ends all consumers of a subscription for good, as a client does that
// gives up after a reconnect was refused.
func (c *Cluster) Evict(name, subscription string, why error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.find(name, false)
	if err != nil {
		return err
	}
	for _, s := range c.subs {
		if s.topic == t && s.name == subscription {
			for _, u := range append([]*consumer(nil), s.consumers...) {
				u.end(why)
			}
		}
	}
	return nil
}
