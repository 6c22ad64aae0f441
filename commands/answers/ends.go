package answers

import (
	"strings"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// emptyEnd is how until=empty reads.
const emptyEnd = "the backlog is empty"

// sayEnds lists when a group stops by itself: 1M messages, 10m or empty. It returns ""
// for never.
func sayEnds(e spec.Ends) string {
	var parts []string
	if e.Count > 0 {
		parts = append(parts, spec.FormatAmount(e.Count)+" messages")
	}
	if e.For > 0 {
		parts = append(parts, pacing.FormatDuration(e.For))
	}
	switch {
	case e.Until.Empty:
		parts = append(parts, emptyEnd)
	case e.Until.Idle > 0:
		parts = append(parts, "idle for "+pacing.FormatDuration(e.Until.Idle))
	}
	return strings.Join(parts, " or ")
}

// withEnds adds the ends of a group to its description.
func withEnds(text string, e spec.Ends) string {
	if e.None() {
		return text
	}
	return text + " · ends at " + sayEnds(e)
}

// ends adds a row for when the group stops by itself, if it does.
func (s *Rows) ends(g snapshot.Group, settings spec.Ends) {
	switch {
	case g.State == snapshot.Done:
		s.Add("done", g.Ending.Why, "")
	case settings.None():
	case !g.State.Active():
		s.Add("ends at", sayEnds(settings), "")
	default:
		s.Add("ends at", sayEnds(settings), Far(g.Ending))
	}
}

// Far returns how far a group is from its end, as a percentage, "" if that cannot be
// told.
func Far(e snapshot.Ending) string {
	share, ok := e.Share()
	if !ok {
		return ""
	}
	return graphs.Percent(100*share, 0) + " done"
}
