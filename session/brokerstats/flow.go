package brokerstats

import (
	"time"

	"pulsh/session/broker"
)

// Flow is what passes through a topic, in messages a second between two answers
// of the admin API. The broker's own rates are averages over a minute.
type Flow struct {
	In, BytesIn float64
	Out         map[string]float64 // by subscription
	Partitions  map[string]Flow    // by name, nil for a topic without
}

// FlowBetween counts what passed between two answers that lie so far apart. A
// counter that has begun anew, as after a reconnect, counts as 0.
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

// OutOfAll is the sum of all subscriptions.
func (f Flow) OutOfAll() float64 {
	sum := 0.0
	for _, out := range f.Out {
		sum += out
	}
	return sum
}
