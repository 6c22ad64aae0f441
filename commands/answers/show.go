package answers

import (
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Ledger is the account of the present epoch, and of those before it.
func (s *Sheet) Ledger(r *snapshot.Consumer, books snapshot.Delivery) {
	l := books.Present
	figure := func(label string, n uint64, remark string) { s.Add(label, Whole(int64(n)), remark) }
	begun := "the first"
	if l.Period > 1 {
		begun = "begun by a seek, a start or new consumers"
	}
	s.Add("epoch", Whole(int64(l.Period)), begun)
	figure("received", l.Received, Whole(int64(l.Unique()))+" different ones")
	figure("lost", l.Lost, "passed over for good")
	figure("holes", l.Gaps, "passed over so far, may still come")
	figure("tail", l.NotYetReceived, "acked, above the last one received")
	figure("in doubt", l.Unknown, "failed sends that may be stored")
	if l.CompactedAway > 0 {
		figure("left out", l.CompactedAway, "older messages of their keys, by compaction")
	}
	figure("duplicated", l.Duplicated, "stored twice")
	figure("redelivered", l.Redelivered, "came again, "+Whole(int64(l.RedeliveredByBroker))+" by the broker's own count")
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.Add("", "came again", causes)
	}
	figure("disorder", l.OutOfOrder, "out of order within a lane")
	if l.Keyed > 0 {
		unknown := ""
		if l.KeyUnknown > 0 {
			unknown = ", " + Whole(int64(l.KeyUnknown)) + " more unknown"
		}
		figure("by key", l.OutOfOrderKey, "out of order within a key of a lane"+unknown)
	}
	figure("too old", l.OutsideWindow, "of before the window, not to be judged")
	if r.Unstamped > 0 {
		s.Add("unstamped", Whole(r.Unstamped), "not sent by pulsh, in none of the above")
	}
	if e := books.Previous; e.Received+e.Gaps > 0 {
		s.Add("earlier", Whole(int64(e.Received)), fmt.Sprintf("received in %s: %s lost, %s left open,", lang.Count(int(e.Period), "epoch"), Whole(int64(e.Lost)), Whole(int64(e.Gaps))))
		s.Add("", "", fmt.Sprintf("%s duplicated, %s redelivered", Whole(int64(e.Duplicated)), Whole(int64(e.Redelivered))))
	}
}

// Sheet is the answer of show: a label, a value and a remark a line.
type Sheet struct{ Lines []string }

// Add puts a row together; a value without a remark has the whole of it.
func (s *Sheet) Add(label, value, remark string) {
	if remark != "" {
		value = graphs.Left(value, sheetValue)
	}
	line := graphs.Left(label, sheetLabel) + "  " + graphs.Clean(value) + "  " + graphs.Clean(remark)
	s.Lines = append(s.Lines, strings.TrimRight(line, " "))
}

// Headline is name, state, how long, and the topic.
func Headline(g snapshot.Group) string {
	state := string(g.State)
	if g.Running > 0 {
		state += " " + graphs.Elapsed(g.Running)
	}
	topic := covered(g)
	if g.Partitions > 0 {
		topic += fmt.Sprintf(" (%s)", lang.Count(g.Partitions, "partition"))
	}
	return fmt.Sprintf("%s  %s · %s", g.Name, state, topic)
}

// engineRemark says what an engine is, or how to get a faster one where the Go
// client is what limits the group.
func engineRemark(g snapshot.Group) string {
	switch {
	case g.Engine == broker.WireEngine:
		return "Pulsar's protocol by pulsh itself"
	case g.Producer != nil && g.Producer.Limit == "client CPU":
		return "the Go client is the limit; try: set " + g.Name + " engine=wire"
	}
	return "pulsar-client-go"
}

