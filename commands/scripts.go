package commands

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// scriptCommands wait, check and replay.
func scriptCommands() []command {
	return []command{
		{name: "run", section: scriptSection, params: []param{{name: "file", kind: fileKind()}}, assigns: true,
			summary: "run the lines of a file",
			detail: "The file is read whole before its first line runs, with the files that it runs itself, and ends at its first error. " +
				"Names within a script begin beside it. NAME=VALUE are its variables: nothing else changes them in that file.",
			examples: []string{"run examples/smoke.pulsh", "run examples/smoke.pulsh rate=2k"}, prepare: prepareRun, run: runPasses},
		{name: "repeat", section: scriptSection, params: []param{{name: "times", kind: repeatKind()}, {name: "file", kind: fileKind()}}, assigns: true,
			summary: "run a file so many times", examples: []string{"repeat 2 examples/step.pulsh w=2"}, prepare: prepareRepeat, run: runPasses},
		{name: "for", section: scriptSection, assigns: true,
			params:  []param{{name: "name", kind: variableKind()}, {name: "in", kind: inKind()}, {name: "values", kind: valuesKind(), rest: true}},
			summary: "run a file once for each value of a variable", examples: []string{"for w in 1 2 4 8 run examples/step.pulsh"},
			prepare: prepareFor, run: runPasses},
		{name: "let", section: scriptSection, assigns: true,
			summary: "set variables, or list them",
			detail: "$rate and ${rate} stand for the value in the lines that follow, in \"…\" too, but not in '…'; $$ is a dollar. " +
				"Variables are filled in while a script is read. A let is the default: an argument of run, --set rate=20k and PULSH_VAR_RATE in the environment go before it, in this order. " +
				"The variables of a script are its own and those of the scripts that it runs. They are shown and recorded: keep secrets out of them.",
			examples: []string{"let rate=20k", "let"}, prepare: prepareLet, run: let},
		{name: "wait until", section: scriptSection,
			params: []param{{name: "condition", kind: conditionKind(), rest: true},
				{name: "timeout", kind: durationKind(), keyed: true, optional: true, doc: "give up after so long; 5m if not given"}},
			summary:  "wait until a condition holds",
			examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k"}, run: waitUntil},
		{name: "wait", section: scriptSection, params: []param{{name: "duration", kind: durationKind()}},
			summary: "wait for a while", detail: "--speed 2 halves it.", examples: []string{"wait 2s"}, run: wait},
		{name: "at", section: scriptSection, params: []param{{name: "at", kind: instantKind()}},
			summary: "wait for a place in the script's plan",
			detail: "What record writes for the pauses. A place is fixed when the script begins, so that lines that take long do not shift those behind them; " +
				"`wait` begins when the line before it has ended. --speed 2 halves all of them. The summary tells how far the script drifted from its plan.",
			examples: []string{"at +2s", "at 2s"}, run: at},
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

func repeatKind() kind {
	k := countKind()
	k.sample = "3"
	k.parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > repeatMax) {
			err = fmt.Errorf("%q is not a number of runs from 1 to %d", text, repeatMax)
		}
		return n, err
	}
	return k
}

func variableKind() kind {
	return kind{name: "VARIABLE", sample: "w", doc: "a variable: a small letter, then small letters, digits and _, at most 32; $w stands for its value",
		parse: func(text string) (any, error) { return text, CheckVariable(text) }}
}

func inKind() kind {
	k := words("in")
	k.name = "in"
	return k
}

// valuesKind is the values of a for, and the file that they are for.
func valuesKind() kind {
	return kind{name: "VALUE… run FILE", sample: "1 2 4 8 run examples/step.pulsh", doc: "values, then run and a file",
		parse: func(text string) (any, error) {
			parts := strings.Fields(text)
			if len(parts) < 3 || parts[len(parts)-2] != "run" {
				return nil, fmt.Errorf("%q does not end with run FILE behind a value", text)
			}
			return text, nil
		}}
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
	var last *snapshot.Snapshot
	c.until(limit, func() string { return standing(condition, c.env.Session.Snapshot()) })
	err = c.watch(ctx, func(s *snapshot.Snapshot) bool {
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
func (c *call) condition(ctx context.Context) (snapshot.Condition, error) {
	condition, _ := value[snapshot.Condition](c, "condition")
	for _, t := range condition.Terms {
		if err := c.measurable(ctx, "condition", t.Metric); err != nil {
			return condition, err
		}
	}
	return condition, nil
}

// failing is the first comparison that does not hold.
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
		return "not known"
	}
	f, _ := t.Metric.Describe()
	return strings.TrimSpace(GraphUnit(f.Unit).Format(v))
}

// standing is how the first comparison that does not hold stands.
func standing(condition snapshot.Condition, s *snapshot.Snapshot) string {
	t := failing(condition, s)
	return t.Metric.String() + " is " + measured(t, s.Value(t.Metric))
}

// adviceOn is the command that tells more about a metric.
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

func mark(_ context.Context, c *call) error {
	c.env.Session.Mark(snapshot.MarkNote, c.text("text"))
	return nil
}
