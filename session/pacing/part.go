package pacing

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// endless is the span of a part, or of a piece, that does not end by itself.
const endless = time.Duration(math.MaxInt64)

// The pieces of a sine. A straight line replaces the curve for at most
// longestPiece, and for at most one finestPiece-th of a period. Each line has
// exactly the integral of the curve (see sine.piece). So these constants only
// bound how far the rate strays inside one piece: by (2π/64)²/8 = 0.12 % of the
// swing.
const (
	longestPiece = 50 * time.Millisecond
	finestPiece  = 64
)

// piece is a part of a shape along which the rate is a straight line.
type piece struct {
	from, to Rate
	length   time.Duration // endless only if from == to
	random   bool          // messages are due at random times, see arrivals
	seed     uint64        // of these times
}

// level returns the piece that holds one rate.
func level(r Rate, length time.Duration) piece { return piece{from: r, to: r, length: length} }

// cut shortens a piece to at most length.
func (p piece) cut(length time.Duration) piece {
	if p.length <= length {
		return p
	}
	if p.from != p.to {
		p.to = p.from + (p.to-p.from)*Rate(float64(length)/float64(p.length))
	}
	p.length = length
	return p
}

// part is one element of a shape. e is the time since the part began, and
// before is the rate at which the part before it ended.
type part interface {
	fmt.Stringer
	// span returns how long the part lasts before another one may follow, or
	// endless.
	span() time.Duration
	// at returns the rate at e; from span on it is the rate at which the part
	// ends.
	at(e time.Duration, before Rate) Rate
	// piece returns the straight line that begins at e.
	piece(e time.Duration, before Rate) piece
	// peak returns the highest rate of the part.
	peak(before Rate) Rate
	// scaled is the part with its rates multiplied by a positive factor.
	scaled(factor float64) part
}

// hold is a constant rate: hold(20k,30s), or a bare RATE if it is endless.
type hold struct {
	rate   Rate
	length time.Duration
}

func (h hold) span() time.Duration             { return h.length }
func (h hold) at(time.Duration, Rate) Rate     { return h.rate }
func (h hold) piece(time.Duration, Rate) piece { return level(h.rate, endless) }
func (h hold) peak(Rate) Rate                  { return h.rate }
func (h hold) String() string {
	if h.length == endless {
		return h.rate.String()
	}
	return fmt.Sprintf("hold(%s,%s)", h.rate, FormatDuration(h.length))
}

// ramp is a straight line: ramp(20k..50k,2m), or ramp(50k,2m) from the rate
// before it.
type ramp struct {
	from, to Rate
	follows  bool // it starts from the rate before it
	length   time.Duration
}

func (r ramp) span() time.Duration { return r.length }

func (r ramp) start(before Rate) Rate {
	switch {
	case !r.follows:
		return r.from
	case before.IsMax(): // no straight line begins at max
		return r.to
	default:
		return before
	}
}

func (r ramp) at(e time.Duration, before Rate) Rate {
	if e >= r.length {
		return r.to
	}
	from := r.start(before)
	return from + (r.to-from)*Rate(float64(e)/float64(r.length))
}

func (r ramp) piece(e time.Duration, before Rate) piece {
	if e >= r.length {
		return level(r.to, endless)
	}
	return piece{from: r.at(e, before), to: r.to, length: r.length - e}
}

func (r ramp) peak(before Rate) Rate { return max(r.start(before), r.to) }

func (r ramp) String() string {
	if r.follows {
		return fmt.Sprintf("ramp(%s,%s)", r.to, FormatDuration(r.length))
	}
	return fmt.Sprintf("ramp(%s..%s,%s)", r.from, r.to, FormatDuration(r.length))
}

// sine swings around a mean by a percentage of it: sine(20k,50%,1m). It begins
// at the mean and rises first.
type sine struct {
	mean   Rate
	swing  float64 // percent of the mean, above 0 and at most 100
	period time.Duration
	total  time.Duration // endless without for=
}

