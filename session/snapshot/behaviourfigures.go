package snapshot

import (
	"math"

	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// behaviourFigures are the figures of what a consumer group does with its
// messages, and of what its ledger keeps open.
func behaviourFigures() []Figure {
	figure := func(name string, unit spec.Unit, doc string, of func(*Consumer) float64) Figure {
		return Figure{name, unit, doc, func(_ *Snapshot, g Group) float64 {
			if g.Consumer == nil {
				return math.NaN()
			}
			return of(g.Consumer)
		}}
	}
	outcome := func(name, doc string, o metrics.Outcome) Figure {
		return figure(name, spec.Count, doc, func(c *Consumer) float64 { return float64(c.Outcomes[o]) })
	}
	type C = *Consumer
	return []Figure{
		figure("target", spec.PerSecond, "messages a second that may be taken now, infinite under max", func(c C) float64 {
			if c.Target.IsMax() {
				return math.Inf(1)
			}
			return float64(c.Target)
		}),
		figure("kept", spec.Count, "messages processed and held back by ack=delayed or ack=manual", func(c C) float64 { return float64(c.Kept) }),
		figure("waiting", spec.Count, "messages that wait in the client's queue", func(c C) float64 { return float64(c.Waiting) }),
		figure("nacked", spec.Count, "messages given back", func(c C) float64 { return float64(c.Nacked) }),
		outcome("dropped", "messages neither acknowledged nor given back", metrics.Dropped),
		outcome("released", "messages given up by their consumer's end, to come again", metrics.Released),
		outcome("deadlettered", "messages stored in the dead-letter topic", metrics.DeadLettered),
		outcome("retried", "messages stored in the retry topic", metrics.Retried),
		outcome("unforwarded", "messages that neither topic took, given back instead", metrics.ForwardFailed),
		outcome("redelivered.nack", "messages that came again after they were given back", metrics.RedeliveredNack),
		outcome("redelivered.drop", "messages that came again after they were dropped", metrics.RedeliveredDrop),
		outcome("redelivered.disconnect", "messages that came again after a consumer closed or lost its connection", metrics.RedeliveredDisconnect),
		outcome("redelivered.seek", "messages that came again after a seek", metrics.RedeliveredSeek),
		outcome("redelivered.unknown", "messages that came again for no known cause", metrics.RedeliveredUnknown),
		figure("churned", spec.Count, "consumers closed and subscribed again by churn", func(c C) float64 { return float64(c.Churned) }),
		figure("holes", spec.Count, "messages passed over that may still come", func(c C) float64 { return float64(c.Delivery.Gaps) }),
		figure("tail", spec.Count, "messages acked to their producer, above the last one received", func(c C) float64 { return float64(c.Delivery.NotYetReceived) }),
		figure("doubtful", spec.Count, "failed sends that may be stored", func(c C) float64 { return float64(c.Delivery.Unknown) }),
		figure("disordered.key", spec.Count, "messages out of order within a key", func(c C) float64 { return float64(c.Delivery.OutOfOrderKey) }),
		figure("tooold", spec.Count, "messages of before the ledger's window, not to be judged", func(c C) float64 { return float64(c.Delivery.OutsideWindow) }),
	}
}
