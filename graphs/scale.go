package graphs

import (
	"math"
)

const (
	// largestDrawn is the largest value that the value axis labels. A larger one
	// is drawn like it.
	largestDrawn = 1e18
	// keepShare is the share of the usable height that the largest value must
	// fill to keep the scale of the previous frame. With less, the curve would be
	// flat at the bottom.
	keepShare = 0.4
	// mostLabels is the largest number of labels on the value axis. More would
	// make a tall chart hard to read.
	mostLabels = 11
	// oddTop is a price: a scale with a label in the top row is chosen only if
	// every scale without one is more than this many times as wide.
	oddTop = 1.25
	// offRow is a price: a scale that puts the steady value half a row off is
	// chosen only if every scale that puts it on a row is wider by more than
	// this share. Half a row off, the least noise makes the curve jump between
	// two rows.
	offRow = 0.3
	// stepsTried is the number of round steps that are tried for each spacing of
	// labels: six decades, from a tenth of the least that a row must hold. This
	// covers MaxHeight rows at the smallest step.
	stepsTried = 24
)

// scale maps values to rows. Row 0 is at the bottom. The top row belongs to the
// legend; no value that the scale was made for reaches it.
type scale struct {
	rows   int
	unit   Unit
	perRow float64 // linear: the value of one row
	origin int     // linear: the row of the value 0
	every  int     // linear: rows from label to label
	log    bool
	decades
}

// row returns the row of a value, blankRow for a missing one.
func (s scale) row(v float64) int {
	if !finite(v) {
		return blankRow
	}
	at := s.position(v)
	return int(math.Round(min(max(at, 0), float64(s.rows-1))))
}

// position returns the place of a value, in rows from the bottom.
func (s scale) position(v float64) float64 {
	if s.log {
		return s.decades.position(v)
	}
	return v/s.perRow + float64(s.origin)
}

// maximum returns the value of the top row. On a logarithmic scale it returns
// that of the row below, the highest with a label.
func (s scale) maximum() float64 {
	if s.log {
		return math.Pow(10, s.power(s.rows-2))
	}
	return s.perRow * float64(s.rows-1-s.origin)
}

// label returns the label of a row of the axis, "" for a row without one.
func (s scale) label(row int) string {
	if s.log {
		value, ok := s.decades.label(row, s.rows-1-s.first)
		if !ok || row == s.rows-1 {
			return ""
		}
		return axisLabel(s.unit, value)
	}
	if (row-s.origin)%s.every != 0 {
		return ""
	}
	return axisLabel(s.unit, float64(row-s.origin)*s.perRow)
}

// reach is the range that a scale shows.
type reach struct {
	low, high float64 // the smallest and the largest value
	steady    float64 // the value that shall lie exactly on a row
	spread            // the range of a logarithmic scale
}

// add widens the reach to a value. NaN and infinite values change nothing.
func (r *reach) add(v float64) {
	switch {
	case !finite(v):
	case v <= 0:
		r.low, r.zero = min(r.low, v), true
	default:
		r.high, r.most = max(r.high, v), max(r.most, v)
		if r.least == 0 || v < r.least {
			r.least = v
		}
	}
}

// within returns the reach with zero in it, and bounded by largestDrawn.
func (r reach) within() reach {
	clamp := func(v float64) float64 { return min(max(v, -largestDrawn), largestDrawn) }
	return reach{low: clamp(min(r.low, 0)), high: clamp(max(r.high, 0)), steady: clamp(r.steady), spread: r.spread}
}

// Axis is the value axis of a drawn chart, and its lines. The next frame keeps
// the axis while the data fits it, and plots only the lines that have changed.
type Axis struct {
	Max float64 // the largest value of the axis
	decades
	traces []trace // of the target and the series; never changed
}

// newScale returns the tightest scale with round labels for a reach. The scale of
// the previous frame stays while the values fit it well. The zero Axis stands for no
// previous frame.
func newScale(r reach, rows int, unit Unit, log bool, before Axis) scale {
	r = r.within()
	s := scale{rows: rows, unit: unit, log: log}
	if log {
		s.decades = newDecades(r.spread, rows, unit, 0, before.decades)
		return s
	}
	if r.low == 0 && r.high == 0 {
		r.high = nothingHigh(unit)
	}
	factor := 1.0
	if unit == ByteCount {
		factor = binaryFactor(max(r.high, -r.low))
	}
	if kept, ok := s.keep(r.low, r.high, factor, before.Max); ok {
		return kept
	}
	return s.tightest(reach{low: r.low / factor, high: r.high / factor, steady: r.steady / factor}, factor)
}

