package graphs

import "math"

const (
	// decadesMax bounds the decades of one axis: from a nanosecond to a quarter
	// of an hour. What is smaller is drawn as nothing.
	decadesMax = 12
	// decadesEmpty is how many decades an axis without data shows.
	decadesEmpty = 3
	// largestPower is the first power of ten above all that is drawn.
	largestPower = 19
	// perDecadeMax is the most rows from decade to decade. More would show
	// differences of a fifth as steps of several rows.
	perDecadeMax = 12
	// decadeSlack is how many rows an axis must have to spare before it takes
	// the place of a coarser one that serves as well, so that it does not change
	// to and fro.
	decadeSlack = 2
)

// decades is a logarithmic axis: every decade has the same whole number of rows,
// or every row the same whole number of decades, so that each label stands
// exactly where its value is drawn.
type decades struct {
	zero  bool // the lowest row is zero, or too little to draw
	first int  // the row of the lowest power: 1 above a zero, else 0
	per   int  // rows from decade to decade, 0 if a row stands for several
	each  int  // decades from row to row then
	from  int  // the power of ten of the first row is from/per, or from
}

// spread is what a logarithmic axis has to show.
type spread struct {
	least, most float64 // the smallest and the largest value above zero, 0 if there is none
	zero        bool    // there are values of zero or less
}

// newDecades finds the axis of a plot of so many rows, the topmost of which is
// left to the legend. An axis of the frame before is kept while the data fits it
// well. A divisor asks for rows to a decade of which it is a multiple, 0 takes
// any number.
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

// fitDecades finds the finest axis that shows two decades' labels at least and
// all powers of ten from low to high.
func fitDecades(low, high float64, rows, divisor int) decades {
	if rows < 2 {
		return decades{per: 1, from: int(math.Ceil(high - rounding))} // one row for all that is not zero
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

// rounding is the error of a logarithm of a power of ten.
const rounding = 1e-9

// holds says whether the powers of ten from low to high lie on so many rows.
func (d decades) holds(low, high float64, rows int) bool {
	return d.at(low) >= -rounding && d.at(high) <= float64(rows-1)+rounding
}

// labels is how many decades begin on so many rows.
func (d decades) labels(rows int) int {
	if d.per == 0 {
		return rows
	}
	return floorDiv(d.from+rows-1, d.per) - floorDiv(d.from-1, d.per)
}

// at is where a power of ten lies, in rows above the first.
func (d decades) at(power float64) float64 {
	if d.per > 0 {
		return power*float64(d.per) - float64(d.from)
	}
	return (power - float64(d.from)) / float64(d.each)
}

// power is the power of ten that lies at a row.
func (d decades) power(row int) float64 {
	if d.per > 0 {
		return float64(d.from+row-d.first) / float64(d.per)
	}
	return float64(d.from + (row-d.first)*d.each)
}

// position is where a value lies, in rows from the bottom.
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

// label is the value that is written at one of so many rows, if one is.
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

// floorDiv is a/b rounded down.
func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
