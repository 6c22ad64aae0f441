package answers

import (
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Delivery adds the rows of the delivery check, of the present period and of those
// before it.
func (s *Rows) Delivery(r *snapshot.Consumer, books snapshot.Delivery) {
	l := books.Present
	figure := func(label string, n uint64, remark string) { s.Add(label, Whole(int64(n)), remark) }
	judged := figure
	if !r.Judged() {
		judged = func(label string, _ uint64, remark string) { s.Add(label, graphs.NoValue, remark) }
	}
	since := "since the first start"
	if l.Period > 1 {
		since = "since the last seek, start or rebuild of the consumers"
	}
	s.Add("period", Whole(int64(l.Period)), since)
	figure("received", l.Received, Whole(int64(l.Unique()))+" unique")
	judged("lost", l.Lost, "never arrived")
	judged("gaps", l.Gaps, "missing so far, may still arrive")
	remark := "acked, not received yet"
	if l.Replicating > 0 {
		remark += ", " + Whole(int64(l.Replicating)) + " of them on another cluster"
	}
	judged("outstanding", l.NotYetReceived, remark)
	if books.Removed > 0 {
		s.Add("removed", Whole(books.Removed), r.WhyRemoved())
	}
	figure("unknown", l.Unknown, "failed sends that may be stored")
	if l.Aborted+l.AbortedReceived > 0 {
		figure("aborted", l.Aborted, abortedRemark(l))
	}
	if l.CompactedAway > 0 {
		figure("compacted", l.CompactedAway, "older messages of their keys, removed by compaction")
	}
	figure("duplicated", l.Duplicated, "stored twice")
	figure("redelivered", l.Redelivered, Whole(int64(l.RedeliveredByBroker))+" by the broker's redelivery count")
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.Add("", "redelivered", causes)
	}
	figure("out of order", l.OutOfOrder, "within a producer and partition")
	if l.Keyed > 0 {
		unknown := ""
		if l.KeyUnknown > 0 {
			unknown = ", " + Whole(int64(l.KeyUnknown)) + " with unknown order"
		}
		figure("by key", l.OutOfOrderKey, "out of order within a key of a producer"+unknown)
	}
	figure("not checked", l.OutsideWindow, "older than the window")
	if r.Unstamped > 0 {
		s.Add("unstamped", Whole(r.Unstamped), "not sent by pulsh, not counted above")
	}
	if e := books.Previous; e.Received+e.Gaps > 0 {
		s.Add("earlier", Whole(int64(e.Received)), fmt.Sprintf("received in %s: %s lost, %s,", graphs.Plural(e.Period, "period"), Whole(int64(e.Lost)), graphs.Plural(e.Gaps, "gap")))
		s.Add("", "", fmt.Sprintf("%s duplicated, %s redelivered", Whole(int64(e.Duplicated)), Whole(int64(e.Redelivered))))
	}
}

// Rows collects the lines of an answer, each with a label, a value and a remark.
type Rows struct{ Lines []string }

// Add adds a line.
func (s *Rows) Add(label, value, remark string) {
	if remark != "" {
		value = graphs.Left(value, valueWidth)
	}
	line := graphs.Left(label, labelWidth) + "  " + graphs.Clean(value) + "  " + graphs.Clean(remark)
	s.Lines = append(s.Lines, strings.TrimRight(line, " "))
}

// Headline returns the first line about a group: name, state, time and topic.
func Headline(g snapshot.Group) string {
	state := string(g.State)
	switch {
	case g.Running <= 0:
	case g.State == snapshot.Running || g.State == snapshot.Seeking:
		state += " " + graphs.Elapsed(g.Running)
	default: // how long it ran, not how long it has been paused or stopped
		state += " after " + graphs.Elapsed(g.Running)
	}
	topic := covered(g)
	if g.Partitions > 0 {
		topic += fmt.Sprintf(" (%s)", graphs.Plural(g.Partitions, "partition"))
	}
	return fmt.Sprintf("%s  %s · %s", g.Name, state, topic)
}

