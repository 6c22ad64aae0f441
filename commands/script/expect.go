package script

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

// trial tests a condition. It passes when the condition has been true for hold, and
// fails when the condition is false after within.
type trial struct {
	condition snapshot.Condition
	hold      time.Duration // it must hold for so long
	within    time.Duration // and begin so soon; 0 is at once
	begin     time.Time
	since     time.Time // when it began to hold, or zero
	seen      time.Time // the sample before
	samples   int
	terms     []conditions.Extremes
	passed    bool
	broken    snapshot.Term // the comparison that failed
	unknown   string        // why its metric has no value, or ""
}

// newTrial begins a trial of a condition. It must hold for the time that the line gives as for.
func newTrial(c *host.Call, condition snapshot.Condition, within time.Duration) *trial {
	t := &trial{condition: condition, within: within, terms: conditions.NewExtremes(condition), begin: c.Env.Now()}
	t.hold, _ = host.Value[time.Duration](c, "for")
	return t
}

// holeMax is the longest time between two samples that are taken for continuous. It
// allows for a late sampler.
const holeMax = 1500 * time.Millisecond

// look takes a sample and reports whether the trial is over.
func (t *trial) look(s *snapshot.Snapshot) bool {
	if s.At.Sub(t.seen) > holeMax {
		t.since = time.Time{}
	}
	t.seen = s.At
	t.samples++
	holds := t.condition.Holds(s)
	starts := holds && t.since.IsZero()
	for i, term := range t.condition.Terms {
		t.terms[i].Take(term, s.Value(term.Metric), starts)
	}
	switch {
	case starts:
		t.since = s.At
	case !holds:
		t.since = time.Time{}
	}
	if holds && s.At.Sub(t.since) >= t.hold {
		t.passed = true
		return true
	}
	if !holds && s.At.Sub(t.begin) >= t.within {
		t.broken = conditions.Failing(t.condition, s)
		t.unknown = s.WhyUnknown(t.broken.Metric)
		return true
	}
	return false
}

// Expect runs the command expect: fail if a condition is not true.
func Expect(ctx context.Context, c *host.Call) error {
	condition, err := typedCondition(ctx, c)
	if err != nil {
		return err
	}
	within, _ := host.Value[time.Duration](c, "within")
	t := newTrial(c, condition, within)
	c.Until(t.within+t.hold, func() string { return conditions.Current(condition, c.Env.Session.Snapshot()) })
	if err := c.Watch(ctx, t.look); err != nil {
		return err
	}
	return printVerdict(c, t)
}

// printVerdict prints and counts the result.
func printVerdict(c *host.Call, t *trial) error {
	check := lang.Check{At: t.begin, Place: c.Place(), Turn: c.Turn, Condition: t.label(), Measured: t.values(),
		Elapsed: c.Env.Now().Sub(t.begin), Samples: t.samples, Terms: conditions.Terms(t.condition, t.terms)}
	word := "PASS"
	var failure *lang.Error
	if !t.passed {
		word = "FAIL"
		failure = c.Fail(conditions.AdviceOn(t.broken.Metric), "%s", t.failure())
		failure.Shown = true
		check.Failure = failure.Message
	}
	line := word + "  "
	if check.Place != "" {
		line += check.Place + "  "
	}
	if check.Turn != "" {
		line += check.Turn + "  "
	}
	fmt.Fprintf(c.Out, "%s%s  %s\n", line, graphs.Left(check.Condition, max(checkWidth, graphs.Width(check.Condition))), check.Measured)
	c.AddCheck(check)
	if failure == nil {
		return nil
	}
	fmt.Fprintf(c.Out, "      try: %s\n", failure.Try)
	return failure
}

// checkWidth is the width of the column of conditions.
const checkWidth = 36

// label returns the condition with its durations: fast.p99 < 20ms for 5s.
func (t *trial) label() string {
	text := t.condition.String()
	if t.hold > 0 {
		text += " for " + pacing.FormatDuration(t.hold)
	}
	if t.within > 0 {
		text += " within " + pacing.FormatDuration(t.within)
	}
	return text
}

// values returns the measured values: 4.8ms worst 6.2ms, or reached 50.0k/s.
func (t *trial) values() string {
	if !t.passed {
		i := t.brokenAt()
		if t.within > 0 && t.hold == 0 {
			return "reached " + conditions.Measured(t.broken, t.terms[i].Best)
		}
		if t.unknown != "" {
			return "was unknown (" + t.unknown + ")"
		}
		return "was " + conditions.Measured(t.broken, t.terms[i].Last)
	}
	var parts []string
	for i, term := range t.condition.Terms {
		text := conditions.Measured(term, t.terms[i].Last)
		if worst := conditions.Measured(term, t.terms[i].Worst); t.hold > 0 && worst != text {
			text += " worst " + worst
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func (t *trial) brokenAt() int {
	for i, term := range t.condition.Terms {
		if term == t.broken {
			return i
		}
	}
	return 0
}

// failure returns a sentence: fast.rate reached 41.2k/s, wanted > 55k, within 10s.
func (t *trial) failure() string {
	text := fmt.Sprintf("%s %s, wanted %s %s", t.broken.Metric, t.values(), t.broken.Op, t.broken.Limit())
	if t.hold > 0 {
		text += ", for " + pacing.FormatDuration(t.hold)
	}
	if t.within > 0 {
		text += ", within " + pacing.FormatDuration(t.within)
	}
	return text
}
