package commands

import (
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sayProducer tells what a producer group does: sending to fast · 4 workers · …
func sayProducer(_ string, p spec.Producer) string {
	return strings.Join([]string{"sending to " + p.Topic, count(p.Workers, "worker"), sayShape(p.Rate), saySize(p)}, " · ")
}

func sayShape(shape pacing.Shape) string {
	r, hold := shape.IsHold()
	switch {
	case hold && r.IsMax():
		return "as fast as it goes"
	case hold:
		return graphs.Rate(float64(r))
	}
	return shape.String()
}

func saySize(p spec.Producer) string {
	size := p.Size.String()
	if p.Size.IsFixed() {
		size = graphs.Bytes(p.Size.Mean())
	}
	if p.Compression == "none" {
		return size + " uncompressed"
	}
	return size + " " + string(p.Compression)
}

func sayConsumer(_ string, s spec.Consumer) string {
	return strings.Join([]string{"receiving " + s.Topic + " as " + s.Subscription, string(s.Type), count(s.Workers, "worker"), "from " + string(s.From)}, " · ")
}

// count writes a number with its noun: 1 worker, 4 workers.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", graphs.Whole(float64(n)), noun)
}

// account sums up what a group has done.
func account(g snapshot.Group) string {
	if p := g.Producer; p != nil {
		parts := []string{whole(p.Sent) + " sent", whole(p.Acked) + " acked", whole(p.Failed) + " failed"}
		if p.Unknown > 0 {
			parts = append(parts, whole(p.Unknown)+" unanswered")
		}
		return strings.Join(parts, " · ")
	}
	if s := g.Consumer; s != nil {
		return strings.Join([]string{whole(s.Received) + " received", whole(int64(s.Delivery.Lost)) + " lost",
			whole(int64(s.Delivery.Duplicated)) + " duplicated"}, " · ")
	}
	return ""
}

func whole(n int64) string { return graphs.Whole(float64(n)) }
