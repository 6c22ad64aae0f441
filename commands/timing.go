package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// instantOf is a place in the plan of a script: so long after its beginning, or
// after the place before.
type instantOf struct {
	after    time.Duration
	relative bool
}

// instantKind is where in its plan a script goes on.
func instantKind() kind {
	return kind{name: "AT", sample: "+10s", forms: "+2.5s, 12.3s",
		doc: "a place in the plan of a script: 12.3s after it began, or +2.5s after the place before; when the line before takes longer than planned, " +
			"what follows is late, and what is late does not add up",
		parse: func(text string) (any, error) {
			digits, relative := strings.CutPrefix(text, "+")
			if digits == "0" {
				digits = "0s"
			}
			d, err := pacing.ParseDuration(digits)
			if err != nil || d < 0 {
				return nil, fmt.Errorf("%q is no place in a plan", text)
			}
			return instantOf{d, relative}, nil
		}, complete: offer("+1s", "", "+10s", "", "+1m", "")}
}

// Drift is how well a script kept to its plan: the lines `at` that it had, and
// how late the latest of them was.
type Drift struct {
	Lines int
	Worst time.Duration
}

// String tells it as a part of a summary.
func (d Drift) String() string {
	return fmt.Sprintf("%s kept to the plan within %s", count(d.Lines, "line"), graphs.Latency(float64(d.Worst)))
}

// at waits for a place in the plan. The plan is that of the file, and a place in
// it stands whatever the lines before took: nothing adds up.
func at(ctx context.Context, c *call) error {
	want, _ := value[instantOf](c, "at")
	from := c.began
	if want.relative {
		from = c.planned
	}
	c.planned = from.Add(c.scaled(want.after))
	if err := sleep(ctx, c.planned.Sub(c.env.Now())); err != nil {
		return err
	}
	d := &c.result.Drift
	d.Lines++
	d.Worst = max(d.Worst, c.env.Now().Sub(c.planned))
	return nil
}

func wait(ctx context.Context, c *call) error {
	d, _ := value[time.Duration](c, "duration")
	d = c.scaled(d)
	c.until(d, nil)
	return sleep(ctx, d)
}

// scaled is a time of a script at the speed at which it is run.
func (c *call) scaled(d time.Duration) time.Duration {
	if c.env.Speed == 0 {
		return d
	}
	return time.Duration(float64(d) / c.env.Speed)
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch calls look with every sample until it says that it has seen enough. No
// sample is left out that was taken between two looks.
func (c *call) watch(ctx context.Context, look func(*snapshot.Snapshot) (enough bool)) error {
	tick := time.NewTicker(metrics.SampleEvery)
	defer tick.Stop()
	s := c.fresh(ctx)
	if look(s) {
		return nil
	}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, next := range c.env.Session.Since(s.At) {
			if s = next; look(s) {
				return nil
			}
		}
	}
}
