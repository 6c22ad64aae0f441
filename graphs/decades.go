package graphs

import "math"

const (
	// decadesMax is the largest number of decades of one axis: a nanosecond to a
	// quarter of an hour. Smaller values are drawn as zero.
	decadesMax = 12
	// decadesEmpty is the number of decades of an axis without data.
	decadesEmpty = 3
	// largestPower is the first power of ten above all drawn values.
	largestPower = 19
	// perDecadeMax is the largest number of rows per decade. With more, a
	// difference of a fifth would be a step of several rows.
	perDecadeMax = 12
	// decadeSlack is the number of rows that an axis must have free to replace a
	// coarser one of the previous frame. Without it the axis would alternate.
	decadeSlack = 2
)

// decades is a logarithmic axis. Each decade has the same whole number of rows, or
// each row the same whole number of decades, so that a label stands exactly in the
// row of its value.
type decades struct {
	zero  bool // the lowest row is zero
	first int  // the row of the lowest power: 1 above a zero, else 0
	per   int  // rows per decade, 0 if a row stands for several decades
	each  int  // decades per row, if per is 0
	from  int  // the power of ten in row first is from/per, or from if per is 0
}

// spread is the range that a logarithmic axis shows.
type spread struct {
	least, most float64 // the smallest and the largest value above zero, 0 for none
	zero        bool    // there are values of zero or less
}

// newDecades returns the axis of a plot. The topmost of its rows belongs to the
// legend. The axis of the previous frame, before, stays while the data fits it
// well. If divisor is not 0, the number of rows per decade divides it.
func newDecades(s spread, rows int, unit Unit, divisor int, before decades) decades {
	if s.most <= 0 {
		s.most = nothingHigh(unit)
		s.least = s.most / math.Pow10(decadesEmpty)
	}
	high := math.Log10(min(s.most, largestDrawn))
	low := max(math.Log10(s.least), high-decadesMax, math.Log10(smallestStep(unit)))
	high = max(high, low)
	if math.Pow10(int(math.Floor(low)))*(1+1e-9) > s.least {
		s.zero = true
	}
	usable := rows - 1
	if s.zero {
		usable--
	}
	found := fitDecades(low, high, usable, divisor)
	found.zero, found.first = s.zero, rows-1-usable
	if usable < 2 || before.per == 0 && before.each == 0 || before.zero != s.zero && !before.zero {
		return found
	}
	usable = rows - 1 - before.first
	if !before.holds(low, high, usable) || before.labels(usable) < 2 {
		return found
	}
	if finer := fitDecades(low, high, usable-decadeSlack, divisor); finer.per > before.per || finer.per == before.per && finer.each < before.each {
		return found
	}
	return before
}

// fitDecades returns the finest axis that has at least two labels and contains the
// powers of ten from low to high.
func fitDecades(low, high float64, rows, divisor int) decades {
	if rows < 2 {
		return decades{per: 1, from: int(math.Ceil(high - rounding))} // one row for all values above zero
	}
	for per := min(perDecadeMax, rows-1); per > 0; per-- {
		if divisor > 0 && divisor%per != 0 {
			continue
		}
		d := decades{per: per, from: int(math.Floor(low*float64(per) + rounding))}
		if d.holds(low, high, rows) && d.labels(rows) >= 2 {
			return d
		}
		d.from = floorDiv(d.from, per) * per
		if d.holds(low, high, rows) && d.labels(rows) >= 2 {
			return d
		}
	}
	for each := 2; ; each++ {
		d := decades{each: each, from: int(math.Floor(low + rounding))}
		if d.holds(low, high, rows) {
			return d
		}
	}
}

// rounding is larger than the error in the logarithm of a power of ten.
const rounding = 1e-9

// holds reports whether a number of rows contains the powers of ten from low to
// high.
func (d decades) holds(low, high float64, rows int) bool {
	return d.at(low) >= -rounding && d.at(high) <= float64(rows-1)+rounding
}

// labels returns the number of labels in a number of rows.
func (d decades) labels(rows int) int {
	if d.per == 0 {
		return rows
	}
	return floorDiv(d.from+rows-1, d.per) - floorDiv(d.from-1, d.per)
}

// at returns the place of a power of ten, in rows above the first.
func (d decades) at(power float64) float64 {
	if d.per > 0 {
		return power*float64(d.per) - float64(d.from)
	}
	return (power - float64(d.from)) / float64(d.each)
}

// power returns the power of ten in a row.
func (d decades) power(row int) float64 {
	if d.per > 0 {
		return float64(d.from+row-d.first) / float64(d.per)
	}
	return float64(d.from + (row-d.first)*d.each)
}

// position returns the place of a value, in rows from the bottom.
func (d decades) position(v float64) float64 {
	if v <= 0 {
		return 0
	}
	at := d.at(math.Log10(v))
	if at < 0 && d.zero {
		return v / math.Pow(10, d.power(d.first)) * float64(d.first)
	}
	return at + float64(d.first)
}

// label returns the value of the label in a row of a plot. It reports false for a
// row without a label.
func (d decades) label(row, rows int) (value float64, ok bool) {
	if d.zero && row == 0 {
		return 0, true
	}
	if row < d.first || d.power(row) > largestPower || d.per > 0 && (d.from+row-d.first)%d.per != 0 {
		return 0, false
	}
	number, every := row-d.first, (d.labels(rows)+mostLabels-1)/mostLabels
	if d.per > 0 {
		number = (d.from + number) / d.per
	}
	return math.Pow10(int(math.Round(d.power(row)))), number%every == 0
}

// floorDiv returns a/b rounded down.
func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
