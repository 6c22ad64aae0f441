package commands

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/look"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// scriptCommands wait, check and replay.
func scriptCommands() []lang.Command {
	return []lang.Command{
		{Name: "run", Section: scriptSection, Params: []lang.Param{{Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run the lines of a file",
			Detail: "The file is read whole before its first line runs, with the files that it runs itself, and ends at its first error. " +
				"Names within a script begin beside it. NAME=VALUE are its variables: nothing else changes them in that file.",
			Examples: []string{"run examples/smoke.pulsh", "run examples/smoke.pulsh rate=2k"}, Prepare: lang.PrepareRun, Run: lang.RunPasses},
		{Name: "repeat", Section: scriptSection, Params: []lang.Param{{Name: "times", Kind: repeatKind()}, {Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run a file so many times", Examples: []string{"repeat 2 examples/step.pulsh w=2"}, Prepare: lang.PrepareRepeat, Run: lang.RunPasses},
		{Name: "for", Section: scriptSection, Assigns: true,
			Params:  []lang.Param{{Name: "name", Kind: variableKind()}, {Name: "in", Kind: inKind()}, {Name: "values", Kind: valuesKind(), Rest: true}},
			Summary: "run a file once for each value of a variable", Examples: []string{"for w in 1 2 4 8 run examples/step.pulsh"},
			Prepare: lang.PrepareFor, Run: lang.RunPasses},
		{Name: "let", Section: scriptSection, Assigns: true,
			Summary: "set variables, or list them",
			Detail: "$rate and ${rate} stand for the value in the lines that follow, in \"…\" too, but not in '…'; $$ is a dollar. " +
				"Variables are filled in while a script is read. A let is the default: an argument of run, --set rate=20k and PULSH_VAR_RATE in the environment go before it, in this order. " +
				"The variables of a script are its own and those of the scripts that it runs. They are shown and recorded: keep secrets out of them.",
			Examples: []string{"let rate=20k", "let"}, Prepare: lang.PrepareLet, Run: lang.Let},
		{Name: "wait until", Section: scriptSection,
			Params: []lang.Param{{Name: "condition", Kind: conditionKind(), Rest: true},
				{Name: "timeout", Kind: durationKind(), Keyed: true, Optional: true, Doc: "give up after so long; 5m if not given"}},
			Summary:  "wait until a condition holds",
			Examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k"}, Run: verb(waitUntil)},
		{Name: "wait", Section: scriptSection, Params: []lang.Param{{Name: "duration", Kind: durationKind()}},
			Summary: "wait for a while", Detail: "--speed 2 halves it.", Examples: []string{"wait 2s"}, Run: lang.Wait},
		{Name: "at", Section: scriptSection, Params: []lang.Param{{Name: "at", Kind: lang.InstantKind()}},
			Summary: "wait for a place in the script's plan",
			Detail: "What record writes for the pauses. A place is fixed when the script begins, so that lines that take long do not shift those behind them; " +
				"`wait` begins when the line before it has ended. --speed 2 halves all of them. The summary tells how far the script drifted from its plan.",
			Examples: []string{"at +2s", "at 2s"}, Run: lang.At},
		{Name: "expect", Section: scriptSection,
			Params: []lang.Param{{Name: "condition", Kind: conditionKind(), Rest: true},
				{Name: "for", Kind: durationKind(), Keyed: true, Optional: true, Doc: "it must hold for so long"},
				{Name: "within", Kind: durationKind(), Keyed: true, Optional: true, Doc: "it may take so long to begin to hold"}},
			Summary: "fail if a condition does not hold", Detail: "Prints PASS or FAIL with what was measured. Without for and within it is tested once.",
			Examples: []string{"expect fast.p99<1s for=1s", "expect fast.rate>1k within=10s", "expect sub1.lost=0 and sub1.duplicated=0"}, Run: verb(expect)},
		{Name: "mark", Section: scriptSection, Params: []lang.Param{{Name: "text", Kind: lang.TextKind(), Rest: true}},
			Summary: "put a mark on the time axis", Examples: []string{`mark "before the fix"`}, Run: verb(mark)},
	}
}

func repeatKind() lang.Kind {
	k := countKind()
	k.Sample = "3"
	k.Parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > lang.RepeatMax) {
			err = fmt.Errorf("%q is not a number of runs from 1 to %d", text, lang.RepeatMax)
		}
		return n, err
	}
	return k
}

func variableKind() lang.Kind {
	return lang.Kind{Name: "VARIABLE", Sample: "w", Doc: "a variable: a small letter, then small letters, digits and _, at most 32; $w stands for its value",
		Parse: func(text string) (any, error) { return text, lang.CheckVariable(text) }}
}

func inKind() lang.Kind {
	k := lang.Words("in")
	k.Name = "in"
	return k
}

// valuesKind is the values of a for, and the file that they are for.
func valuesKind() lang.Kind {
	return lang.Kind{Name: "VALUE… run FILE", Sample: "1 2 4 8 run examples/step.pulsh", Doc: "values, then run and a file",
		Parse: func(text string) (any, error) {
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
	c.Until(limit, func() string { return standing(condition, c.env.Session.Snapshot()) })
	err = c.watch(ctx, func(s *snapshot.Snapshot) bool {
		last, done = s, condition.Holds(s)
		return done || c.env.Now().Sub(begin) >= limit
	})
	if err != nil || done {
		return err
	}
	t := failing(condition, last)
	return c.Fail(adviceOn(t.Metric), "%s did not come within %s; it is %s", condition, pacing.FormatDuration(limit), measured(t, last.Value(t.Metric)))
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
	return strings.TrimSpace(look.Unit(f.Unit).Format(v))
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
	c.env.Session.Mark(snapshot.MarkNote, c.Text("text"))
	return nil
}

// recordCommands write what is typed as a script.
func recordCommands() []lang.Command {
	return []lang.Command{
		{Name: "record", Section: scriptSection,
			Params:  []lang.Param{{Name: "file", Kind: newFileKind()}, {Name: "force", Kind: forceKind(), Optional: true}},
			Summary: "write what is typed from now on as a script",
			Detail: "Every line is written when it begins, with an `at` for the pause before it, so that a crash loses nothing. " +
				"A line that fails is kept as a comment, but for an expect. A file that is there is only written over with force.",
			Examples: []string{"record mine.pulsh force"}, Run: lang.Record},
		{Name: "record stop", Section: scriptSection, Summary: "end the recording", Examples: []string{"record stop"}, Run: lang.RecordStop},
	}
}

func newFileKind() lang.Kind {
	k := lang.FileKind()
	k.Sample, k.Doc = "mine.pulsh", "a file to write"
	return k
}

func forceKind() lang.Kind {
	k := lang.Words("force")
	k.Name = "force"
	return k
}
