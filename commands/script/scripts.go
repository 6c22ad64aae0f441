package script

import (
	"context"
	"math"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/look"
	"pulsh/session/chart"
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
	begin, done := c.Env.Now(), false
	var last *snapshot.Snapshot
	c.Until(limit, func() string { return current(condition, c.Env.Session.Snapshot()) })
	err = c.Watch(ctx, func(s *snapshot.Snapshot) bool {
		last, done = s, condition.Holds(s)
		return done || c.Env.Now().Sub(begin) >= limit
	})
	if err != nil || done {
		return err
	}
	t := failing(condition, last)
	return c.Fail(adviceOn(t.Metric), "%s not reached within %s; it is %s", condition, pacing.FormatDuration(limit), measured(t, last.Value(t.Metric)))
}

// typedCondition returns the typed condition, or an error if a group or a figure does
// not exist.
func typedCondition(ctx context.Context, c *host.Call) (snapshot.Condition, error) {
	condition, _ := host.Value[snapshot.Condition](c, "condition")
	for _, t := range condition.Terms {
		if err := look.CheckMeasurable(ctx, c, "condition", t.Metric); err != nil {
			return condition, err
		}
	}
	return condition, nil
}

// failing returns the first comparison that is not true.
func failing(condition snapshot.Condition, s *snapshot.Snapshot) snapshot.Term {
	for _, t := range condition.Terms {
		if !t.Holds(s.Value(t.Metric)) {
			return t
		}
	}
	return condition.Terms[0]
}

// measured writes a value in the unit of a comparison.
func measured(t snapshot.Term, v float64) string {
	if math.IsNaN(v) {
		return "unknown"
	}
	f, _ := t.Metric.Describe()
	return strings.TrimSpace(chart.Unit(f.Unit).Format(v))
}

// current writes the present value of the first comparison that is not true.
func current(condition snapshot.Condition, s *snapshot.Snapshot) string {
	t := failing(condition, s)
	return t.Metric.String() + " is " + measured(t, s.Value(t.Metric))
}

// adviceOn returns the command that tells more about a metric.
func adviceOn(m snapshot.Metric) string {
	last := m.Figure[strings.LastIndexByte(m.Figure, '.')+1:]
	switch {
	case m.Group == snapshot.TotalGroup:
		return "list"
	case m.Group == snapshot.ProcessGroup:
		return "top"
	case m.Figure == "failed":
		return "errors " + m.Group
	case m.Figure == "backlog" || m.Figure == "entries":
		return "backlog " + m.Group
	case strings.HasPrefix(last, "p") && last != "pending" || last == "max":
		return "hist " + m.Group
	}
	return "show " + m.Group
}

// Mark runs the command mark: put a mark on the time axis.
func Mark(_ context.Context, c *host.Call) error {
	c.Env.Session.Mark(snapshot.MarkNote, c.Text("text"))
	return nil
}
