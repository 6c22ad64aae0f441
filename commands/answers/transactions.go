package answers

import (
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/delivery"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// transactions adds the rows about a group's transactions.
func (s *Rows) transactions(g snapshot.Group, want spec.Transactions) {
	t := g.Transactions
	if t == nil {
		return
	}
	size := "none now"
	if want.Messages > 0 {
		size = fmt.Sprintf("%s each, abort %s, timeout %s", graphs.Plural(want.Messages, "message"), want.Abort, pacing.FormatDuration(want.Timeout))
	}
	s.Add("transactions", Whole(t.Committed)+" committed", fmt.Sprintf("%s aborted, %s failed, %d open, %s", Whole(t.Aborted), Whole(t.Failed), t.Open, graphs.Rate(t.Rate)))
	s.Add("", size, "")
	s.latencies("commit", t.Commit, "commit→answer")
	if t.Abort.Total.Count > 0 {
		s.latencies("abort", t.Abort, "abort→answer")
	}
}

// abortedRemark says what became of the messages of aborted transactions.
func abortedRemark(l delivery.Totals) string {
	if l.AbortedReceived == 0 {
		return "in aborted transactions, and did not arrive"
	}
	return fmt.Sprintf("and %s ARRIVED though their transaction was aborted", graphs.Plural(l.AbortedReceived, "message"))
}

// SayTransform describes a group that stores what it receives in another topic.
func SayTransform(s spec.Consumer) string {
	return withEnds(strings.Join([]string{"storing what comes from " + s.Topic + " in " + s.To,
		graphs.Plural(s.Transactions.Messages, "message") + " a transaction", graphs.Plural(s.Workers, "worker")}, " · "), s.Ends)
}
