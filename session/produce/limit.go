package produce

import (
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// A group keeps up while less than this stretch of its schedule waits to be
// sent, its queue is full when so much of it is in flight, and it waits for the
// batch delay when receipts take less than so many delays.
const (
	keepsUp     = 50 * time.Millisecond
	queueFull   = 0.9
	delayBounds = 2
)

// limit says what keeps a producer group below its target, or "" when that is
// its schedule.
func limit(p *snapshot.Producer, spec spec.Producer, engine broker.Engine, cluster snapshot.ClusterState) string {
	switch {
	case p.Target == 0 || !p.Target.IsMax() && p.Waiting() < keepsUp:
		return ""
	case cluster != snapshot.Up:
		return "connection: " + string(cluster)
	case p.Broker.Throttled && p.Broker.Limit != "":
		return "broker throttle: " + p.Broker.Limit
	case p.Broker.Throttled:
		return "broker throttle"
	case float64(p.InFlight) < queueFull*float64(p.Pending):
		if engine == broker.WireEngine {
			return "pulsh CPU"
		}
		return "client CPU"
	case p.Rate == 0:
		return "broker: nothing is acked"
	}
	service := p.Service.Recent.P50
	if spec.Batch > 1 && service < delayBounds*spec.Delay {
		return fmt.Sprintf("queue full: %d pending ÷ %s delay is %s", p.Pending, spec.Delay, pacing.Rate(float64(p.Pending)/spec.Delay.Seconds()))
	}
	return fmt.Sprintf("broker: %d pending, %s to an ack", p.Pending, service.Round(100*time.Microsecond))
}
