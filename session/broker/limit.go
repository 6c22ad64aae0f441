package broker

import "fmt"

// Limit is one rate limit that Pulsar enforces, per second. 0 is no limit.
type Limit struct {
	Level    string // who set it: topic, namespace or broker
	On       string // what it limits: publish, dispatch or subscription dispatch
	Messages float64
	Bytes    float64
}

// String returns the limit as a part of a sentence.
func (l Limit) String() string {
	text := fmt.Sprintf("the %s's %s rate", l.Level, l.On)
	if l.Messages > 0 {
		text += fmt.Sprintf(" of %.0f msg/s", l.Messages)
	}
	if l.Messages > 0 && l.Bytes > 0 {
		text += " and"
	}
	if l.Bytes > 0 {
		text += fmt.Sprintf(" of %.0f B/s", l.Bytes)
	}
	return text
}
