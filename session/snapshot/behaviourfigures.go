package snapshot

import (
	"math"

	"pulsh/session/metrics"
	"pulsh/session/spec"
)

// behaviourFigures returns the figures about the outcomes of received messages
// and about missing messages.
func behaviourFigures() []Figure {
	type C = *Consumer
	outcome := func(name, doc string, o metrics.Outcome) Figure {
		return ofConsumer(name, spec.Count, doc, func(c C) float64 { return float64(c.Outcomes[o]) })
	}
	return []Figure{
		ofConsumer("target", spec.PerSecond, "max messages received per second, infinite for max", func(c C) float64 {
			if c.Target.IsMax() {
				return math.Inf(1)
			}
			return float64(c.Target)
		}),
		ofConsumer("kept", spec.Count, "messages processed and not yet acknowledged because of ack=delayed or ack=manual", func(c C) float64 { return float64(c.Kept) }),
		ofConsumer("waiting", spec.Count, "messages in the client's receiver queues", func(c C) float64 { return float64(c.Waiting) }),
		ofConsumer("nacked", spec.Count, "messages negatively acknowledged", func(c C) float64 { return float64(c.Nacked) }),
		outcome("dropped", "messages left unacknowledged by the setting drop", metrics.Dropped),
		outcome("released", "messages that their consumer held when it closed; the broker redelivers them", metrics.Released),
		outcome("deadlettered", "messages stored in the dead-letter topic", metrics.DeadLettered),
		outcome("retried", "messages stored in the retry topic", metrics.Retried),
		outcome("unforwarded", "messages that neither topic accepted; they were nacked instead", metrics.ForwardFailed),
		outcome("redelivered.nack", "messages redelivered after a nack", metrics.RedeliveredNack),
		outcome("redelivered.drop", "messages redelivered after they were dropped", metrics.RedeliveredDrop),
		outcome("redelivered.disconnect", "messages redelivered after their consumer closed or lost its connection", metrics.RedeliveredDisconnect),
		outcome("redelivered.seek", "messages redelivered after a seek", metrics.RedeliveredSeek),
		outcome("redelivered.unknown", "messages redelivered for an unknown reason", metrics.RedeliveredUnknown),
		outcome("chunked", "messages received in chunks", metrics.Chunked),
		outcome("undecrypted", "entries that could not be decrypted, each time they came", metrics.Undecrypted),
		outcome("undecoded", "messages that do not fit their schema", metrics.Undecoded),
		outcome("discarded", "entries that the engine threw away as damaged, as the Go client does with messages that have neither body nor properties", metrics.Discarded),
		ofConsumer("churned", spec.Count, "consumers replaced by churn", func(c C) float64 { return float64(c.Churned) }),
		ofConsumer("gaps", spec.Count, "missing messages between received ones, which may still arrive", judged(func(c C) uint64 { return c.Delivery.Gaps })),
		ofConsumer("notreceived", spec.Count, "messages acked to their producer, newer than the last one received", judged(func(c C) uint64 { return c.Delivery.NotYetReceived })),
		ofConsumer("removed", spec.Count, "missing messages that the cluster removed: expired, skipped, evicted, deleted, or dropped by a non-persistent topic; an estimate", func(c C) float64 { return float64(c.Removed) }),
		ofConsumer("unknown", spec.Count, "missing messages whose send failed, which may be stored", func(c C) float64 { return float64(c.Delivery.Unknown) }),
		ofConsumer("outoforder.key", spec.Count, "messages out of order within a key", func(c C) float64 { return float64(c.Delivery.OutOfOrderKey) }),
		ofConsumer("outsidewindow", spec.Count, "messages too old to be checked for loss and duplication", func(c C) float64 { return float64(c.Delivery.OutsideWindow) }),
	}
}
