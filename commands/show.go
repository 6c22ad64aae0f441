package commands

import (
	"context"
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// sheet is the answer of show: a label, a value and a remark a line.
type sheet struct{ lines []string }

// add puts a row together; a value without a remark has the whole of it.
func (s *sheet) add(label, value, remark string) {
	if remark != "" {
		value = graphs.Left(value, sheetValue)
	}
	line := graphs.Left(label, sheetLabel) + "  " + graphs.Clean(value) + "  " + graphs.Clean(remark)
	s.lines = append(s.lines, strings.TrimRight(line, " "))
}

// The widths of the first two columns, so that answers can be compared line by
// line.
const (
	sheetLabel = 11
	sheetValue = 20
	sheetRow   = 46
)

func show(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	c.say("%s", headline(g))
	if g.LastError != "" {
		c.say("%s", g.LastError)
	}
	var s sheet
	if g.Producer != nil {
		spec, _ := c.env.Session.Producer(g.Name)
		s.producer(g, spec)
	} else {
		spec, _ := c.env.Session.Consumer(g.Name)
		s.consumer(g, spec)
	}
	for _, f := range g.Failures {
		s.add("", whole(f.Count)+" "+f.Category.String(), f.Last.Text)
	}
	c.print(s.lines)
	return nil
}

// headline is name, state, how long, and the topic.
func headline(g snapshot.Group) string {
	state := string(g.State)
	if g.Running > 0 {
		state += " " + graphs.Elapsed(g.Running)
	}
	topic := covered(g)
	if g.Partitions > 0 {
		topic += fmt.Sprintf(" (%s)", count(g.Partitions, "partition"))
	}
	return fmt.Sprintf("%s  %s · %s", g.Name, state, topic)
}

func (s *sheet) producer(g snapshot.Group, spec spec.Producer) {
	p := g.Producer
	form := "held"
	if _, hold := spec.Rate.IsHold(); !hold {
		form = spec.Rate.String()
	}
	target := "as fast as it goes"
	switch {
	case !active(g.State):
		target, form = graphs.NoValue, sayShape(spec.Rate)+" when it starts"
	case p.Target.IsMax():
		form = ""
	default:
		target = graphs.Whole(float64(p.Target)) + "/s"
	}
	s.add("target", target, form)
	s.add("sent", whole(p.Sent), fmt.Sprintf("%s, %s missed", dueShare(p), whole(p.Missed)))
	s.add("acked", whole(p.Acked), fmt.Sprintf("%s now, %s on average", graphs.Rate(p.Rate), graphs.Rate(p.Average)))
	s.add("size", spec.Size.String(), fmt.Sprintf("%s, %s, %s", spec.Body, graphs.ByteRate(p.BytesPerSecond), spec.Compression))
	if spec.Keys.Count() > 0 {
		s.add("keys", spec.Keys.String(), "")
	}
	s.add("batch", fmt.Sprintf("≤ %d or %s", spec.Batch, pacing.FormatDuration(spec.Delay)), graphs.Three(p.MessagesPerBatch)+" messages a batch")
	s.add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s, queue %s full", count(p.Producers, "lane"), graphs.Percent(share(p.InFlight, p.Pending), 0)))
	s.latencies("latency", p.Latency, "due→acked")
	s.latencies("service", p.Service, "sent→acked")
	s.latencies("lag", p.Lag, "due→sent")
	s.broker(p.Broker, "in", p.Broker.InPerSecond)
	limit := p.Limit
	switch {
	case !active(g.State):
		limit = graphs.NoValue
	case limit == "" && p.Target.IsMax():
		limit = "none found"
	case limit == "":
		limit = "none: the schedule"
	}
	s.add("limit", limit, "")
	unknown := ""
	if p.Unknown > 0 {
		unknown = whole(p.Unknown) + " unanswered"
	}
	s.add("failed", whole(p.Failed), unknown)
}

func (s *sheet) consumer(g snapshot.Group, spec spec.Consumer) {
	r := g.Consumer
	s.add("receives as", spec.Subscription, fmt.Sprintf("%s, from %s", spec.Type, spec.From))
	s.topics(g)
	if text := coverage(spec); text != "" {
		s.add("", text, "")
	}
	s.add("received", whole(r.Received), fmt.Sprintf("%s now, %s on average, %s", graphs.Rate(r.Rate), graphs.Rate(r.Average), graphs.ByteRate(r.BytesPerSecond)))
	s.add("acked", whole(r.Acked), fmt.Sprintf("%s, %s failed", graphs.Rate(r.AckRate), whole(r.AckFailed)))
	s.behaviour(r, spec)
	s.add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s that the broker sees, queue %d", count(r.Consumers, "consumer"), spec.Queue))
	backlog := graphs.NoValue
	if r.Backlog.Known {
		backlog = whole(r.Backlog.Messages)
	}
	s.add("backlog", backlog, fmt.Sprintf("%s entries, %s unacked", whole(r.Backlog.Entries), whole(r.Backlog.Unacked)))
	s.broker(r.Broker, "out", r.Broker.OutPerSecond)
	s.latencies("e2e", r.E2E, "due→received")
	s.latencies("processing", r.Processing, "received→acked")
	l := r.Delivery
	s.add("ledger", whole(int64(l.Lost))+" lost", fmt.Sprintf("%s duplicated, %s redelivered", whole(int64(l.Duplicated)), whole(int64(l.Redelivered))))
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.add("", "came again", causes)
	}
	s.add("", whole(int64(l.OutOfOrder))+" out of order", fmt.Sprintf("epoch %d, %s still expected", r.Period, whole(int64(l.Gaps+l.NotYetReceived))))
	if r.Clock.Differs {
		s.add("clock", r.Clock.String(), "")
	}
	if r.Unstamped > 0 {
		s.add("foreign", whole(r.Unstamped), "not sent by pulsh: neither latency nor ledger")
	}
}

