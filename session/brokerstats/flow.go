package brokerstats

import (
	"time"

	"pulsh/session/broker"
)

// Flow is the traffic of a topic between two readings of its counters, in
// messages and bytes per second. The broker's own rates are averages over a
// minute.
type Flow struct {
	In, BytesIn float64
	Out         map[string]float64 // by subscription
	Partitions  map[string]Flow    // by name, nil if there are none
}

// FlowBetween returns the traffic between two readings that lie so far apart. A
// counter that has begun again, as after a reconnect, counts as 0.
func FlowBetween(before, after broker.TopicStats, apart time.Duration) Flow {
	perSecond := func(was, is int64) float64 {
		if apart <= 0 {
			return 0
		}
		return float64(max(is-was, 0)) / apart.Seconds()
	}
	f := Flow{
		In: perSecond(before.MessagesIn, after.MessagesIn), BytesIn: perSecond(before.BytesIn, after.BytesIn),
		Out: make(map[string]float64, len(after.Subscriptions)),
	}
	for name, sub := range after.Subscriptions {
		if was, ok := before.Subscriptions[name]; ok {
			f.Out[name] = perSecond(was.MessagesOut, sub.MessagesOut)
		}
	}
	if len(after.Partitions) > 0 {
		f.Partitions = make(map[string]Flow, len(after.Partitions))
		for name, part := range after.Partitions {
			if was, ok := before.Partitions[name]; ok {
				f.Partitions[name] = FlowBetween(was, part, apart)
			}
		}
	}
	return f
}

// OutOfAll returns the sum over all subscriptions.
func (f Flow) OutOfAll() float64 {
	sum := 0.0
	for _, out := range f.Out {
		sum += out
	}
	return sum
}
