package produce

import (
	"fmt"
	"time"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

const (
	// waitingMax is how far behind its schedule a group may be that keeps up.
	waitingMax = 50 * time.Millisecond
	// queueFull is the share of the queue above which the queue counts as full.
	queueFull = 0.9
	// delaysMax is the service time, in batch delays, below which the batch delay
	// holds the group up, and not the broker.
	delaysMax = 2
)

// limit returns what keeps a group below its target, or "" if nothing does.
func limit(p *snapshot.Producer, settings spec.Producer, engine broker.Engine, cluster snapshot.ClusterState) string {
	switch {
	case p.Target == 0 || !p.Target.IsMax() && p.Waiting() < waitingMax:
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
	if settings.Batch > 1 && service < delaysMax*settings.Delay {
		return fmt.Sprintf("queue full: %d pending ÷ %s delay is %s", p.Pending, settings.Delay, pacing.Rate(float64(p.Pending)/settings.Delay.Seconds()))
	}
	return fmt.Sprintf("broker: %d pending, %s to an ack", p.Pending, service.Round(100*time.Microsecond))
}
