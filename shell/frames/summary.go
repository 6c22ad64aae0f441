package frames

import (
	"fmt"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Summary is what a session came to, a line for each group that was started and
// one for pulsh itself: how long, processor time in seconds, also for each
// million messages that went through, and the most memory that was resident.
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
	var lines []string
	for _, g := range s.Groups {
		var facts []string
		switch {
		case g.State == snapshot.Ready:
			continue
		case g.Producer != nil:
			facts = producerFacts(g.Producer)
		case g.Consumer != nil:
			facts = consumerFacts(g)
		}
		if g.State == snapshot.Failed && g.LastError != "" {
			facts = append(facts, "failed: "+g.LastError)
		}
		lines = append(lines, "  "+graphs.Left(g.Name, nameWidth)+"  "+graphs.Clean(strings.Join(facts, " · ")))
	}
	return append(lines, "  "+processLine(s))
}

// producerFacts are the totals of a producer group; latencies are in
// milliseconds, due to acked.
func producerFacts(p *snapshot.Producer) []string {
	facts := []string{whole(p.Sent, "sent"), whole(p.Acked, "acked"), whole(p.Failed, "failed")}
	if p.Unknown > 0 {
		facts = append(facts, whole(p.Unknown, "without an answer"))
	}
	if p.Missed > 0 {
		facts = append(facts, whole(p.Missed, "missed"))
	}
	facts = append(facts, graphs.Whole(p.Average)+"/s")
	if q := p.Latency.Total; q.Count > 0 {
		facts = append(facts, fmt.Sprintf("p50 %s p99 %s max %s", millis(q.P50), millis(q.P99), graphs.MillisUnit(float64(q.Max))))
	}
	return facts
}

// consumerFacts are the totals of a consumer group. Disorder is told where the
// subscription promises an order: elsewhere it is natural and no fault.
func consumerFacts(g snapshot.Group) []string {
	c := g.Consumer
	l := c.Delivery
	facts := []string{whole(c.Received, "received"), whole(int64(l.Lost), "lost")}
	if open := l.Gaps + l.NotYetReceived; open > 0 {
		facts = append(facts, whole(int64(open), "not received"))
	}
	facts = append(facts, whole(int64(l.Duplicated), "duplicated"))
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

// million is what processor time is shared over.
const million = 1e6

// processLine is what the session cost. A message that is sent and received by
// the same session counts once.
func processLine(s *snapshot.Snapshot) string {
	used := s.Process.CPUTime.Seconds()
	line := fmt.Sprintf("%s · pulsh used %.1f CPU s", graphs.Elapsed(s.Elapsed), used)
	if messages := max(s.Totals.Sent, s.Totals.Received); messages > 0 {
		line += " (" + graphs.Three(used/float64(messages)*million) + " per million)"
	}
	return line + " · " + graphs.Bytes(float64(s.Process.PeakRSS)) + " at most"
}

func whole(n int64, name string) string { return graphs.Whole(float64(n)) + " " + name }

func millis(d time.Duration) string { return graphs.Millis(float64(d)) }