// broker is what the broker says beside pulsh's own figures.
func (s *sheet) broker(t snapshot.BrokerStats, way string, perSecond float64) {
	if t.At.IsZero() {
		return
	}
	remark := fmt.Sprintf("%s stored, %s", graphs.Bytes(float64(t.Storage)), count(t.Producers, "producer"))
	if t.Apart != "" {
		remark = t.Apart
	}
	s.add("broker", graphs.Rate(perSecond)+" "+way, remark)
	if t.Spread.Partitions > 1 {
		s.spread(t.Spread, way)
	}
}

// spread is how unevenly the partitions are used: what comes in, or what waits.
func (s *sheet) spread(p snapshot.Spread, way string) {
	value, what := graphs.Rate, "in"
	if way != "in" {
		value, what = graphs.Count, "behind"
	}
	s.add("partitions", whole(int64(p.Partitions)), fmt.Sprintf("%s: least %s on %s, most %s on %s",
		what, value(p.Least.Value), partitionLabel(p.Least.Partition), value(p.Most.Value), partitionLabel(p.Most.Partition)))
}

// latencies is a row of quantiles since the start.
func (s *sheet) latencies(label string, l snapshot.Latencies, what string) {
	q := l.Total
	if q.Count == 0 {
		s.add(label, graphs.NoValue, what)
		return
	}
	row := fmt.Sprintf("p50 %s  p99 %s  p99.9 %s  max %s", millis(q.P50), millis(q.P99), millis(q.P999), graphs.MillisUnit(float64(q.Max)))
	s.lines = append(s.lines, graphs.Left(label, sheetLabel)+"  "+graphs.Left(row, max(sheetRow, graphs.Width(row)))+"  "+what)
}

// dueShare is how much of what fell due was sent.
func dueShare(p *snapshot.Producer) string {
	if p.Due == 0 {
		return "nothing was due"
	}
	return graphs.Percent(min(share(int(p.Sent), int(p.Due)), 100), 3) + " of what was due"
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of) * 100
}
