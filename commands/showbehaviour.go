package commands

import (
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// behaviour is what a consumer group does with its messages, beside what came
// of it. What it does not do has no row.
func (s *sheet) behaviour(r *snapshot.Consumer, want spec.Consumer) {
	how := fmt.Sprintf("%s in flight, %s held back, %s in the client's queue", whole(int64(r.InFlight)), whole(int64(r.Kept)), whole(int64(r.Waiting)))
	s.add("ack", want.Ack.String()+answered(want), how)
	if most, held := want.Rate.IsHold(); !held || !most.IsMax() {
		s.add("target", graphs.Rate(float64(r.Target)), "at most, "+want.Rate.String())
	}
	if !want.Work.IsZero() {
		s.add("work", want.Work.String(), "a message and worker")
	}
	if want.Nack > 0 || r.Nacked > 0 {
		s.add("nack", want.Nack.String(), fmt.Sprintf("%s given back, again after %s", whole(r.Nacked), pacing.FormatDuration(want.NackDelay)))
	}
	if n := r.Outcomes[metrics.Dropped]; want.Drop > 0 || n > 0 {
		s.add("drop", want.Drop.String(), whole(n)+" dropped, again when their consumer closes")
	}
	if n := r.Outcomes[metrics.DeadLettered]; want.MaxRedeliver > 0 || n > 0 {
		s.add("dead letter", fmt.Sprintf("after %d", want.MaxRedeliver), whole(n)+" dead-lettered"+unforwarded(r))
	}
	if n := r.Outcomes[metrics.Retried]; want.Retry != "" || n > 0 {
		s.add("retry", pacing.FormatDuration(want.RetryDelay), fmt.Sprintf("%s retried through %s", whole(n), want.Retry))
	}
	if want.Churn != (spec.Churn{}) || r.Churned > 0 {
		s.add("churn", want.Churn.String(), whole(r.Churned)+" consumers exchanged")
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
		return ", " + whole(n) + " not taken"
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
			parts = append(parts, whole(n)+" "+cause.text)
		}
	}
	return strings.Join(parts, ", ")
}