func (s sine) span() time.Duration { return s.total }

// angle returns the position of e in its period, in radians.
func (s sine) angle(e time.Duration) float64 {
	return 2 * math.Pi * float64(e%s.period) / float64(s.period)
}

func (s sine) at(e time.Duration, _ Rate) Rate {
	e = min(e, s.total)
	return s.mean * Rate(1+s.swing/100*math.Sin(s.angle(e)))
}

// piece replaces the curve over an angle h by a line with the same integral.
// The mean of a sine over [a,b] is (cos a − cos b)/h, that of the chord is (sin
// a + sin b)/2, and their ratio is (2/h)·tan(h/2) whatever a is. So a swing
// enlarged by that factor makes every chord exact.
func (s sine) piece(e time.Duration, _ Rate) piece {
	if e >= s.total {
		return level(s.at(e, 0), endless)
	}
	length := min(s.period/finestPiece, longestPiece, s.total-e)
	half := math.Pi * float64(length) / float64(s.period)
	swing := s.swing / 100 * math.Tan(half) / half
	a := s.angle(e)
	return piece{
		from:   s.mean * Rate(max(0, 1+swing*math.Sin(a))),
		to:     s.mean * Rate(max(0, 1+swing*math.Sin(a+2*half))),
		length: length,
	}
}

func (s sine) peak(Rate) Rate { return s.mean * Rate(1+s.swing/100) }

func (s sine) String() string {
	return fmt.Sprintf("sine(%s,%s%%,%s%s)", s.mean, formatDecimal(s.swing), FormatDuration(s.period),
		option("for", s.total))
}

// steps goes from rate to rate: steps(10k,20k,40k,every=30s).
type steps struct {
	rates []Rate
	every time.Duration
}

func (s steps) span() time.Duration { return time.Duration(len(s.rates)) * s.every }

func (s steps) at(e time.Duration, _ Rate) Rate {
	return s.rates[min(int64(e/s.every), int64(len(s.rates)-1))]
}

func (s steps) piece(e time.Duration, _ Rate) piece {
	if e >= s.span()-s.every {
		return level(s.at(e, 0), endless)
	}
	return level(s.at(e, 0), s.every-e%s.every)
}

func (s steps) peak(Rate) Rate {
	highest := s.rates[0]
	for _, r := range s.rates {
		highest = max(highest, r)
	}
	return highest
}

func (s steps) String() string {
	var b strings.Builder
	b.WriteString("steps(")
	for _, r := range s.rates {
		b.WriteString(r.String() + ",")
	}
	return b.String() + "every=" + FormatDuration(s.every) + ")"
}

// spike multiplies the rate before it for a time, at once and, with every,
// again at each interval: spike(x5,10s,every=1m).
type spike struct {
	factor float64
	length time.Duration
	every  time.Duration // 0 for a single spike
	total  time.Duration // endless without for=
}

func (s spike) span() time.Duration {
	if s.every == 0 {
		return s.length
	}
	return s.total
}

func (s spike) at(e time.Duration, before Rate) Rate { return s.piece(e, before).from }

func (s spike) piece(e time.Duration, before Rate) piece {
	if e >= s.span() {
		return level(before, endless)
	}
	left, into := s.span()-e, e
	if s.every > 0 {
		into %= s.every
	}
	if into < s.length {
		return level(before.times(s.factor), min(left, s.length-into))
	}
	return level(before, min(left, s.every-into))
}

func (s spike) peak(before Rate) Rate { return max(before, before.times(s.factor)) }

func (s spike) String() string {
	every := ""
	if s.every > 0 {
		every = option("every", s.every)
	}
	return fmt.Sprintf("spike(x%s,%s%s%s)", formatDecimal(s.factor), FormatDuration(s.length), every,
		option("for", s.total))
}

// option writes ,name=DURATION, or nothing if the duration is endless.
func option(name string, d time.Duration) string {
	if d == endless {
		return ""
	}
	return "," + name + "=" + FormatDuration(d)
}