// keep returns the scale of the previous frame, whose largest value is previous. It
// reports false if the values do not fit it, or if it has no round labels.
func (s scale) keep(low, high, factor, previous float64) (scale, bool) {
	usable := float64(s.rows - 2)
	s.perRow = previous / float64(s.rows-1)
	fits := previous > 0 && low == 0 && high <= s.perRow*usable && high >= keepShare*s.perRow*usable
	if !fits {
		return s, false
	}
	first, last := s.spacing()
	for every := first; every <= last; every++ {
		if step := s.perRow / factor * float64(every); !isNice(step) || !s.allows(step, factor) {
			continue
		}
		if labelled := (s.rows-1)%every == 0; s.every == 0 || labelled {
			s.every = every
			if labelled {
				break
			}
		}
	}
	return s, s.every > 0
}

// tightest returns the smallest scale that contains a reach, of all round steps and
// label spacings. The reach is divided by factor.
func (s scale) tightest(r reach, factor float64) scale {
	start := math.Floor(math.Log10(max(r.high-r.low, smallestStep(s.unit)/factor)/float64(s.rows))) - 1
	best, cost := s, math.Inf(1)
	first, last := s.spacing()
	for every := first; every <= last; every++ {
		for i := range stepsTried {
			step := niceStep(start, i)
			if !s.allows(step, factor) {
				continue
			}
			perRow := step / float64(every)
			zero := int(math.Ceil(-r.low/step)) * every
			if perRow*float64(s.rows-2-zero) < r.high || zero > s.rows-2 {
				continue
			}
			at := r.steady / perRow
			price := perRow * (1 + 2*offRow*math.Abs(at-math.Round(at)))
			if (s.rows-1)%every != 0 {
				price *= oddTop
			}
			if price < cost*(1-1e-9) {
				cost = price
				best.perRow, best.origin, best.every = perRow*factor, zero, every
			}
		}
	}
	if math.IsInf(cost, 1) {
		return s.cramped(r.low, r.high, factor)
	}
	return best
}

// cramped returns the scale of a plot that has too few rows for values on both sides
// of zero and a free row on top. Zero lies on the second row.
func (s scale) cramped(low, high, factor float64) scale {
	size := max(high, -low)
	start := math.Floor(math.Log10(size))
	s.origin, s.every = 1, 1
	for i := 0; s.perRow < size*factor; i++ {
		s.perRow = niceStep(start, i) * factor
	}
	return s
}

// allows reports whether labels may have the distance step·factor. Messages, for
// example, have no fractions.
func (s scale) allows(step, factor float64) bool {
	if s.unit == Messages && math.Abs(step-math.Round(step)) > max(1e-6, step*1e-12) { // a large one is not exact
		return false
	}
	return step > smallestStep(s.unit)/factor*(1-1e-9)
}

// spacing returns the smallest and the largest number of rows from label to label.
func (s scale) spacing() (first, last int) {
	first = (s.rows + mostLabels - 1) / mostLabels
	return first, min(first+4, max(s.rows-2, 1))
}

// niceStep returns the i-th round step from 10^start on: 1, 2, 2.5, 5, 10, 20 …
func niceStep(start float64, i int) float64 {
	return [...]float64{1, 2, 2.5, 5}[i%4] * math.Pow10(int(start)+i/4)
}

// isNice reports whether a step is 1, 2, 2.5 or 5 times a power of ten.
func isNice(step float64) bool {
	start := math.Floor(math.Log10(step) + 1e-9)
	for i := range 5 {
		if math.Abs(niceStep(start, i)/step-1) < 1e-9 {
			return true
		}
	}
	return false
}

// nothingHigh returns the largest value of an axis without data.
func nothingHigh(unit Unit) float64 {
	switch unit {
	case Time:
		return 1e6
	case Share:
		return 100
	case ByteCount, BytesPerSecond:
		return 500
	}
	return 10
}

// smallestStep returns the smallest step that labels of the unit can show.
func smallestStep(unit Unit) float64 {
	switch unit {
	case PerSecond, Share:
		return 0.01
	}
	return 1
}

// binaryFactor returns the binary unit, in bytes, in which a size is labelled.
func binaryFactor(size float64) float64 {
	factor := 1.0
	for size >= factor*kibi {
		factor *= kibi
	}
	return factor
}