// engineRemark describes the engine of a group, or how to get a faster one if the Go
// client limits the rate.
func engineRemark(g snapshot.Group) string {
	remark := "pulsar-client-go"
	switch {
	case g.Engine == broker.WireEngine:
		remark = "Pulsar's protocol by pulsh itself"
	case g.Producer != nil && g.Producer.Limit == "client CPU":
		remark = "the Go client is the limit; try: set " + g.Name + " engine=wire"
	}
	if g.Connections > 0 {
		remark = graphs.Plural(g.Connections, "connection") + ", " + remark
	}
	return remark
}

// size adds the row of the message size, or of the bodies that are the user's.
func (s *Rows) size(p *snapshot.Producer, spec spec.Producer) {
	name, size, body := "size", spec.Size.String(), payload.FormatBody(spec.Body, spec.Pattern)+", "
	if spec.Body.Own() {
		name, size, body = "body", body[:len(body)-2], ""
	}
	if spec.Schema.Makes() && !spec.Body.Own() {
		name, size, body = "body", "made from the schema", ""
	}
	if spec.Ratio != 0 {
		body = fmt.Sprintf("random to ratio %s, ", spec.Ratio)
	}
	packed := string(spec.Compression)
	if p.Ratio > 0 && spec.Compression != "none" {
		packed += " to " + graphs.Percent(100*p.Ratio, 0)
	}
	s.Add(name, size, body+graphs.ByteRate(p.BytesPerSecond)+", "+packed)
	if !spec.DeliverAfter.IsZero() {
		s.Add("delivery", "delayed", "e2e counts from when it is due for delivery; brokers may be a second early")
	}
}

// Producer adds the rows of a producer group.
func (s *Rows) Producer(g snapshot.Group, spec spec.Producer) {
	p := g.Producer
	form := "constant"
	if _, hold := spec.Rate.IsHold(); !hold {
		form = spec.Rate.String()
	}
	target := "as fast as possible"
	switch {
	case !g.State.Active():
		target, form = graphs.NoValue, SayShape(spec.Rate)+" when it starts"
	case p.Target.IsMax():
		form = ""
	default:
		target = graphs.Rate(float64(p.Target))
		if whole := graphs.Whole(float64(p.Target)); p.Target >= 100 {
			target = whole + "/s"
		}
	}
	s.Add("engine", string(g.Engine), engineRemark(g))
	s.Add("target", target, form)
	s.ends(g, spec.Ends)
	s.Add("sent", Whole(p.Sent), fmt.Sprintf("%s, %s skipped (late > %s)", dueShare(p), Whole(p.Missed), pacing.FormatDuration(pacing.DefaultLagLimit)))
	s.Add("acked", Whole(p.Acked), fmt.Sprintf("%s now, %s on average, peak %s", graphs.Rate(p.Rate), graphs.Rate(p.Average), graphs.Rate(p.Peak)))
	s.size(p, spec)
	if spec.Keys.Count() > 0 {
		s.Add("keys", spec.Keys.String(), "")
	}
	s.encoding(spec, p)
	if spec.Chunking == 0 {
		s.Add("batch", fmt.Sprintf("≤ %d or %s", spec.Batch, pacing.FormatDuration(spec.Delay)), graphs.Three(p.MessagesPerBatch)+" messages per batch")
	}
	s.Add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s, queue %s full", graphs.Plural(p.Producers, "producer"), graphs.Percent(Share(p.InFlight, p.Pending), 0)))
	s.latencies("latency", p.Latency, "due→acked")
	s.latencies("service", p.Service, "sent→acked")
	s.latencies("lag", p.Lag, "due→sent")
	s.broker(p.Broker, "in", p.Broker.InPerSecond)
	limit := p.Limit
	switch {
	case !g.State.Active():
		limit = graphs.NoValue
	case limit == "" && p.Target.IsMax():
		limit = "unknown"
	case limit == "":
		limit = "nothing: keeping to the schedule"
	}
	s.Add("limited by", limit, "")
	s.transactions(g, spec.Transactions)
	unknown := ""
	if p.Unknown > 0 {
		unknown = Whole(p.Unknown) + " with unknown outcome"
	}
	s.Add("failed", Whole(p.Failed), unknown)
	s.connections(g)
}

