package lang

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/pacing"
)

// instantOf is a place in the plan of a script: so long after its beginning, or
// after the place before.
type instantOf struct {
	after    time.Duration
	relative bool
}

// InstantKind is where in its plan a script goes on.
func InstantKind() Kind {
	return Kind{Name: "AT", Sample: "+10s", Forms: "+2.5s, 12.3s",
		Doc: "a place in the plan of a script: 12.3s after it began, or +2.5s after the place before; when the line before takes longer than planned, " +
			"what follows is late, and what is late does not add up",
		Parse: func(text string) (any, error) {
			digits, relative := strings.CutPrefix(text, "+")
			if digits == "0" {
				digits = "0s"
			}
			d, err := pacing.ParseDuration(digits)
			if err != nil || d < 0 {
				return nil, fmt.Errorf("%q is no place in a plan", text)
			}
			return instantOf{d, relative}, nil
		}, Complete: Offer("+1s", "", "+10s", "", "+1m", "")}
}

// Drift is how well a script kept to its plan: the lines `at` that it had, and
// how late the latest of them was.
type Drift struct {
	Lines int
	Worst time.Duration
}

// String tells it as a part of a summary.
func (d Drift) String() string {
	return fmt.Sprintf("%s kept to the plan within %s", Count(d.Lines, "line"), graphs.Latency(float64(d.Worst)))
}

// At waits for a place in the plan. The plan is that of the file, and a place in
// it stands whatever the lines before took: nothing adds up.
func At(ctx context.Context, c *Call) error {
	want, _ := Value[instantOf](c, "at")
	from := c.began
	if want.relative {
		from = c.planned
	}
	c.planned = from.Add(c.scaled(want.after))
	if err := Sleep(ctx, c.planned.Sub(c.Config.Now())); err != nil {
		return err
	}
	d := &c.Result.Drift
	d.Lines++
	d.Worst = max(d.Worst, c.Config.Now().Sub(c.planned))
	return nil
}

// Wait waits for the duration, divided by Config.Speed.
func Wait(ctx context.Context, c *Call) error {
	d, _ := Value[time.Duration](c, "duration")
	d = c.scaled(d)
	c.Until(d, nil)
	return Sleep(ctx, d)
}

// scaled is a time of a script at the speed at which it is run.
func (c *Call) scaled(d time.Duration) time.Duration {
	if c.Config.Speed == 0 {
		return d
	}
	return time.Duration(float64(d) / c.Config.Speed)
}

// Sleep waits for d or for the end of ctx.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
