package fake

import (
	"context"
	"time"

	"pulsh/session/broker"
	"pulsh/session/connections"
)

// faults are the present faults of a cluster.
type faults struct {
	refuses    bool
	adminAway  bool
	dead       bool
	stalls     int           // how many calls of Stall are not over
	responsive chan struct{} // closed while the cluster is neither dead nor stalled
	parked     []*shipment   // shipments that arrived while it was, in order

	rate     float64   // messages taken per second, 0 for no limit
	nextFree time.Time // when the next message can be taken, if rate is set

	failingSends int // of the next messages
	failure      broker.Category
	failureText  string

	failingAcks int // of the next acks
	ackFailure  error
}

// unresponsive reports whether the cluster answers nothing.
func (f *faults) unresponsive() bool { return f.dead || f.stalls > 0 }

// shipment returns how many messages may arrive together. A throttled broker
// takes them one by one.
func (f *faults) shipment() int {
	if f.rate > 0 {
		return 1
	}
	return shipmentMax
}

// paced returns when n messages that would arrive at the given time are taken
// under the throttle.
func (f *faults) paced(arrival time.Time, n int) time.Time {
	if f.rate <= 0 {
		return arrival
	}
	if f.nextFree.Before(arrival) {
		f.nextFree = arrival
	}
	f.nextFree = f.nextFree.Add(time.Duration(float64(n) / f.rate * float64(time.Second)))
	return f.nextFree
}

// fails reports whether the next message should fail, and why.
func (f *faults) fails() (broker.Category, string, bool) {
	if f.failingSends == 0 {
		return 0, "", false
	}
	f.failingSends--
	return f.failure, f.failureText, true
}

// Refuse makes the cluster refuse new connections, or accept them again.
// Present producers and consumers are not affected.
func (c *Cluster) Refuse(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.refuses = on
}

// HideAdmin makes the admin API refuse connections, or accept them again. Only
// Version, which stands for the broker's own answer, goes on.
func (c *Cluster) HideAdmin(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.adminAway = on
}

// Kill cuts all connections like a broker that crashes. Stored messages stay.
// Producers keep their sends in flight and send them again after Restore, or
// fail them at the send timeout. Messages that consumers hold are redelivered.
func (c *Cluster) Kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.dead {
		return
	}
	c.stopResponding()
	c.faults.dead = true
	for _, s := range c.subscriptions {
		s.disconnect()
	}
	c.eachLink((*connections.Member).Lost)
}

// Restore brings a killed cluster back with everything that it had stored.
func (c *Cluster) Restore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.dead {
		c.faults.dead = false
		c.eachLink((*connections.Member).Back)
		c.resumeResponding()
		c.callOut()
	}
}

// Stall makes the cluster answer nothing for a time while its connections stay
// open, like a broker in a long garbage collection. Messages sent meanwhile are
// stored afterwards, even if their sends have timed out.
func (c *Cluster) Stall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopResponding()
	c.faults.stalls++
	c.schedule(time.Now().Add(d), func() {
		c.faults.stalls--
		c.resumeResponding()
	})
}

// stopResponding makes new clients wait, if they do not wait already.
func (c *core) stopResponding() {
	if !c.faults.unresponsive() {
		c.faults.responsive = make(chan struct{})
	}
}

// resumeResponding takes the messages that arrived meanwhile, in order, and
// delivers again, unless another fault goes on.
func (c *core) resumeResponding() {
	if c.faults.unresponsive() {
		return
	}
	close(c.faults.responsive)
	parked := c.faults.parked
	c.faults.parked = nil
	for _, s := range parked {
		c.arrive(s)
	}
	for _, s := range c.subscriptions {
		s.dispatch()
	}
}

// enter waits until the cluster answers, and locks it. It stays unlocked after an error.
func (c *core) enter(ctx context.Context) error {
	if err := c.awaitResponsive(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	err := c.reachable()
	if err != nil {
		c.mu.Unlock()
	}
	return err
}

// awaitResponsive waits until the cluster is neither dead nor stalled. It fails
// at the end of ctx, or at once if the cluster refuses connections.
func (c *core) awaitResponsive(ctx context.Context) error {
	c.mu.Lock()
	well, err := c.faults.responsive, error(nil)
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

// Throttle limits the messages per second that the cluster takes from all
// producers together; 0 removes the limit.
func (c *Cluster) Throttle(rate float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.rate, c.faults.nextFree = rate, time.Time{}
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
	c.faults.failingSends, c.faults.failure, c.faults.failureText = n, category, text
}

// FailAcks makes the next n acknowledgements fail.
func (c *Cluster) FailAcks(n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.failingAcks, c.faults.ackFailure = n, err
}
