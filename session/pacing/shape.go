package pacing

import (
	"strings"
	"time"
)

// Shape is a rate that changes with time: an immutable chain of parts. When the
// last one has ended, its last rate goes on for ever. The zero Shape has the rate 0
// and no text.
type Shape struct {
	parts []part
}

// Hold returns the shape of one constant rate, which may be Max.
func Hold(r Rate) Shape {
	if r <= 0 {
		return Shape{}
	}
	return Shape{parts: []part{hold{rate: r, length: endless}}}
}

// IsZero reports whether the shape is the zero Shape.
func (s Shape) IsZero() bool { return len(s.parts) == 0 }

// IsHold reports whether the shape is one constant rate, and which.
func (s Shape) IsHold() (Rate, bool) {
	if len(s.parts) != 1 {
		return 0, false
	}
	h, ok := s.parts[0].(hold)
	return h.rate, ok
}

// locate returns the part that runs at elapsed, the time since that part began,
// and the rate before it.
func (s Shape) locate(elapsed time.Duration, before Rate) (int, time.Duration, Rate) {
	elapsed = max(elapsed, 0)
	i := 0
	for ; i < len(s.parts)-1; i++ {
		span := s.parts[i].span()
		if elapsed < span {
			break
		}
		elapsed -= span
		before = s.parts[i].at(span, before)
	}
	return i, elapsed, before
}

// At returns the rate of the shape when it has run for elapsed. before is the
// rate at which it began, from which ramp(50k,2m) and a leading spike start. A
// negative elapsed is the beginning.
func (s Shape) At(elapsed time.Duration, before Rate) Rate {
	if s.IsZero() {
		return 0
	}
	i, elapsed, before := s.locate(elapsed, before)
	return s.parts[i].at(elapsed, before)
}

// piece returns the straight line of the shape that begins at elapsed.
func (s Shape) piece(elapsed time.Duration, before Rate) piece {
	if s.IsZero() {
		return level(0, endless)
	}
	i, elapsed, before := s.locate(elapsed, before)
	p := s.parts[i].piece(elapsed, before)
	if i < len(s.parts)-1 {
		p = p.cut(s.parts[i].span() - elapsed)
	}
	return p
}

// Peak returns the highest rate that the shape reaches if it began at the rate
// before.
func (s Shape) Peak(before Rate) Rate {
	var highest Rate
	for _, p := range s.parts {
		highest = max(highest, p.peak(before))
		before = p.at(p.span(), before)
	}
	return highest
}

// needsFiniteStart reports whether the shape begins with a ramp from the rate
// before it, which max does not allow.
func (s Shape) needsFiniteStart() bool {
	if s.IsZero() {
		return false
	}
	return startsFromBefore(s.parts[0])
}

// startsFromBefore reports whether a part begins with a ramp from the rate before
// it.
func startsFromBefore(p part) bool {
	switch p := p.(type) {
	case ramp:
		return p.follows
	case loop:
		return p.shape.needsFiniteStart()
	case poisson:
		return p.shape.needsFiniteStart()
	}
	return false
}

// span returns how long the parts last together, or endless.
func (s Shape) span() time.Duration {
	var sum time.Duration
	for _, p := range s.parts {
		span := p.span()
		if span == endless {
			return endless
		}
		sum += span
	}
	return sum
}

// pieceWithin returns the straight line that begins at elapsed and ends with the
// shape at the latest.
func (s Shape) pieceWithin(elapsed time.Duration, before Rate) piece {
	p := s.piece(elapsed, before)
	if span := s.span(); span != endless && elapsed < span {
		p = p.cut(span - elapsed)
	}
	return p
}

// String writes the shape as ParseShape reads it.
func (s Shape) String() string {
	texts := make([]string, len(s.parts))
	for i, p := range s.parts {
		texts[i] = p.String()
	}
	return strings.Join(texts, "+")
}

// UnmarshalText reads the shape as ParseShape does. It does not read the empty
// text of the zero Shape.
func (s *Shape) UnmarshalText(text []byte) error {
	parsed, err := ParseShape(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}