// connected counts the consumers of a group that are connected, of how many if some have
// no connection now.
func connected(now, without int) string {
	if without == 0 {
		return graphs.Plural(now, "consumer")
	}
	return fmt.Sprintf("%d of %s", now, graphs.Plural(now+without, "consumer"))
}

// connections adds a row about connections that broke.
func (s *Rows) connections(g snapshot.Group) {
	if text := g.Disconnects.String(); text != "" {
		s.Add("connections", text, "")
	}
}

func (s *Rows) Consumer(g snapshot.Group, spec spec.Consumer) {
	r := g.Consumer
	s.Add("engine", string(g.Engine), engineRemark(g))
	if spec.Reader.Is {
		s.Add("reads as", spec.Subscription, "from "+spec.Reader.Begin+endOfTopic(g))
	} else {
		s.Add("receives as", spec.SubscriptionText(), fmt.Sprintf("%s, from %s", spec.Type, spec.From))
	}
	s.topics(g)
	if text := coverage(spec); text != "" {
		s.Add("", text, "")
	}
	s.ends(g, spec.Ends)
	s.Add("received", Whole(r.Received), fmt.Sprintf("%s now, %s on average, peak %s, %s", graphs.Rate(r.Rate), graphs.Rate(r.Average), graphs.Rate(r.Peak), graphs.ByteRate(r.BytesPerSecond)))
	s.Add("acked", Whole(r.Acked), fmt.Sprintf("%s, %s failed", graphs.Rate(r.AckRate), Whole(r.AckFailed)))
	s.behaviour(r, spec)
	s.Add("workers", graphs.Whole(float64(g.Workers)), fmt.Sprintf("%s connected, receiver queue %d", connected(r.Consumers, g.Disconnects.Now), spec.Queue))
	s.connections(g)
	backlog, inside := graphs.NoValue, ""
	if r.Backlog.Known {
		backlog, inside = Whole(r.Backlog.Messages), fmt.Sprintf("%s entries, %s unacked", Whole(r.Backlog.Entries), Whole(r.Backlog.Unacked))
	}
	s.Add("backlog", backlog, inside)
	if r.Limit != "" {
		s.Add("limited by", r.Limit, "")
	}
	s.broker(r.Broker, "out", r.Broker.OutPerSecond)
	s.latencies("e2e", r.E2E, "due→received")
	s.latencies("processing", r.Processing, "received→acked")
	s.transactions(g, spec.Transactions)
	if spec.To != "" {
		s.Add("copies to", spec.To, "in the transaction that acknowledges")
	}
	l := r.Delivery
	lost, outstanding := Whole(int64(l.Lost)), Whole(int64(l.Gaps+l.NotYetReceived))
	if !r.Judged() {
		lost, outstanding = graphs.NoValue, graphs.NoValue
	}
	s.Add("delivery", lost+" lost", fmt.Sprintf("%s duplicated, %s redelivered", Whole(int64(l.Duplicated)), Whole(int64(l.Redelivered))))
	if causes := sayCauses(r.Outcomes); causes != "" {
		s.Add("", "redelivered", causes)
	}
	s.Add("", Whole(int64(l.OutOfOrder))+" out of order", fmt.Sprintf("period %d, %s outstanding", r.Period, outstanding))
	if l.Aborted+l.AbortedReceived > 0 {
		s.Add("", Whole(int64(l.Aborted))+" aborted", abortedRemark(l))
	}
	if r.Removed > 0 {
		s.Add("", Whole(r.Removed)+" removed", r.WhyRemoved())
	}
	if !r.Judged() {
		s.Add("", "loss is not judged", "others receive from the subscription: "+snapshot.SomeOf(r.Others))
	}
	if r.SharedWith != "" {
		s.Add("", "shared", "delivery is counted for the subscription, together with "+r.SharedWith)
	}
	if r.Clock.Differs {
		s.Add("clock", r.Clock.String(), "")
	}
	s.unread(r.Outcomes)
	if r.Unstamped > 0 {
		s.Add("foreign", Whole(r.Unstamped), "not sent by pulsh: neither latency nor delivery check")
	}
}

