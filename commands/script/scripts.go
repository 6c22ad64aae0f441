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
	t := newTrial(c, condition, limit)
	hold, timeout := pacing.FormatDuration(t.hold), pacing.FormatDuration(limit)
	if t.hold >= limit {
		return c.Refuse("for", fmt.Sprintf("wait until %s for=%s timeout=%s", condition, hold, pacing.FormatDuration(2*t.hold)), "for=%s is not less than the timeout of %s", hold, timeout)
	}
	var last *snapshot.Snapshot
	c.Until(limit, func() string { return conditions.Current(condition, c.Env.Session.Snapshot()) })
	err = c.Watch(ctx, func(s *snapshot.Snapshot) bool {
		last = s
		return t.look(s) || c.Env.Now().Sub(t.begin) >= limit
	})
	lang.SetResult(c.Call, took(c, t.begin))
	if err != nil || t.passed {
		return err
	}
	if condition.Holds(last) {
		return c.Fail("wait until "+condition.String()+" for="+hold, "%s was not true for %s within %s", condition, hold, timeout)
	}
	failing := conditions.Failing(condition, last)
	return c.Fail(conditions.AdviceOn(failing.Metric), "%s not reached within %s; it is %s", condition, timeout, conditions.Measured(failing, last.Value(failing.Metric)))
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
