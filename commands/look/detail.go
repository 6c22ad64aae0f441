package look

import (
	"context"
	"math"
	"strings"

	"pulsh/commands/answers"
	"pulsh/commands/host"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// ShowWorkers runs the command workers: show what each worker of a group does.
func ShowWorkers(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	per := []snapshot.Worker(nil)
	if g.Producer != nil {
		per = g.Producer.PerWorker
	} else {
		per = g.Consumer.PerWorker
	}
	if len(per) == 0 {
		c.Say("%s is %s and has no workers now", g.Name, g.State)
		return nil
	}
	if g.Consumer != nil {
		c.Print(answers.Receivers(per))
		return nil
	}
	fastest := 0.0
	for _, w := range per {
		fastest = max(fastest, w.Rate)
	}
	var rows [][]string
	for _, w := range per {
		state := strings.Repeat("█", int(math.Round(w.Rate/max(fastest, 1)*workerBar)))
		if w.Waiting {
			state = strings.TrimSpace(state + " waits")
		}
		rows = append(rows, []string{graphs.Whole(float64(w.Worker)), answers.Whole(w.Done), graphs.Rate(w.Rate), answers.Whole(w.Failed), state})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"worker", "sent", "rate", "failed", ""}, rows, []graphs.Align{right, right, right, right}, 0))
	return nil
}

// workerBar is the length of the fastest worker's bar.
const workerBar = 8

// ShowErrors runs the command errors: show a group's failures by category, with the first and the last text.
func ShowErrors(ctx context.Context, c *host.Call) error {
	g, err := c.Group(ctx, "group")
	if err != nil {
		return err
	}
	if len(g.Failures) == 0 {
		c.Say("%s: no failures", g.Name)
		return nil
	}
	for _, f := range g.Failures {
		c.Say("%s %s", answers.Whole(f.Count), f.Category)
		c.Say("  first %s  %s", f.First.At.Format("15:04:05"), f.First.Text)
		if f.Count > 1 {
			c.Say("  last  %s  %s", f.Last.At.Format("15:04:05"), f.Last.Text)
		}
	}
	return nil
}

// Top runs the command top: show what pulsh itself costs.
func Top(ctx context.Context, c *host.Call) error {
	s := c.Fresh(ctx)
	p, done := s.Process, s.Totals.Acked+s.Totals.Received
	var rows answers.Sheet
	rows.Add("cpu", graphs.PercentTight(p.CPU, 0), "of one core; "+graphs.Seconds(p.CPUTime)+" in all"+answers.PerMillion(p.CPUTime, done))
	if now := s.PerMillion(); !math.IsNaN(now) {
		rows.Add("a million", graphs.Latency(now), "of CPU for a million messages, sent and received, in the last second")
	}
	rows.Add("memory", graphs.Bytes(float64(p.RSS)), graphs.Bytes(float64(p.PeakRSS))+" at most")
	rows.Add("goroutines", graphs.Whole(float64(p.Goroutines)), "")
	pauses := graphs.Latency(float64(p.GCPause)) + " paused in all"
	if p.GCCount > 0 {
		pauses += "; p50 " + graphs.Latency(float64(p.RecentPauseP50)) + ", max " + graphs.Latency(float64(p.RecentPauseMax)) + " of the last " +
			answers.Plural(uint64(min(p.GCCount, pausesKept)), "pause", "pauses")
	}
	rows.Add("collections", answers.Whole(p.GCCount), pauses)
	c.Print(rows.Lines)
	return nil
}

// pausesKept is how many pauses the runtime remembers.
const pausesKept = 256
