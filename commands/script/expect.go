package script

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

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
	terms     []extremes
	passed    bool
	broken    snapshot.Term // the comparison that failed
	unknown   string        // why its metric has no value, or ""
}

// extremes are the values of a comparison during a trial.
type extremes struct{ last, best, worst float64 }

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
		t.terms[i].take(term, s.Value(term.Metric), starts)
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
		t.broken = failing(t.condition, s)
		t.unknown = s.WhyUnknown(t.broken.Metric)
		return true
	}
	return false
}

// take updates the extremes. The worst value counts from when the condition last
// became true.
func (e *extremes) take(t snapshot.Term, v float64, starts bool) {
	e.last = v
	if starts || t.Worse(v, e.worst) {
		e.worst = v
	}
	if math.IsNaN(e.best) || t.Worse(e.best, v) {
		e.best = v
	}
}

// Expect runs the command expect: fail if a condition is not true.
func Expect(ctx context.Context, c *host.Call) error {
	condition, err := typedCondition(ctx, c)
	if err != nil {
		return err
	}
	t := trial{condition: condition, terms: make([]extremes, len(condition.Terms)), begin: c.Env.Now()}
	for i := range t.terms {
		t.terms[i] = extremes{math.NaN(), math.NaN(), math.NaN()}
	}
	t.hold, _ = host.Value[time.Duration](c, "for")
	t.within, _ = host.Value[time.Duration](c, "within")
	c.Until(t.within+t.hold, func() string { return current(condition, c.Env.Session.Snapshot()) })
	if err := c.Watch(ctx, func(s *snapshot.Snapshot) bool { return t.look(s) }); err != nil {
		return err
	}
	return printVerdict(c, &t)
}

// printVerdict prints and counts the result.
func printVerdict(c *host.Call, t *trial) error {
	check := lang.Check{At: t.begin, Place: c.Place(), Turn: c.Turn, Condition: t.label(), Measured: t.values(),
		Elapsed: c.Env.Now().Sub(t.begin), Samples: t.samples, Terms: t.measurements()}
	word := "PASS"
	var failure *lang.Error
	if !t.passed {
		word = "FAIL"
		failure = c.Fail(adviceOn(t.broken.Metric), "%s", t.failure())
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

// measurements returns the values of the comparisons, for a report.
func (t *trial) measurements() []lang.CheckTerm {
	var out []lang.CheckTerm
	for i, term := range t.condition.Terms {
		f, _ := term.Metric.Describe()
		e := t.terms[i]
		out = append(out, lang.CheckTerm{Metric: term.Metric.String(), Op: term.Op, Limit: term.Value, Unit: string(f.Unit), Last: e.last, Best: e.best, Worst: e.worst})
	}
	return out
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
			return "reached " + measured(t.broken, t.terms[i].best)
		}
		if t.unknown != "" {
			return "was unknown (" + t.unknown + ")"
		}
		return "was " + measured(t.broken, t.terms[i].last)
	}
	var parts []string
	for i, term := range t.condition.Terms {
		text := measured(term, t.terms[i].last)
		if worst := measured(term, t.terms[i].worst); t.hold > 0 && worst != text {
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
