package answers

import (
	"fmt"
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Receivers is the table of workers that receive.
func Receivers(per []snapshot.Worker) []string {
	var rows [][]string
	for _, w := range per {
		rows = append(rows, []string{graphs.Whole(float64(w.Worker)), Whole(w.Done), graphs.Rate(w.Rate), Whole(w.Acked), Whole(w.Nacked), Whole(w.Dropped)})
	}
	right := graphs.AlignRight
	return graphs.Table([]string{"worker", "received", "rate", "acked", "nacked", "dropped"}, rows, []graphs.Align{right, right, right, right, right, right}, 0)
}

// PerMillion is processor time per million messages, once there are some.
func PerMillion(used time.Duration, messages int64) string {
	if messages < 1e5 {
		return ""
	}
	return fmt.Sprintf(", %s CPU s per million messages", graphs.Three(used.Seconds()/float64(messages)*1e6))
}

// RateOf is a group's rate beside its target: 49.9k of 50.0k/s.
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
	return graphs.Three(p.Rate) + " of " + graphs.Rate(float64(p.Target))
}

// Since is how long a group has been running, "" if it has not.
func Since(g snapshot.Group) string {
	if g.Since.IsZero() {
		return graphs.NoValue
	}
	return graphs.Elapsed(g.Running)
}
