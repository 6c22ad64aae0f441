package lang

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pulsh/session/pacing"
)

// instantOf is an offset in the timeline of a script: from its start, or from the
// previous offset.
type instantOf struct {
	after    time.Duration
	relative bool
}

// InstantKind returns the kind OFFSET.
func InstantKind() Kind {
	return Kind{Name: "OFFSET", Aliases: []string{"AT"}, Sample: "+10s", Forms: "+2.5s, 12.3s",
		Doc: "an offset in the timeline of a script: 12.3s after its start, or +2.5s after the previous offset; a slow line delays the lines after it, " +
			"but delays do not add up",
		Parse: func(text string) (any, error) {
			digits, relative := strings.CutPrefix(text, "+")
			if digits == "0" {
				digits = "0s"
			}
			d, err := pacing.ParseDuration(digits)
			if err != nil || d < 0 {
				return nil, fmt.Errorf("%q is not an offset", text)
			}
			return instantOf{d, relative}, nil
		}, Complete: Offer("+1s", "", "+10s", "", "+1m", "")}
}

// Pass waits for a while, as wait does.
func (c *Call) Pass(ctx context.Context, d time.Duration) error {
	d = c.scaled(d)
	c.Until(d, nil)
	return Sleep(ctx, d)
}

// At runs the command at: wait until an offset in the timeline. Delays do not add up,
// because offsets count from the start of the script.
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
	d := &c.result.Drift
	d.Lines++
	d.Worst = max(d.Worst, c.Config.Now().Sub(c.planned))
	return nil
}

// Wait runs the command wait: wait for a duration, divided by Config.Speed.
func Wait(ctx context.Context, c *Call) error {
	d, _ := Value[time.Duration](c, "duration")
	d = c.scaled(d)
	c.Until(d, nil)
	return Sleep(ctx, d)
}

// scaled divides a duration by Config.Speed.
func (c *Call) scaled(d time.Duration) time.Duration {
	if c.Config.Speed == 0 {
		return d
	}
	return time.Duration(float64(d) / c.Config.Speed)
}

// Sleep waits for d, or until ctx ends, whose error it returns.
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