// encoding adds how a producer group turns bodies into messages, where it says so.
func (s *Rows) encoding(settings spec.Producer, p *snapshot.Producer) {
	if settings.Chunking != 0 {
		s.Add("chunking", settings.Chunking.String(), Whole(p.Chunked)+" acked that were sent in chunks; no batches")
	}
	if keys := settings.Encrypt.List(); len(keys) > 0 {
		s.Add("encryption", graphs.Plural(len(keys), "key"), settings.Encrypt.String())
	}
	if !settings.Schema.IsZero() {
		s.Add("schema", settings.Schema.String(), "")
	}
}

// broker adds the figures of the broker, to compare with those of pulsh.
func (s *Rows) broker(t snapshot.BrokerStats, way string, perSecond float64) {
	if t.At.IsZero() {
		return
	}
	remark := fmt.Sprintf("%s stored, %s", graphs.Bytes(float64(t.Storage)), graphs.Plural(t.Producers, "producer"))
	if t.Apart != "" {
		remark = t.Apart
	}
	s.Add("broker", graphs.Rate(perSecond)+" "+way, remark)
	if t.Spread.Partitions > 1 {
		s.Spread(t.Spread, way)
	}
}

// Spread adds the partitions with the least and the most messages: in per second, or
// in the backlog.
func (s *Rows) Spread(p snapshot.Spread, way string) {
	value, what := graphs.Rate, "in"
	if way != "in" {
		value, what = graphs.Count, "backlog"
	}
	s.Add("partitions", Whole(int64(p.Partitions)), fmt.Sprintf("%s: least %s on %s, most %s on %s",
		what, value(p.Least.Value), PartitionLabel(p.Least.Partition), value(p.Most.Value), PartitionLabel(p.Most.Partition)))
}

// latencies adds a row of quantiles since the start or reset.
func (s *Rows) latencies(label string, l snapshot.Latencies, what string) {
	q := l.Total
	if q.Count == 0 {
		s.Add(label, graphs.NoValue, what)
		return
	}
	row := fmt.Sprintf("p50 %s  p99 %s  p99.9 %s  max %s", millis(q.P50), millis(q.P99), millis(q.P999), graphs.MillisUnit(float64(q.Max)))
	s.Lines = append(s.Lines, graphs.Left(label, labelWidth)+"  "+graphs.Left(row, max(quantilesWidth, graphs.Width(row)))+"  "+what)
}

// dueShare is the share of the due messages that were sent.
func dueShare(p *snapshot.Producer) string {
	if p.Due == 0 {
		return "nothing due yet"
	}
	return graphs.Percent(min(Share(int(p.Sent), int(p.Due)), 100), 3) + " of the messages due"
}

// Share returns part as a percentage of whole, 0 if whole is 0.
func Share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole) * 100
}

