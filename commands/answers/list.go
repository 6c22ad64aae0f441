package answers

import (
	"fmt"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Receivers returns the table of the workers of a consumer group.
func Receivers(per []snapshot.Worker) []string {
	var rows [][]string
	for _, w := range per {
		rows = append(rows, []string{graphs.Whole(float64(w.Worker)), Whole(w.Done), graphs.Rate(w.Rate), Whole(w.Acked), Whole(w.Nacked), Whole(w.Dropped)})
	}
	right := graphs.AlignRight
	return graphs.Table([]string{"worker", "received", "rate", "acked", "nacked", "dropped"}, rows, []graphs.Align{right, right, right, right, right, right}, 0)
}

// PerMillion returns the CPU time per million messages, "" for fewer than 100,000
// messages.
func PerMillion(used time.Duration, messages int64) string {
	if messages < 1e5 {
		return ""
	}
	return fmt.Sprintf(", %s CPU s per million messages", graphs.Three(used.Seconds()/float64(messages)*1e6))
}

// RateOf returns the rate of a group with its target: 49.9k of 50.0k/s.
func RateOf(g snapshot.Group) string {
	if !g.State.Active() {
		return graphs.NoValue
	}
	if g.Consumer != nil {
		return graphs.Rate(g.Consumer.Rate)
	}
	p := g.Producer
	if p.Target.IsMax() {
		return graphs.Rate(p.Rate)
	}
	return graphs.Three(p.Rate) + " of " + graphs.Rate(p.Aim())
}

// Since returns the time that a group has spent running, graphs.NoValue if it never
// ran.
func Since(g snapshot.Group) string {
	if g.Since.IsZero() {
		return graphs.NoValue
	}
	return graphs.Elapsed(g.Running)
}
