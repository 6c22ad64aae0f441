package frames

import (
	"fmt"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Summary returns the totals of a session: a line for each group that was started,
// and a line for pulsh with the duration, the processor time in seconds, in all and
// per million messages, and the largest resident memory.
func Summary(s *snapshot.Snapshot) []string {
	if s == nil {
		return nil
	}
	nameWidth := nameMin
	for _, g := range s.Groups {
		if g.State != snapshot.Ready {
			nameWidth = max(nameWidth, graphs.Width(g.Name))
		}
	}
	caused := s.Chaos != nil && s.Chaos.Sum.Events > 0
	if caused {
		nameWidth = max(nameWidth, len("chaos"))
	}
	var lines []string
	for _, g := range s.Groups {
		var facts []string
		switch {
		case g.State == snapshot.Ready:
			continue
		case g.Producer != nil:
			facts = append(producerFacts(g.Producer), transactionFacts(g)...)
		case g.Consumer != nil:
			facts = consumerFacts(g)
		}
		if lost := g.Disconnects.String(); lost != "" {
			facts = append(facts, "connection "+lost)
		}
		if g.State == snapshot.Failed && g.LastError != "" {
			facts = append(facts, "failed: "+g.LastError)
		}
		lines = append(lines, "  "+graphs.Left(g.Name, nameWidth)+"  "+graphs.Clean(strings.Join(facts, " · ")))
	}
	if caused {
		lines = append(lines, "  "+graphs.Left("chaos", nameWidth)+"  "+s.Chaos.Sum.String())
	}
	if t := s.Totals; t.RemovedSent+t.RemovedReceived > 0 {
		lines = append(lines, "  removed groups: "+whole(t.RemovedSent, "sent")+" · "+whole(t.RemovedReceived, "received"))
	}
	return append(lines, "  "+processLine(s))
}

// producerFacts returns the totals of a producer group. Latencies are in milliseconds
// and count from due to acked.
func producerFacts(p *snapshot.Producer) []string {
	facts := []string{whole(p.Sent, "sent"), whole(p.Acked, "acked"), whole(p.Failed, "failed")}
	if p.Unknown > 0 {
		facts = append(facts, whole(p.Unknown, "unknown outcome"))
	}
	if p.Missed > 0 {
		facts = append(facts, whole(p.Missed, "skipped"))
	}
	rate := graphs.Whole(p.Average) + "/s"
	if p.Peak > 0 {
		rate += ", peak " + graphs.Rate(p.Peak)
	}
	facts = append(facts, rate)
	if q := p.Latency.Total; q.Count > 0 {
		facts = append(facts, fmt.Sprintf("p50 %s p99 %s max %s", millis(q.P50), millis(q.P99), graphs.MillisUnit(float64(q.Max))))
	}
	return facts
}

// transactionFacts returns the totals of a group's transactions, nil for one without.
func transactionFacts(g snapshot.Group) []string {
	t := g.Transactions
	if t == nil {
		return nil
	}
	facts := []string{whole(t.Committed, "committed")}
	if t.Aborted > 0 {
		facts = append(facts, whole(t.Aborted, "aborted"))
	}
	if t.Failed > 0 {
		facts = append(facts, whole(t.Failed, "transactions failed"))
	}
	if q := t.Commit.Total; q.Count > 0 {
		facts = append(facts, "commit p99 "+graphs.MillisUnit(float64(q.P99)))
	}
	return facts
}

// consumerFacts returns the totals of a consumer group. Messages out of order are
// counted only if the subscription promises an order.
func consumerFacts(g snapshot.Group) []string {
	c := g.Consumer
	l := c.Delivery
	facts := []string{whole(c.Received, "received")}
	open := l.Gaps + l.NotYetReceived
	switch {
	case !c.Judged():
		facts = append(facts, "loss not judged (others receive from the subscription)")
	default:
		facts = append(facts, whole(int64(l.Lost), "lost"))
		if open > 0 {
			facts = append(facts, whole(int64(open), "outstanding"))
		}
	}
	if c.Removed > 0 {
		facts = append(facts, whole(c.Removed, "removed ("+c.WhyRemoved()+")"))
	}
	facts = append(facts, whole(int64(l.Duplicated), "duplicated"))
	if l.AbortedReceived > 0 {
		facts = append(facts, whole(int64(l.AbortedReceived), "of aborted transactions"))
	}
	facts = append(facts, transactionFacts(g)...)
	switch disorder, promised := g.Disorder(); promised {
	case snapshot.ProducerOrder:
		facts = append(facts, whole(int64(disorder), "out of order"))
	case snapshot.KeyOrder:
		facts = append(facts, whole(int64(disorder), "out of order by key"))
	}
	if l.Redelivered > 0 {
		facts = append(facts, whole(int64(l.Redelivered), "redelivered"))
	}
	if q := c.E2E.Total; q.Count > 0 {
		facts = append(facts, "e2e p99 "+graphs.MillisUnit(float64(q.P99)))
	}
	return facts
}

// million is the number of messages to which processor time is related.
const million = 1e6

// processLine returns the line of pulsh. A message that the session has both sent and
// received counts once.
func processLine(s *snapshot.Snapshot) string {
	_, own := s.Process.Own()
	used := own.Seconds()
	line := fmt.Sprintf("%s · pulsh: %.1f CPU s", graphs.Elapsed(s.Elapsed), used)
	if messages := max(s.Totals.Sent+s.Totals.RemovedSent, s.Totals.Received+s.Totals.RemovedReceived); messages > 0 {
		line += " (" + graphs.Three(used/float64(messages)*million) + " per million)"
	}
	if of := s.Process.Broker; of.Known {
		line += fmt.Sprintf(" · its embedded broker: %.1f CPU s", of.CPUTime.Seconds())
	}
	return line + " · peak " + graphs.Bytes(float64(s.Process.PeakRSS))
}

func whole(n int64, name string) string { return graphs.Whole(float64(n)) + " " + name }

func millis(d time.Duration) string { return graphs.Millis(float64(d)) }
