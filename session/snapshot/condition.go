package snapshot

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"pulsh/session/spec"
)

// termsMax bounds the comparisons of a condition: more than fit on a line.
const termsMax = 16

// Condition is one or more comparisons that must all hold at the same time.
type Condition struct {
	Terms []Term
}

// Term compares a metric with a value in the metric's unit.
type Term struct {
	Metric Metric
	Op     string // < <= > >= = !=
	Value  float64
	unit   spec.Unit
}

// ParseCondition reads comparisons joined by and, as in fast.p99<20ms and
// sub1.backlog<5k. The error is a sentence that quotes the wrong part.
func ParseCondition(text string) (Condition, error) {
	var c Condition
	words := strings.Fields(text)
	if len(words) == 0 {
		return c, errors.New("a condition compares a metric with a value")
	}
	start := 0
	for i := 0; i <= len(words); i++ {
		if i < len(words) && words[i] != "and" {
			continue
		}
		for _, text := range inWords(words[start:i]) {
			t, err := parseTerm(text)
			if err != nil {
				return Condition{}, err
			}
			c.Terms = append(c.Terms, t)
		}
		start = i + 1
	}
	if len(c.Terms) > termsMax {
		return Condition{}, fmt.Errorf("a condition has at most %d comparisons, not %d", termsMax, len(c.Terms))
	}
	return c, nil
}

// emptyAfter is how long nothing may have been received before a backlog of 0 is believed:
// the broker's count is up to a second old, and so it is one from after the last message.
const emptyAfter = "2s"

// inWords writes the conditions that have words as comparisons: GROUP idle DURATION, and
// GROUP empty.
func inWords(words []string) []string {
	switch {
	case len(words) == 3 && words[1] == "idle":
		return []string{words[0] + ".idle>=" + words[2]}
	case len(words) == 2 && words[1] == "empty":
		return []string{words[0] + ".backlog=0", words[0] + ".idle>=" + emptyAfter}
	}
	return []string{strings.Join(words, " ")}
}

// parseTerm reads METRIC OP VALUE, with or without spaces around OP.
func parseTerm(text string) (Term, error) {
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return Term{}, fmt.Errorf("%q compares nothing (fast.p99<20ms)", text)
	}
	end := at + 1
	if end < len(text) && text[end] == '=' {
		end++
	}
	if end < len(text) && strings.ContainsRune("<>", rune(text[end])) {
		return Term{}, fmt.Errorf("%q has no comparison that is known (< <= > >= = !=)", text)
	}
	op := text[at:end]
	switch op {
	case "==":
		op = "="
	case "!":
		return Term{}, fmt.Errorf("%q has no comparison that is known (< <= > >= = !=)", text)
	}
	m, err := ParseMetric(strings.TrimSpace(text[:at]))
	if err != nil {
		return Term{}, err
	}
	figure, _ := m.Describe()
	value, err := figure.Unit.Parse(strings.TrimSpace(text[end:]))
	if err != nil {
		return Term{}, fmt.Errorf("%w, which %s is compared with", err, m)
	}
	return Term{m, op, value, figure.Unit}, nil
}

// String writes the condition as ParseCondition reads it.
func (c Condition) String() string {
	terms := make([]string, len(c.Terms))
	for i, t := range c.Terms {
		terms[i] = t.String()
	}
	return strings.Join(terms, " and ")
}

// String writes the comparison as ParseCondition reads it.
func (t Term) String() string { return t.Metric.String() + " " + t.Op + " " + t.Limit() }

// Limit writes the value that the metric is compared with.
func (t Term) Limit() string { return t.unit.Format(t.Value) }

// Holds reports whether the condition is true of a snapshot. No comparison with
// an unknown value is true, not even !=.
func (c Condition) Holds(s *Snapshot) bool {
	for _, t := range c.Terms {
		if !t.Holds(s.Value(t.Metric)) {
			return false
		}
	}
	return true
}

// Holds reports whether the comparison is true of a measured value.
func (t Term) Holds(measured float64) bool {
	switch {
	case math.IsNaN(measured):
		return false
	case t.Op == "<":
		return measured < t.Value
	case t.Op == "<=":
		return measured <= t.Value
	case t.Op == ">":
		return measured > t.Value
	case t.Op == ">=":
		return measured >= t.Value
	case t.Op == "=":
		return measured == t.Value
	}
	return measured != t.Value
}

// Worse reports whether measured is further from holding than other.
func (t Term) Worse(measured, other float64) bool {
	switch {
	case math.IsNaN(measured) || math.IsNaN(other):
		return math.IsNaN(other) && !math.IsNaN(measured)
	case strings.HasPrefix(t.Op, "<"):
		return measured > other
	case strings.HasPrefix(t.Op, ">"):
		return measured < other
	case t.Op == "=":
		return math.Abs(measured-t.Value) > math.Abs(other-t.Value)
	}
	return measured == t.Value
}