// Producer adds the rows of a producer group.
func (s *Sheet) Producer(g snapshot.Group, spec spec.Producer) {
	p := g.Producer
	form := "held"
	if _, hold := spec.Rate.IsHold(); !hold {
		form = spec.Rate.String()
	}
	target := "as fast as it goes"
	switch {
	case !g.State.Active():
		target, form = graphs.NoValue, SayShape(spec.Rate)+" when it starts"
	case p.Target.IsMax():
		form = ""
	default:
		target = graphs.Whole(float64(p.Target)) + "/s"
	}
	s.Add("engine", string(g.Engine), engineRemark(g))
	s.Add("target", target, form)
	s.Add("sent", Whole(p.Sent), fmt.Sprintf("%s, %s missed", dueShare(p), Whole(p.Missed)))
	s.Add("acked", Whole(p.Acked), fmt.Sprintf("%s now, %s on average", graphs.Rate(p.Rate), graphs.Rate(p.Average)))
	s.Add("size", spec.Size.String(), fmt.Sprintf("%s, %s, %s", spec.Body, graphs.ByteRate(p.BytesPerSecond), spec.Compression))
	if spec.Keys.Count() > 0 {
		s.Add("keys", spec.Keys.String(), "")
	}
	s.Add("batch", fmt.Sprintf("≤ %d or %s", spec.Batch, pacing.FormatDuration(spec.Delay)), graphs.Three(p.MessagesPerBatch)+" messages a batch")
	s.Add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s, queue %s full", lang.Count(p.Producers, "lane"), graphs.Percent(Share(p.InFlight, p.Pending), 0)))
	s.latencies("latency", p.Latency, "due→acked")
	s.latencies("service", p.Service, "sent→acked")
	s.latencies("lag", p.Lag, "due→sent")
	s.broker(p.Broker, "in", p.Broker.InPerSecond)
	limit := p.Limit
	switch {
	case !g.State.Active():
		limit = graphs.NoValue
	case limit == "" && p.Target.IsMax():
		limit = "none found"
	case limit == "":
		limit = "none: the schedule"
	}
	s.Add("limit", limit, "")
	unknown := ""
	if p.Unknown > 0 {
		unknown = Whole(p.Unknown) + " unanswered"
	}
	s.Add("failed", Whole(p.Failed), unknown)
}

func (s *Sheet) Consumer(g snapshot.Group, spec spec.Consumer) {
	r := g.Consumer
	s.Add("engine", string(g.Engine), engineRemark(g))
	s.Add("receives as", spec.Subscription, fmt.Sprintf("%s, from %s", spec.Type, spec.From))
	s.topics(g)
	if text := coverage(spec); text != "" {
		s.Add("", text, "")
	}
	s.Add("received", Whole(r.Received), fmt.Sprintf("%s now, %s on average, %s", graphs.Rate(r.Rate), graphs.Rate(r.Average), graphs.ByteRate(r.BytesPerSecond)))
	s.Add("acked", Whole(r.Acked), fmt.Sprintf("%s, %s failed", graphs.Rate(r.AckRate), Whole(r.AckFailed)))
	s.behaviour(r, spec)
	s.Add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s that the broker sees, queue %d", lang.Count(r.Consumers, "consumer"), spec.Queue))
	backlog := graphs.NoValue
	if r.Backlog.Known {
		backlog = Whole(r.Backlog.Messages)
	}
	s.Add("backlog", backlog, fmt.Sprintf("%s entries, %s unacked", Whole(r.Backlog.Entries), Whole(r.Backlog.Unacked)))
	s.broker(r.Broker, "out", r.Broker.OutPerSecond)
	s.latencies("e2e", r.E2E, "due→received")
	s.latencies("processing", r.Processing, "received→acked")
	l := r.Delivery
	s.Add("ledger", Whole(int64(l.Lost))+" lost", fmt.Sprintf("%s duplicated, %s redelivered", Whole(int64(l.Duplicated)), Whole(int64(l.Redelivered))))
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.Add("", "came again", causes)
	}
	s.Add("", Whole(int64(l.OutOfOrder))+" out of order", fmt.Sprintf("epoch %d, %s still expected", r.Period, Whole(int64(l.Gaps+l.NotYetReceived))))
	if r.Clock.Differs {
		s.Add("clock", r.Clock.String(), "")
	}
	if r.Unstamped > 0 {
		s.Add("foreign", Whole(r.Unstamped), "not sent by pulsh: neither latency nor ledger")
	}
}

// broker is what the broker says beside pulsh's own figures.
func (s *Sheet) broker(t snapshot.BrokerStats, way string, perSecond float64) {
	if t.At.IsZero() {
		return
	}
	remark := fmt.Sprintf("%s stored, %s", graphs.Bytes(float64(t.Storage)), lang.Count(t.Producers, "producer"))
	if t.Apart != "" {
		remark = t.Apart
	}
	s.Add("broker", graphs.Rate(perSecond)+" "+way, remark)
	if t.Spread.Partitions > 1 {
		s.Spread(t.Spread, way)
	}
}

// Spread is how unevenly the partitions are used: what comes in, or what waits.
func (s *Sheet) Spread(p snapshot.Spread, way string) {
	value, what := graphs.Rate, "in"
	if way != "in" {
		value, what = graphs.Count, "behind"
	}
	s.Add("partitions", Whole(int64(p.Partitions)), fmt.Sprintf("%s: least %s on %s, most %s on %s",
		what, value(p.Least.Value), PartitionLabel(p.Least.Partition), value(p.Most.Value), PartitionLabel(p.Most.Partition)))
}

