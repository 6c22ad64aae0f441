package commands

import (
	"context"
	"math"
	"strings"
	"time"

	"pulsh/session"
	"pulsh/session/pacing"
)

// scriptCommands wait, check and replay.
func scriptCommands() []command {
	return []command{
		{name: "run", section: scriptSection, params: []param{{name: "file", kind: fileKind()}},
			summary: "run the lines of a file", detail: "The file is read whole before its first line runs, and ends at its first error.",
			examples: []string{"run examples/smoke.pulsh"}, run: runFile},
		{name: "wait until", section: scriptSection,
			params: []param{{name: "condition", kind: conditionKind(), rest: true},
				{name: "timeout", kind: durationKind(), keyed: true, optional: true, doc: "give up after so long; 5m if not given"}},
			summary:  "wait until a condition holds",
			examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k"}, run: waitUntil},
		{name: "wait", section: scriptSection, params: []param{{name: "duration", kind: durationKind()}},
			summary: "wait for a while", examples: []string{"wait 2s"}, run: wait},
		{name: "expect", section: scriptSection,
			params: []param{{name: "condition", kind: conditionKind(), rest: true},
				{name: "for", kind: durationKind(), keyed: true, optional: true, doc: "it must hold for so long"},
				{name: "within", kind: durationKind(), keyed: true, optional: true, doc: "it may take so long to begin to hold"}},
			summary: "fail if a condition does not hold", detail: "Prints PASS or FAIL with what was measured. Without for and within it is tested once.",
			examples: []string{"expect fast.p99<1s for=1s", "expect fast.rate>1k within=10s", "expect sub1.lost=0 and sub1.duplicated=0"}, run: expect},
		{name: "mark", section: scriptSection, params: []param{{name: "text", kind: textKind(), rest: true}},
			summary: "put a mark on the time axis", examples: []string{`mark "before the fix"`}, run: mark},
	}
}

func runFile(ctx context.Context, c *call) error {
	if c.depth == scriptDepthMax {
		return c.refuse("file", "", "scripts run scripts %d deep at most", scriptDepthMax)
	}
	path, _ := value[string](c, "file")
	s, err := ReadScript(path)
	if err != nil {
		if _, parsed := err.(interface{ Unwrap() []error }); parsed {
			return err
		}
		return c.refuse("file", c.nearFile(path), "%s", err)
	}
	inner := *c.execution
	inner.depth++
	return inner.run(ctx, s, Options{})
}

// nearFile is the line with a file that is there.
func (c *call) nearFile(path string) string {
	for _, name := range nearFiles(path) {
		return c.statement.instead(c.args["file"].span, quote(name))
	}
	return ""
}

func wait(ctx context.Context, c *call) error {
	d, _ := value[time.Duration](c, "duration")
	return sleep(ctx, d)
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch calls look with every sample until it says that it has seen enough.
func (c *call) watch(ctx context.Context, look func(*session.Snapshot) (enough bool)) error {
	tick := time.NewTicker(session.SampleEvery)
	defer tick.Stop()
	s := c.fresh(ctx)
	for !look(s) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		s = c.env.Session.Snapshot()
	}
	return nil
}

// waitMax is how long wait until waits if nothing is said: a script that hangs
// is worse than one that fails.
const waitMax = 5 * time.Minute

func waitUntil(ctx context.Context, c *call) error {
	condition, err := c.condition(ctx)
	if err != nil {
		return err
	}
	limit, ok := value[time.Duration](c, "timeout")
	if !ok {
		limit = waitMax
	}
	begin, done := c.env.Now(), false
	var last *session.Snapshot
	err = c.watch(ctx, func(s *session.Snapshot) bool {
		last, done = s, condition.Holds(s)
		return done || c.env.Now().Sub(begin) >= limit
	})
	if err != nil || done {
		return err
	}
	t := failing(condition, last)
	return c.fail(adviceOn(t.Metric), "%s did not come within %s; it is %s", condition, pacing.FormatDuration(limit), measured(t, last.Value(t.Metric)))
}

// condition is the one that was typed, if all that it measures is there.
func (c *call) condition(ctx context.Context) (session.Condition, error) {
	condition, _ := value[session.Condition](c, "condition")
	for _, t := range condition.Terms {
		if err := c.measurable(ctx, "condition", t.Metric); err != nil {
			return condition, err
		}
	}
	return condition, nil
}

// failing is the first comparison that does not hold.
func failing(condition session.Condition, s *session.Snapshot) session.Term {
	for _, t := range condition.Terms {
		if !t.Holds(s.Value(t.Metric)) {
			return t
		}
	}
	return condition.Terms[0]
}

// measured writes a value in the unit of a comparison.
func measured(t session.Term, v float64) string {
	if math.IsNaN(v) {
		return "not known"
	}
	f, _ := t.Metric.Describe()
	return strings.TrimSpace(GraphUnit(f.Unit).Format(v))
}

// adviceOn is the command that tells more about a metric.
func adviceOn(m session.Metric) string {
	last := m.Figure[strings.LastIndexByte(m.Figure, '.')+1:]
	switch {
	case m.Group == session.TotalGroup:
		return "list"
	case m.Group == session.ProcessGroup:
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

func mark(_ context.Context, c *call) error {
	c.env.Session.Mark(session.MarkNote, c.text("text"))
	return nil
}