// behaviour adds the settings of a consumer group for what it does with messages,
// with the results. A setting that does nothing has no row.
func (s *Rows) behaviour(r *snapshot.Consumer, want spec.Consumer) {
	how := fmt.Sprintf("%s in flight, %s held back, %s in the receiver queue", Whole(int64(r.InFlight)), Whole(int64(r.Kept)), Whole(int64(r.Waiting)))
	s.Add("ack", want.Ack.String()+answered(want), how)
	if most, held := want.Rate.IsHold(); !held || !most.IsMax() {
		s.Add("target", graphs.Rate(float64(r.Target)), "limit "+want.Rate.String())
	}
	if !want.Work.IsZero() {
		s.Add("work", want.Work.String(), "per message")
	}
	if want.Nack > 0 || r.Nacked > 0 {
		s.Add("nack", want.Nack.String(), fmt.Sprintf("%s nacked, redelivered after %s", Whole(r.Nacked), pacing.FormatDuration(want.NackDelay)))
	}
	if n := r.Outcomes[metrics.Dropped]; want.Drop > 0 || n > 0 {
		s.Add("drop", want.Drop.String(), Whole(n)+" dropped, redelivered when their consumer closes")
	}
	if n := r.Outcomes[metrics.DeadLettered]; want.MaxRedeliver > 0 || n > 0 {
		s.Add("dead letter", fmt.Sprintf("after %d", want.MaxRedeliver), Whole(n)+" dead-lettered"+unforwarded(r))
	}
	if n := r.Outcomes[metrics.Retried]; want.Retry != "" || n > 0 {
		s.Add("retry", pacing.FormatDuration(want.RetryDelay), fmt.Sprintf("%s retried through %s", Whole(n), want.Retry))
	}
	if want.Churn != (spec.Churn{}) || r.Churned > 0 {
		s.Add("churn", want.Churn.String(), Whole(r.Churned)+" consumers replaced")
	}
}

// answered returns the options of a group's acknowledgements.
func answered(want spec.Consumer) string {
	text := ""
	if want.Response {
		text += ", with receipts"
	}
	if want.BatchIndex {
		text += ", by batch index"
	}
	return text
}

func unforwarded(r *snapshot.Consumer) string {
	if n := r.Outcomes[metrics.ForwardFailed]; n > 0 {
		return ", " + Whole(n) + " failed"
	}
	return ""
}

// sayCauses lists the causes of redeliveries, "" for none.
func sayCauses(o metrics.Outcomes) string {
	var parts []string
	for _, cause := range []struct {
		outcome metrics.Outcome
		text    string
	}{
		{metrics.RedeliveredNack, "nacked"}, {metrics.RedeliveredDrop, "dropped"}, {metrics.RedeliveredDisconnect, "by closed consumers"},
		{metrics.RedeliveredSeek, "by a seek"}, {metrics.RedeliveredUnknown, "for unknown reasons"},
	} {
		if n := o[cause.outcome]; n > 0 {
			parts = append(parts, Whole(n)+" "+cause.text)
		}
	}
	return strings.Join(parts, ", ")
}

// topics adds a row with the topics that a pattern or a list has now.
func (s *Rows) topics(g snapshot.Group) {
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

// Failed returns the number of failures of a category; only its name if nothing has
// failed with the trouble.
func Failed(f metrics.Failure) string {
	if f.Count == 0 {
		return f.Category.String()
	}
	return Whole(f.Count) + " " + f.Category.String()
}

// unread adds the rows on what could not be read as it came.
func (s *Rows) unread(counts metrics.Outcomes) {
	if n := counts[metrics.Chunked]; n > 0 {
		s.Add("chunked", Whole(n), "received in chunks and assembled")
	}
	if n := counts[metrics.Undecrypted]; n > 0 {
		s.Add("undecrypted", Whole(n), "entries that could not be decrypted, each time they came")
	}
	if n := counts[metrics.Undecoded]; n > 0 {
		s.Add("undecoded", Whole(n), "messages that do not fit their schema")
	}
	if n := counts[metrics.Discarded]; n > 0 {
		s.Add("discarded", Whole(n), "entries that the engine threw away as damaged: neither received nor in the backlog")
	}
}
