package answers

import (
	"strings"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SayProducer describes a producer group: sending to fast · 4 workers · …
func SayProducer(_ string, p spec.Producer) string {
	return withEnds(strings.Join([]string{"sending to " + p.TopicText(), graphs.Plural(p.Workers, "worker"), SayShape(p.Rate), saySize(p)}, " · "), p.Ends)
}

// SayShape writes a shape; a constant one as a rate.
func SayShape(shape pacing.Shape) string {
	r, hold := shape.IsHold()
	switch {
	case hold && r.IsMax():
		return "as fast as possible"
	case hold:
		return graphs.Rate(float64(r))
	}
	return shape.String()
}

// saySize returns the message size and the compression.
func saySize(p spec.Producer) string {
	size := p.Size.String()
	if p.Body.Own() {
		size = "body " + payload.FormatBody(p.Body, p.Pattern)
	} else if p.Size.IsFixed() {
		size = graphs.Bytes(p.Size.Mean())
	}
	if p.Compression == "none" {
		return size + " uncompressed"
	}
	return size + " " + string(p.Compression)
}

// SayConsumer describes a consumer group in one line. resumed is the backlog that the
// start found at an existing subscription, in messages, or nil.
func SayConsumer(s spec.Consumer, resumed *int64) string {
	if s.Reader.Is {
		said := withEnds(strings.Join([]string{"reading " + s.Topic, graphs.Plural(s.Workers, "worker"), "from " + s.Reader.Begin}, " · "), s.Ends)
		return strings.Replace(said, emptyEnd, "the end of the topic", 1)
	}
	place := "from " + string(s.From)
	switch {
	case resumed != nil && *resumed > 0:
		place = "continues with a backlog of about " + graphs.Count(float64(*resumed)) + " messages"
	case resumed != nil:
		place = "continues, the backlog is empty"
	}
	return withEnds(strings.Join([]string{"receiving " + s.Topic + " as " + s.SubscriptionText(), string(s.Type), graphs.Plural(s.Workers, "worker"), place}, " · "), s.Ends)
}

// Totals returns the totals of a group since its start or reset.
func Totals(g snapshot.Group) string {
	if p := g.Producer; p != nil {
		parts := []string{Whole(p.Sent) + " sent", Whole(p.Acked) + " acked", Whole(p.Failed) + " failed"}
		if p.Unknown > 0 {
			parts = append(parts, Whole(p.Unknown)+" unknown")
		}
		return strings.Join(parts, " · ")
	}
	if s := g.Consumer; s != nil {
		lost := Whole(int64(s.Delivery.Lost)) + " lost"
		if !s.Judged() {
			lost = "loss not judged"
		}
		return strings.Join([]string{Whole(s.Received) + " received", lost,
			Whole(int64(s.Delivery.Duplicated)) + " duplicated"}, " · ")
	}
	return ""
}

// Whole writes a number with its digits in groups of three.
func Whole(n int64) string { return graphs.Whole(float64(n)) }

// covered returns the full name of a group's topic, or the pattern or list with the
// number of topics.
func covered(g snapshot.Group) string {
	if name, err := broker.ParseTopic(g.Topic); err == nil && !strings.Contains(g.Topic, ",") {
		return name.String()
	}
	if len(g.Topics) == 0 {
		return g.Topic
	}
	return g.Topic + " (" + graphs.Plural(len(g.Topics), "topic") + ")"
}

// Receives reports whether a consumer group is subscribed to a topic.
func Receives(g snapshot.Group, topic string) bool {
	for _, own := range g.Topics {
		if SameTopic(own, topic) {
			return true
		}
	}
	return false
}

// coverage returns the settings of the subscription that differ from the defaults.
func coverage(settings spec.Consumer) string {
	var parts []string
	standard := spec.DefaultConsumer("sub1")
	if settings.Reader.Is {
		standard = spec.DefaultReader("r1")
	}
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
