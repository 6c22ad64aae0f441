package answers

import (
	"fmt"
	"strings"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Summary returns the last line of a script: expectations, message totals, delay and
// duration.
func Summary(r lang.Result, s *snapshot.Snapshot) string {
	var parts []string
	if r.Passed+r.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d passed, %d failed", r.Passed, r.Failed))
	}
	if t := s.Totals; t.Sent+t.Received > 0 {
		parts = append(parts, strings.Join([]string{Whole(t.Sent) + " sent", Whole(t.Acked) + " acked", Whole(t.Received) + " received",
			Whole(t.Lost) + " lost", Whole(t.Duplicated) + " duplicated"}, ", "))
	}
	if t := s.Totals; t.RemovedSent+t.RemovedReceived > 0 {
		parts = append(parts, fmt.Sprintf("removed groups: %s sent, %s received", Whole(t.RemovedSent), Whole(t.RemovedReceived)))
	}
	if r.Drift.Lines > 0 {
		parts = append(parts, r.Drift.String())
	}
	return strings.Join(append(parts, graphs.Seconds(r.Elapsed)), " · ")
}
