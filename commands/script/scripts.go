package script

import (
	"context"
	"fmt"
	"time"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// waitMax is the default timeout of wait until: a script fails rather than hangs.
const waitMax = 5 * time.Minute

// WaitUntil runs the command wait until: wait until a condition is true.
func WaitUntil(ctx context.Context, c *host.Call) error {
	condition, err := typedCondition(ctx, c)
	if err != nil {
		return err
	}
	limit, ok := host.Value[time.Duration](c, "timeout")
	if !ok {
		limit = waitMax
	}
	held, _ := host.Value[time.Duration](c, "for")
	if held >= limit {
		return c.Refuse("for", fmt.Sprintf("wait until %s for=%s timeout=%s", condition, pacing.FormatDuration(held), pacing.FormatDuration(2*held)), "for=%s is not less than the timeout of %s", pacing.FormatDuration(held), pacing.FormatDuration(limit))
	}
	begin, done := c.Env.Now(), false
	since := begin // it was false last
	var last *snapshot.Snapshot
	c.Until(limit, func() string { return conditions.Current(condition, c.Env.Session.Snapshot()) })
	err = c.Watch(ctx, func(s *snapshot.Snapshot) bool {
		now := c.Env.Now()
		holds := condition.Holds(s)
		if last = s; !holds {
			since = now
		}
		done = holds && now.Sub(since) >= held
		return done || now.Sub(begin) >= limit
	})
	lang.SetResult(c.Call, took(c, begin))
	if err != nil || done {
		return err
	}
	t := conditions.Failing(condition, last)
	if held > 0 && condition.Holds(last) {
		return c.Fail("wait until "+condition.String()+" for="+pacing.FormatDuration(held), "%s was not true for %s within %s", condition, pacing.FormatDuration(held), pacing.FormatDuration(limit))
	}
	return c.Fail(conditions.AdviceOn(t.Metric), "%s not reached within %s; it is %s", condition, pacing.FormatDuration(limit), conditions.Measured(t, last.Value(t.Metric)))
}

// typedCondition returns the typed condition, or an error if a group or a figure does
// not exist.
func typedCondition(ctx context.Context, c *host.Call) (snapshot.Condition, error) {
	condition, _ := host.Value[snapshot.Condition](c, "condition")
	return condition, checkTerms(ctx, c, condition)
}

// Mark runs the command mark: put a mark on the time axis.
func Mark(_ context.Context, c *host.Call) error {
	c.Env.Session.Mark(snapshot.MarkNote, c.Text("text"))
	return nil
}
