package commands

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
)

// detailCommands look closer at one group, and at pulsh itself.
func detailCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupKind()}
	return []lang.Command{
		{Name: "workers", Section: lookSection, Params: []lang.Param{group}, Summary: "show what each worker of a group does",
			Examples: []string{"workers fast"}, Run: verb(showWorkers)},
		{Name: "errors", Section: lookSection, Params: []lang.Param{group}, Summary: "show a group's failures by category, with the first and the last text",
			Examples: []string{"errors fast"}, Run: verb(showErrors)},
		histCommand(),
		ledgerCommand(),
		backlogCommand(),
		keysCommand(),
		{Name: "top", Section: lookSection, Summary: "show what pulsh itself costs",
			Detail: "The same figures can be graphed and expected: process.cpu, process.memory, process.goroutines, process.gc, process.gc.p50, " +
				"process.gc.max, process.collections and process.cpupermillion.",
			Examples: []string{"top"}, Run: verb(top)},
	}
}

func showWorkers(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
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
		c.Print(receivers(per))
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
		rows = append(rows, []string{graphs.Whole(float64(w.Worker)), whole(w.Done), graphs.Rate(w.Rate), whole(w.Failed), state})
	}
	right := graphs.AlignRight
	c.Print(graphs.Table([]string{"worker", "sent", "rate", "failed", ""}, rows, []graphs.Align{right, right, right, right}, 0))
	return nil
}

// receivers is the table of workers that receive.
func receivers(per []snapshot.Worker) []string {
	var rows [][]string
	for _, w := range per {
		rows = append(rows, []string{graphs.Whole(float64(w.Worker)), whole(w.Done), graphs.Rate(w.Rate), whole(w.Acked), whole(w.Nacked), whole(w.Dropped)})
	}
	right := graphs.AlignRight
	return graphs.Table([]string{"worker", "received", "rate", "acked", "nacked", "dropped"}, rows, []graphs.Align{right, right, right, right, right, right}, 0)
}

// workerBar is the length of the fastest worker's bar.
const workerBar = 8

func showErrors(ctx context.Context, c *call) error {
	g, err := c.group(ctx, "group")
	if err != nil {
		return err
	}
	if len(g.Failures) == 0 {
		c.Say("%s: no failures", g.Name)
		return nil
	}
	for _, f := range g.Failures {
		c.Say("%s %s", whole(f.Count), f.Category)
		c.Say("  first %s  %s", f.First.At.Format("15:04:05"), f.First.Text)
		if f.Count > 1 {
			c.Say("  last  %s  %s", f.Last.At.Format("15:04:05"), f.Last.Text)
		}
	}
	return nil
}

// adminMax bounds a question to the admin API.
const adminMax = 10 * time.Second

// admin is the admin API, or why there is none.
func (c *call) admin() (broker.Admin, error) {
	if err := c.connected(); err != nil {
		return nil, err
	}
	if a := c.env.Session.Admin(); a != nil {
		return a, nil
	}
	t, _ := c.env.Session.Target()
	return nil, c.Fail("connect "+t.URL+" admin=http://localhost:8080", "%s needs the admin API, and pulsh does not know where that is", c.Command.Name)
}

func top(ctx context.Context, c *call) error {
	s := c.fresh(ctx)
	p, done := s.Process, s.Totals.Acked+s.Totals.Received
	var rows sheet
	rows.add("cpu", graphs.PercentTight(p.CPU, 0), "of one core; "+graphs.Seconds(p.CPUTime)+" in all"+perMillion(p.CPUTime, done))
	if now := s.PerMillion(); !math.IsNaN(now) {
		rows.add("a million", graphs.Latency(now), "of CPU for a million messages, sent and received, in the last second")
	}
	rows.add("memory", graphs.Bytes(float64(p.RSS)), graphs.Bytes(float64(p.PeakRSS))+" at most")
	rows.add("goroutines", graphs.Whole(float64(p.Goroutines)), "")
	pauses := graphs.Latency(float64(p.GCPause)) + " paused in all"
	if p.GCCount > 0 {
		pauses += "; p50 " + graphs.Latency(float64(p.RecentPauseP50)) + ", max " + graphs.Latency(float64(p.RecentPauseMax)) + " of the last " +
			plural(uint64(min(p.GCCount, pausesKept)), "pause", "pauses")
	}
	rows.add("collections", whole(p.GCCount), pauses)
	c.Print(rows.lines)
	return nil
}

// pausesKept is how many pauses the runtime remembers.
const pausesKept = 256

// perMillion is processor time per million messages, once there are some.
func perMillion(used time.Duration, messages int64) string {
	if messages < 1e5 {
		return ""
	}
	return fmt.Sprintf(", %s CPU s per million messages", graphs.Three(used.Seconds()/float64(messages)*1e6))
}