// latencies is a row of quantiles since the start.
func (s *Sheet) latencies(label string, l snapshot.Latencies, what string) {
	q := l.Total
	if q.Count == 0 {
		s.Add(label, graphs.NoValue, what)
		return
	}
	row := fmt.Sprintf("p50 %s  p99 %s  p99.9 %s  max %s", millis(q.P50), millis(q.P99), millis(q.P999), graphs.MillisUnit(float64(q.Max)))
	s.Lines = append(s.Lines, graphs.Left(label, sheetLabel)+"  "+graphs.Left(row, max(sheetRow, graphs.Width(row)))+"  "+what)
}

// dueShare is how much of what fell due was sent.
func dueShare(p *snapshot.Producer) string {
	if p.Due == 0 {
		return "nothing was due"
	}
	return graphs.Percent(min(Share(int(p.Sent), int(p.Due)), 100), 3) + " of what was due"
}

// Share returns part in percent of of, 0 if of is 0.
func Share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of) * 100
}

// behaviour is what a consumer group does with its messages, beside what came
// of it. What it does not do has no row.
func (s *Sheet) behaviour(r *snapshot.Consumer, want spec.Consumer) {
	how := fmt.Sprintf("%s in flight, %s held back, %s in the client's queue", Whole(int64(r.InFlight)), Whole(int64(r.Kept)), Whole(int64(r.Waiting)))
	s.Add("ack", want.Ack.String()+answered(want), how)
	if most, held := want.Rate.IsHold(); !held || !most.IsMax() {
		s.Add("target", graphs.Rate(float64(r.Target)), "at most, "+want.Rate.String())
	}
	if !want.Work.IsZero() {
		s.Add("work", want.Work.String(), "a message and worker")
	}
	if want.Nack > 0 || r.Nacked > 0 {
		s.Add("nack", want.Nack.String(), fmt.Sprintf("%s given back, again after %s", Whole(r.Nacked), pacing.FormatDuration(want.NackDelay)))
	}
	if n := r.Outcomes[metrics.Dropped]; want.Drop > 0 || n > 0 {
		s.Add("drop", want.Drop.String(), Whole(n)+" dropped, again when their consumer closes")
	}
	if n := r.Outcomes[metrics.DeadLettered]; want.MaxRedeliver > 0 || n > 0 {
		s.Add("dead letter", fmt.Sprintf("after %d", want.MaxRedeliver), Whole(n)+" dead-lettered"+unforwarded(r))
	}
	if n := r.Outcomes[metrics.Retried]; want.Retry != "" || n > 0 {
		s.Add("retry", pacing.FormatDuration(want.RetryDelay), fmt.Sprintf("%s retried through %s", Whole(n), want.Retry))
	}
	if want.Churn != (spec.Churn{}) || r.Churned > 0 {
		s.Add("churn", want.Churn.String(), Whole(r.Churned)+" consumers exchanged")
	}
}

// answered says what is special about a group's acknowledgements.
func answered(want spec.Consumer) string {
	text := ""
	if want.Response {
		text += ", answered"
	}
	if want.BatchIndex {
		text += ", one by one"
	}
	return text
}

func unforwarded(r *snapshot.Consumer) string {
	if n := r.Outcomes[metrics.ForwardFailed]; n > 0 {
		return ", " + Whole(n) + " not taken"
	}
	return ""
}

// sayCauses lists why messages came again, or is "".
func sayCauses(o metrics.Outcomes) string {
	var parts []string
	for _, cause := range []struct {
		outcome metrics.Outcome
		text    string
	}{
		{metrics.RedeliveredNack, "given back"}, {metrics.RedeliveredDrop, "dropped"}, {metrics.RedeliveredDisconnect, "by consumers that closed"},
		{metrics.RedeliveredSeek, "by a seek"}, {metrics.RedeliveredUnknown, "for no known cause"},
	} {
		if n := o[cause.outcome]; n > 0 {
			parts = append(parts, Whole(n)+" "+cause.text)
		}
	}
	return strings.Join(parts, ", ")
}

// topics is a row with the topics that a pattern or a list stands for now.
func (s *Sheet) topics(g snapshot.Group) {
	if len(g.Topics) < 2 && !strings.HasPrefix(g.Topic, "/") {
		return
	}
	names := g.Topics
	more := ""
	if len(names) > topicsShown {
		names, more = names[:topicsShown], ", and "+graphs.Whole(float64(len(g.Topics)-topicsShown))+" more"
	}
	text := strings.Join(names, ", ") + more
	if len(names) == 0 {
		text = "none matches yet"
	}
	s.Add("topics", text, "")
}
