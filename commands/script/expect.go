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

// trial watches a condition: it passes when the condition has held for a while,
// and fails when it breaks, or when it has not begun to hold within its time.
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
}

// extremes are the values of one comparison during a trial.
type extremes struct{ last, best, worst float64 }

// holeMax is the longest time between two samples that counts as watched: while
// nobody looks, nothing can be said to hold. A late sampler is within it.
const holeMax = 1500 * time.Millisecond

// look takes a sample and says whether the trial is over.
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
		return true
	}
	return false
}

// take keeps the extremes; the worst is that of the present stretch of holding.
func (e *extremes) take(t snapshot.Term, v float64, starts bool) {
	e.last = v
	if starts || t.Worse(v, e.worst) {
		e.worst = v
	}
	if math.IsNaN(e.best) || t.Worse(e.best, v) {
		e.best = v
	}
}

// Expect runs the command expect: fail if a condition does not hold.
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
	c.Until(t.within+t.hold, func() string { return standing(condition, c.Env.Session.Snapshot()) })
	if err := c.Watch(ctx, func(s *snapshot.Snapshot) bool { return t.look(s) }); err != nil {
		return err
	}
	return printVerdict(c, &t)
}

// printVerdict prints and counts the outcome.
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
	c.Result.Checks = append(c.Result.Checks, check)
	c.Past.Tested(check)
	if failure == nil {
		c.Result.Passed++
		return nil
	}
	c.Result.Failed++
	fmt.Fprintf(c.Out, "      try: %s\n", failure.Try)
	return failure
}

// measurements are what the comparisons saw, for a report.
func (t *trial) measurements() []lang.CheckTerm {
	var out []lang.CheckTerm
	for i, term := range t.condition.Terms {
		f, _ := term.Metric.Describe()
		e := t.terms[i]
		out = append(out, lang.CheckTerm{Metric: term.Metric.String(), Op: term.Op, Limit: term.Value, Unit: string(f.Unit), Last: e.last, Best: e.best, Worst: e.worst})
	}
	return out
}

// checkWidth is the column of conditions, so that what was measured lines up.
const checkWidth = 36

// label is the condition with its times: fast.p99 < 20ms for 5s.
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

// values tells what was measured: 4.8ms worst 6.2ms, or reached 50.0k/s.
func (t *trial) values() string {
	if !t.passed {
		i := t.brokenAt()
		if t.within > 0 && t.hold == 0 {
			return "reached " + measured(t.broken, t.terms[i].best)
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

// failure is the sentence: fast.rate reached 41.2k/s, wanted > 55k, within 10s.
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
