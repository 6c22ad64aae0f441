package pacing

import (
	"fmt"
	"time"
)

// scaled returns the part with all its rates multiplied. A spike multiplies the
// rate before it and stays as it is.
func (h hold) scaled(factor float64) part { h.rate = scaled(h.rate, factor); return h }
func (r ramp) scaled(factor float64) part {
	r.from, r.to = scaled(r.from, factor), scaled(r.to, factor)
	return r
}
func (s sine) scaled(factor float64) part { s.mean = scaled(s.mean, factor); return s }
func (s steps) scaled(factor float64) part {
	rates := make([]Rate, len(s.rates))
	for i, r := range s.rates {
		rates[i] = scaled(r, factor)
	}
	s.rates = rates
	return s
}
func (s spike) scaled(float64) part { return s }

func (l loop) scaled(factor float64) part { l.shape = l.shape.times(factor); return l }
func (p poisson) scaled(factor float64) part {
	p.shape = p.shape.times(factor)
	return p
}
func (t trace) scaled(factor float64) part { t.factor = tidy(t.factor * factor); return t }

// scaled multiplies a rate and rounds the product to the digits of a written
// rate. Max stays Max, and 0 stays 0.
func scaled(r Rate, factor float64) Rate {
	if r.IsMax() {
		return r
	}
	return Rate(tidy(float64(r) * factor))
}

// Scaled returns the shape with all its rates multiplied by factor, a positive
// finite number. The times stay, and so do the factors of spikes and the rate
// max. The error is a sentence: a rate of the result is outside the limits.
func (s Shape) Scaled(factor float64) (Shape, error) {
	result := s.times(factor)
	if s.IsZero() {
		return result, nil
	}
	// The text is checked as if it had been typed.
	if _, err := ParseShape(result.String()); err != nil {
		return Shape{}, err
	}
	if err := result.checkTraces(); err != nil {
		return Shape{}, err
	}
	return result, nil
}

// times multiplies all rates of a shape, without a check.
func (s Shape) times(factor float64) Shape {
	parts := make([]part, len(s.parts))
	for i, p := range s.parts {
		parts[i] = p.scaled(factor)
	}
	return Shape{parts: parts}
}

// ApplyTo returns the shape to run after shape, of which base is the present
// rate (see Schedule.Base). An absolute change replaces the shape. A relative one
// changes a constant rate, and multiplies all rates of another shape: by the
// percentage, by the factor, or by as much as the step changes base. The errors
// are sentences: those of Apply and of Shape.Scaled.
func (c Change) ApplyTo(shape Shape, base Rate) (Shape, error) {
	if _, constant := shape.IsHold(); constant || shape.IsZero() || !c.Relative() {
		return c.Apply(base)
	}
	factor, err := c.factor(base)
	if err != nil {
		return Shape{}, err
	}
	result, err := shape.Scaled(factor)
	if err != nil {
		return Shape{}, fmt.Errorf("%s of %s: %w", c, shape, err)
	}
	return result, nil
}

// factor returns the number by which a relative change multiplies a shape of
// which base is the present rate.
func (c Change) factor(base Rate) (float64, error) {
	amount := c.amount
	if c.negative {
		amount = -amount
	}
	factor := amount
	switch c.kind {
	case changePercent:
		factor = (100 + amount) / 100
	case changeStep:
		if base.IsMax() || base <= 0 {
			return 0, fmt.Errorf("%s starts from the current rate, which is %s", c, base)
		}
		step := float64(c.step)
		if c.negative {
			step = -step
		}
		factor = (float64(base) + step) / float64(base)
	}
	if factor <= 0 {
		return 0, fmt.Errorf("%s from %s would leave no rate; a rate must be more than 0", c, base)
	}
	return factor, nil
}

// Changed tells what Schedule.Change did.
type Changed struct {
	Before, After Shape
	Burst         float64       // factor of the burst that was under way; 0 for none
	Left          time.Duration // of that burst, measured without pauses
	Ended         bool          // the change ended the burst
}

// Change applies a change of rate from now on. It starts from the rate without a
// burst (see Base), also while the schedule is paused.
//
// A relative change lets the shape go on at its present place, and a burst go on
// over it. An absolute change ends a burst as Set does, so that its rate is the
// rate that is wanted. The errors are those of ApplyTo; the schedule then stays
// as it was.
func (s *Schedule) Change(c Change) (Changed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.roll(now)
	ran := s.ran(now)
	base := s.shape.At(time.Duration(ran-s.begun), s.before)
	after, err := c.ApplyTo(s.shape, base)
	if err != nil {
		return Changed{}, err
	}
	done := Changed{Before: s.shape, After: after}
	if ran < s.burstEnd {
		done.Burst, done.Left, done.Ended = s.factor, time.Duration(s.burstEnd-ran), !c.Relative()
	}
	if c.Relative() {
		if factor, err := c.factor(base); err == nil { // else the new rate is constant
			s.before = scaled(s.before, factor)
		}
		s.shape = after
	} else {
		s.replace(after, ran, base)
	}
	s.rebase(now)
	return done, nil
}

// replace begins a shape at ran, on the running clock, and ends a burst; base is
// the rate wanted so far.
func (s *Schedule) replace(shape Shape, ran int64, base Rate) {
	s.before, s.shape, s.begun = base, shape, ran
	s.factor, s.burstEnd = 1, ran
}
