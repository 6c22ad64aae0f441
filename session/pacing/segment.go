package pacing

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	// tick is the grid on which slots of higher rates are released, so that
	// wake-ups do not drift and a whole group wakes at most once per tick. On
	// Linux a sleeping thread wakes 1.06 ms later at the earliest, so a finer
	// grid would only be late.
	tick = time.Millisecond
	// coarseFrom is the rate, in messages per second, above which the grid
	// applies. Below it a tick has at most one slot, and each slot gets a
	// wake-up at its own due time.
	coarseFrom = Rate(time.Second / tick)
	// mostClaim is the most slots that one claim takes. At 256 the cost of the
	// claim is negligible, and a busy group still spreads over its workers.
	mostClaim = 256
	// never is the due time of a slot that does not come.
	never = math.MaxInt64
	// latest is the offset in ns from the start of a segment beyond which a due
	// time is never: 127 years, and twice that still fits an int64.
	latest = 4e18
	// leastPhase keeps the first slot of a segment apart from its start, where
	// the formula of a ramp from 0 is 0/0. It shifts the count by a billionth
	// of a message.
	leastPhase = 1e-9
	// closed marks, in the state of a segment, that its slots from final on
	// will never be handed out.
	closed = 1 << 62
)

// segment is a stretch of time along which the rate is a straight line. Its
// fields before the padding are immutable once the segment is published. Slot s
// (0, 1, 2, …) is due when the integral of the rate since start reaches phase +
// s, unless the due times are drawn at random.
type segment struct {
	start   int64   // ns on the schedule's clock
	end     int64   // planned end, ns, or never
	base    int64   // slots in all segments before this one
	phase   float64 // fraction of a message until slot 0, above 0
	rate    float64 // at start, messages per ns
	inverse float64 // 1/rate
	slope   float64 // messages per ns²; NaN with drawn
	chunk   int64   // most slots that one claim takes
	coarse  bool    // slots are released on the grid
	free    bool    // rate max: the segment has no slots, and workers send without them
	uneven  bool    // free or drawn, so that even slots need no further test

	_     [64]byte
	state atomic.Int64 // slots claimed, and closed
	_     [56]byte
	final atomic.Int64 // slots in the segment; never until it has an end
	next  atomic.Pointer[segment]
	drawn *arrivals // due times drawn at random, immutable; nil for the even ones above
}

// newSegment makes the segment that follows piece p from start on.
func newSegment(start, base int64, phase float64, p piece) *segment {
	g := &segment{start: start, end: never, base: base, phase: max(phase, leastPhase), chunk: mostClaim}
	if p.length != endless {
		g.end = start + int64(p.length)
	}
	if p.from.IsMax() || p.to.IsMax() {
		g.free, g.uneven = true, true
		return g // final stays 0
	}
	perSecond := float64(time.Second)
	g.rate = float64(p.from) / perSecond
	g.inverse = perSecond / float64(p.from) // more exact than 1/rate
	if p.from != p.to {
		g.slope = float64(p.to-p.from) / perSecond / float64(p.length)
	}
	fastest := max(p.from, p.to)
	g.coarse = fastest > coarseFrom
	g.chunk = int64(min(max(fastest/coarseFrom, 1), mostClaim))
	if p.random {
		g.drawn, g.slope, g.uneven = draw(p), math.NaN(), true
	}
	final := int64(never)
	if g.end != never {
		final = g.count(g.end - 1)
	}
	g.final.Store(final)
	return g
}

// due returns the due time of slot s in ns, or never. It never decreases with
// s. For a ramp it is the root of rate·t + slope·t²/2 = x in a form without
// cancellation, 2x/(rate + √(rate² + 2·slope·x)). That is NaN, so never, if a
// falling ramp has reached 0 before.
func (g *segment) due(s int64) int64 {
	x := g.phase + float64(s)
	t := x * g.inverse
	if g.slope != 0 {
		if math.IsNaN(g.slope) {
			return g.drawn.due(g.start, s)
		}
		t = 2 * x / (g.rate + math.Sqrt(g.rate*g.rate+2*g.slope*x))
	}
	if !(t < latest) {
		return never
	}
	return g.start + int64(t)
}

