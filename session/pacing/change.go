package pacing

import (
	"errors"
	"fmt"
	"strings"
)

// changeKind says how a Change computes the new rate.
type changeKind uint8

const (
	changeTo      changeKind = iota // the shape replaces what was there
	changePercent                   // add or subtract amount percent of the current rate
	changeStep                      // add or subtract a rate
	changeFactor                    // multiply the current rate by amount
)

// mostAmount bounds the number in a relative change. No change between two
// valid rates needs a larger one.
const mostAmount = 1e16

// Change is the argument of the command rate: a shape, or a change relative to
// the current rate such as +10%, -5k or x2. The zero Change sets the zero
// Shape.
type Change struct {
	kind     changeKind
	negative bool
	amount   float64
	step     Rate
	shape    Shape
}

// Relative reports whether the change is relative to the current rate.
func (c Change) Relative() bool { return c.kind != changeTo }

// Load is Shape.Load for the shape of a change.
func (c Change) Load(read func(file string) (string, error)) (Change, error) {
	shape, err := c.shape.Load(read)
	c.shape = shape
	return c, err
}

// ParseChange reads a relative change (+10%, -10%, +5k, -5k, x2, x0.5) or a
// shape. The error is a sentence that quotes the text.
func ParseChange(text string) (Change, error) {
	if text == "" {
		return Change{}, errors.New(`"" is not a rate`)
	}
	switch sign := text[0]; sign {
	case 'x':
		factor, err := parseFactor(text)
		return Change{kind: changeFactor, amount: factor}, err
	case '+', '-':
		number, percent := strings.CutSuffix(text[1:], "%")
		if percent {
			amount, err := parseAmount(number, text)
			return Change{kind: changePercent, negative: sign == '-', amount: amount}, err
		}
		step, err := ParseRate(number)
		switch {
		case err != nil && strings.ContainsAny(text[1:], "+-("):
			return Change{}, fmt.Errorf("%q is not a change of rate", text)
		case err != nil:
			return Change{}, err
		case step.IsMax():
			return Change{}, fmt.Errorf("%q is not a change of rate", text)
		}
		return Change{kind: changeStep, negative: sign == '-', step: step}, nil
	}
	shape, err := ParseShape(text)
	return Change{shape: shape}, err
}

// parseFactor reads a factor such as x5 or x0.5.
func parseFactor(text string) (float64, error) {
	number, found := strings.CutPrefix(text, "x")
	if !found {
		return 0, fmt.Errorf("%q is not a factor such as x5", text)
	}
	return parseAmount(number, text)
}

// parseAmount reads the positive number of a factor or a percentage. whole is
// the text that the error quotes.
func parseAmount(number, whole string) (float64, error) {
	amount, ok := parseDecimal(number, 0)
	switch {
	case !ok:
		return 0, fmt.Errorf("%q is not a change of rate", whole)
	case amount < 1/mostAmount:
		return 0, fmt.Errorf("the number in %q must be more than 0", whole)
	case amount > mostAmount:
		return 0, fmt.Errorf("the number in %q is too large", whole)
	}
	return amount, nil
}

// String writes the change as ParseChange reads it.
func (c Change) String() string {
	sign := "+"
	if c.negative {
		sign = "-"
	}
	switch c.kind {
	case changePercent:
		return sign + formatDecimal(c.amount) + "%"
	case changeStep:
		return sign + c.step.String()
	case changeFactor:
		return "x" + formatDecimal(c.amount)
	default:
		return c.shape.String()
	}
}

// Apply returns the shape that the change makes of the current rate. It refuses
// a relative change of max, and a result of 0 or less or beyond the limits of a
// rate. The error is a sentence.
func (c Change) Apply(current Rate) (Shape, error) {
	if current.IsMax() && (c.Relative() || c.shape.needsFiniteStart()) {
		return Shape{}, fmt.Errorf("%s starts from the current rate, which is max", c)
	}
	signed := func(v float64) float64 {
		if c.negative {
			return -v
		}
		return v
	}
	now := float64(current)
	var result float64
	switch c.kind {
	case changePercent:
		result = now * (100 + signed(c.amount)) / 100
	case changeStep:
		result = now + signed(float64(c.step))
	case changeFactor:
		result = now * c.amount
	default:
		return c.shape, nil
	}
	rate := Rate(tidy(result))
	if rate <= 0 {
		return Shape{}, fmt.Errorf("%s is not above 0; the rate must stay above 0", c.sum(current))
	}
	if err := checkRate(rate); err != nil {
		return Shape{}, fmt.Errorf("%s is %w", c.sum(current), err)
	}
	return Hold(rate), nil
}

// sum writes the change as a calculation with the current rate: 20k - 50k.
func (c Change) sum(current Rate) string {
	text := c.String()
	if c.kind == changeFactor {
		return current.String() + " " + text
	}
	return current.String() + " " + text[:1] + " " + text[1:]
}
