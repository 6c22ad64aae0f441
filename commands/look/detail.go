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

// ShowWorkers runs the command workers: show the workers of a group.
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
		c.Say("%s is %s: no workers", g.Name, g.State)
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

// workerBar is the width of the bar of the fastest worker.
const workerBar = 8

// ShowErrors runs the command errors: show a group's failures by category.
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
		c.Say("%s", answers.Failed(f))
		c.Say("  first %s  %s", f.First.At.Format("15:04:05"), f.First.Text)
		if f.Last.At.After(f.First.At) {
			c.Say("  last  %s  %s", f.Last.At.Format("15:04:05"), f.Last.Text)
		}
	}
	return nil
}

// Top runs the command top: show pulsh's own CPU, memory and GC.
func Top(ctx context.Context, c *host.Call) error {
	s := c.Fresh(ctx)
	p, done := s.Process, s.Totals.Acked+s.Totals.Received
	var rows answers.Rows
	if cpu, used := p.Own(); p.Broker.Known {
		rows.Add("cpu", graphs.PercentTight(p.CPU, 0), "of one core, with the embedded broker; "+graphs.Seconds(p.CPUTime)+" in total")
		rows.Add("broker", graphs.PercentTight(p.BrokerCPU(), 0), "of that the embedded broker's, by samples; "+graphs.Seconds(p.Broker.CPUTime)+" in total")
		rows.Add("pulsh", graphs.PercentTight(cpu, 0), "of that pulsh's own; "+graphs.Seconds(used)+" in total"+answers.PerMillion(used, done))
	} else {
		rows.Add("cpu", graphs.PercentTight(p.CPU, 0), "of one core; "+graphs.Seconds(p.CPUTime)+" in total"+answers.PerMillion(p.CPUTime, done))
	}
	if now := s.PerMillion(); !math.IsNaN(now) {
		rows.Add("per million", graphs.Latency(now), "CPU per million messages sent and received, in the last second")
	}
	rows.Add("memory", graphs.Bytes(float64(p.RSS)), "peak "+graphs.Bytes(float64(p.PeakRSS)))
	rows.Add("goroutines", graphs.Whole(float64(p.Goroutines)), "")
	pauses := graphs.Latency(float64(p.GCPause)) + " total pause"
	if p.GCCount > 0 {
		pauses += "; last " + graphs.Plural(min(p.GCCount, pausesKept), "pause") + ": p50 " + graphs.Latency(float64(p.RecentPauseP50)) +
			", max " + graphs.Latency(float64(p.RecentPauseMax))
	}
	rows.Add("GC cycles", answers.Whole(p.GCCount), pauses)
	for _, g := range s.Groups {
		if lost := g.Disconnects.String(); lost != "" {
			rows.Add("connections", g.Name+": "+lost, "")
		}
	}
	c.Print(rows.Lines)
	return nil
}

// pausesKept is the number of GC pauses that the Go runtime keeps.
const pausesKept = 256
