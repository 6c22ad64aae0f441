package commands

import (
	"fmt"
	"strings"

	"pulsh/graphs"
	"pulsh/session"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
)

// behaviour is what a consumer group does with its messages, beside what came
// of it. What it does not do has no row.
func (s *sheet) behaviour(r *session.ConsumerSnapshot, spec session.ConsumerSpec) {
	how := fmt.Sprintf("%s in flight, %s held back, %s in the client's queue", whole(int64(r.InFlight)), whole(int64(r.Kept)), whole(int64(r.Waiting)))
	s.add("ack", spec.Ack.String()+answered(spec), how)
	if most, held := spec.Rate.IsHold(); !held || !most.IsMax() {
		s.add("target", graphs.Rate(float64(r.Target)), "at most, "+spec.Rate.String())
	}
	if !spec.Work.IsZero() {
		s.add("work", spec.Work.String(), "a message and worker")
	}
	if spec.Nack > 0 || r.Nacked > 0 {
		s.add("nack", spec.Nack.String(), fmt.Sprintf("%s given back, again after %s", whole(r.Nacked), pacing.FormatDuration(spec.NackDelay)))
	}
	if n := r.Outcomes[metrics.Dropped]; spec.Drop > 0 || n > 0 {
		s.add("drop", spec.Drop.String(), whole(n)+" dropped, again when their consumer closes")
	}
	if n := r.Outcomes[metrics.DeadLettered]; spec.MaxRedeliver > 0 || n > 0 {
		s.add("dead letter", fmt.Sprintf("after %d", spec.MaxRedeliver), whole(n)+" dead-lettered"+unforwarded(r))
	}
	if n := r.Outcomes[metrics.Retried]; spec.Retry != "" || n > 0 {
		s.add("retry", pacing.FormatDuration(spec.RetryDelay), fmt.Sprintf("%s retried through %s", whole(n), spec.Retry))
	}
	if spec.Churn != (session.Churn{}) || r.Churned > 0 {
		s.add("churn", spec.Churn.String(), whole(r.Churned)+" consumers exchanged")
	}
}

// answered says what is special about a group's acknowledgements.
func answered(spec session.ConsumerSpec) string {
	text := ""
	if spec.Response {
		text += ", answered"
	}
	if spec.BatchIndex {
		text += ", one by one"
	}
	return text
}

func unforwarded(r *session.ConsumerSnapshot) string {
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
		{metrics.AgainNack, "given back"}, {metrics.AgainDrop, "dropped"}, {metrics.AgainDisconnect, "by consumers that closed"},
		{metrics.AgainSeek, "by a seek"}, {metrics.AgainUnknown, "for no known cause"},
	} {
		if n := o[cause.outcome]; n > 0 {
			parts = append(parts, whole(n)+" "+cause.text)
		}
	}
	return strings.Join(parts, ", ")
}