// integral returns how many messages the rate adds up to from start to t.
func (g *segment) integral(t int64) float64 {
	if g.free {
		return 0
	}
	d := float64(t - g.start)
	if g.slope < 0 {
		d = min(d, -g.rate/g.slope)
	}
	return (g.rate + g.slope*d/2) * d
}

// count returns how many slots are due at t or before, at most the planned
// number. It agrees exactly with due: it corrects the estimate from the
// integral by the slot or two that rounding may cost.
func (g *segment) count(t int64) int64 {
	t = min(t, g.end-1)
	if g.uneven || t < g.start {
		if g.drawn == nil || t < g.start {
			return 0
		}
		return g.drawn.count(t - g.start)
	}
	n := int64(max(0, math.Floor(g.integral(t)-g.phase)+1))
	for n > 0 && g.due(n-1) > t {
		n--
	}
	for g.due(n) <= t {
		n++
	}
	return n
}

// fill writes the due times of the slots from lo on. All of them must have a
// due time, which spares the comparison with latest.
func (g *segment) fill(dues []int64, lo int64) {
	if g.slope != 0 {
		for i := range dues {
			dues[i] = g.due(lo + int64(i))
		}
		return
	}
	start, phase, inverse := g.start, g.phase, g.inverse
	for i := range dues {
		dues[i] = start + int64((phase+float64(lo+int64(i)))*inverse)
	}
}

// claimed returns how many slots were taken.
func (g *segment) claimed() int64 { return g.state.Load() &^ closed }

// limit returns up to which slot slots may be taken at now. A segment that has
// ended releases its last slots at once. word is the state that the caller
// read.
func (g *segment) limit(word, final, now int64) int64 {
	if word&closed != 0 || now >= g.end {
		return final
	}
	if g.coarse {
		now = floorTick(now)
	}
	return min(final, g.count(now))
}

// release returns when slot s may be taken in a running segment.
func (g *segment) release(s int64) int64 {
	t := g.due(s)
	if g.coarse && t < never-int64(tick) {
		return floorTick(t + int64(tick) - 1)
	}
	return t
}

// floorTick returns the last grid time at or before t.
func floorTick(t int64) int64 {
	rest := t % int64(tick)
	if rest < 0 {
		rest += int64(tick)
	}
	return t - rest
}

// close ends the segment at t, before its planned end. It returns how many
// slots the segment had, and the phase of the next one. No slot beyond that
// number can be claimed afterwards. A claim that overtook t, because its worker
// read the clock a moment later, raises the number, and the phase makes up for
// it.
func (g *segment) close(t int64) (slots int64, phase float64) {
	due := g.count(t - 1)
	for {
		word := g.state.Load()
		slots = max(due, word)
		g.final.Store(slots)
		if g.state.CompareAndSwap(word, word|closed) {
			return slots, g.phaseAfter(slots, t)
		}
	}
}

// phaseAfter returns the fraction of a message that is missing at t until the
// slot after the given number of slots. Random arrivals leave it as it was: what
// they differ from the integral is neither debt nor burst.
func (g *segment) phaseAfter(slots, t int64) float64 {
	if g.drawn != nil {
		return g.phase
	}
	return g.phase + float64(slots) - g.integral(t)
}

// skip takes all slots below limit without handing them out, and returns their
// number.
func (g *segment) skip(limit int64) int64 {
	for {
		word := g.state.Load()
		lo := word &^ closed
		if lo >= limit {
			return 0
		}
		if g.state.CompareAndSwap(word, limit|word&closed) {
			return limit - lo
		}
	}
}
