package answers

import (
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SayProducer tells what a producer group does: sending to fast · 4 workers · …
func SayProducer(_ string, p spec.Producer) string {
	return strings.Join([]string{"sending to " + p.Topic, lang.Count(p.Workers, "worker"), SayShape(p.Rate), saySize(p)}, " · ")
}

// SayShape writes a shape of rates, a constant one as a rate.
func SayShape(shape pacing.Shape) string {
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

// SayConsumer tells in one line what a consumer group does.
func SayConsumer(_ string, s spec.Consumer) string {
	return strings.Join([]string{"receiving " + s.Topic + " as " + s.Subscription, string(s.Type), lang.Count(s.Workers, "worker"), "from " + string(s.From)}, " · ")
}

// Account sums up what a group has done.
func Account(g snapshot.Group) string {
	if p := g.Producer; p != nil {
		parts := []string{Whole(p.Sent) + " sent", Whole(p.Acked) + " acked", Whole(p.Failed) + " failed"}
		if p.Unknown > 0 {
			parts = append(parts, Whole(p.Unknown)+" unanswered")
		}
		return strings.Join(parts, " · ")
	}
	if s := g.Consumer; s != nil {
		return strings.Join([]string{Whole(s.Received) + " received", Whole(int64(s.Delivery.Lost)) + " lost",
			Whole(int64(s.Delivery.Duplicated)) + " duplicated"}, " · ")
	}
	return ""
}

// Whole writes a number with its digits in groups of three.
func Whole(n int64) string { return graphs.Whole(float64(n)) }

// covered is what a consumer group receives from, for the head of a page: a
// topic's full name, or how many there are.
func covered(g snapshot.Group) string {
	if name, err := broker.ParseTopic(g.Topic); err == nil && !strings.Contains(g.Topic, ",") {
		return name.String()
	}
	if len(g.Topics) == 0 {
		return g.Topic
	}
	return g.Topic + " (" + lang.Count(len(g.Topics), "topic") + ")"
}

// Receives tells whether a consumer group is subscribed to a topic.
func Receives(g snapshot.Group, topic string) bool {
	for _, own := range g.Topics {
		if SameTopic(own, topic) {
			return true
		}
	}
	return false
}

// coverage is how a group covers its subscription, where it is not the standard.
func coverage(settings spec.Consumer) string {
	var parts []string
	standard := spec.DefaultConsumer("sub1")
	for _, s := range spec.ConsumerSettings() {
		switch s.Name {
		case "durable", "priority", "compacted", "sticky", "prefix":
			if value := s.Get(&settings); value != s.Get(&standard) {
				parts = append(parts, s.Name+"="+value)
			}
		}
	}
	return strings.Join(parts, ", ")
}
