package graphs

import (
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// The texts for values that are no numbers.
const (
	NoValue  = "–"   // NaN: a missing value
	Infinite = "inf" // infinite; "-inf" for the negative side
	almost0  = "~0"  // not zero, but too small for the digits
)

// The largest widths that the functions of this file return for values of zero or
// more. A negative value may take one column more for its sign.
const (
	ThreeWidth     = 5 // 6.25k
	RateWidth      = 7 // 6.25k/s
	maxDecimals    = 3
	maxPercent     = 9999
	maxWhole       = 1e15 // a little above, float64 cannot hold every whole number
	decimalLetters = "kMGTPE"
)

// unmeasured returns the text for a value that is not finite.
func unmeasured(v float64) (string, bool) {
	switch {
	case math.IsNaN(v):
		return NoValue, true
	case math.IsInf(v, 1):
		return Infinite, true
	case math.IsInf(v, -1):
		return "-" + Infinite, true
	}
	return "", false
}

// sign splits a value into its sign, "-" or "", and its size.
func sign(v float64) (string, float64) {
	if v < 0 {
		return "-", -v
	}
	return "", v
}

// Count writes a count, with one decimal from a thousand on: 0, 412, 50.0k, 3.6M.
func Count(v float64) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	minus, size := sign(v)
	switch {
	case size == 0:
		return "0"
	case size < 0.5:
		return almost0
	case size < 999.5:
		return minus + strconv.FormatFloat(size, 'f', 0, 64)
	}
	for _, letter := range decimalLetters {
		size /= 1000
		if size < 999.95 {
			return minus + strconv.FormatFloat(size, 'f', 1, 64) + string(letter)
		}
	}
	return beyond(minus)
}

// beyond returns the text for a size beyond the largest letter.
func beyond(minus string) string {
	if minus != "" {
		return "<-999E"
	}
	return ">999E"
}

// Three writes a value with three significant digits: 0, 0.50, 6.25, 412, 50.0k,
// 8.20M.
func Three(v float64) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	minus, size := sign(v)
	switch {
	case size == 0:
		return "0"
	case size < 0.005:
		return almost0
	case size < 999.5:
		return minus + threeDigits(size)
	}
	for _, letter := range decimalLetters {
		size /= 1000
		if size < 999.5 {
			return minus + threeDigits(size) + string(letter)
		}
	}
	return beyond(minus)
}

// threeDigits writes a value below 999.5 with three significant digits, at most two
// of them behind the point. The limits are the values from which on rounding adds a
// digit.
func threeDigits(size float64) string {
	decimals := 0
	switch {
	case size < 9.995:
		decimals = 2
	case size < 99.95:
		decimals = 1
	}
	return strconv.FormatFloat(size, 'f', decimals, 64)
}

// Rate writes messages a second: 50.0k/s, 6.25k/s, 0.50/s.
func Rate(v float64) string {
	return perSecond(Three(v))
}

// perSecond appends "/s" to all texts but NoValue.
func perSecond(text string) string {
	if text == NoValue {
		return text
	}
	return text + "/s"
}

// Whole writes all digits of a count: 3,600,412. From 1e15 on it is Count.
func Whole(v float64) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	v = math.Round(v)
	if math.Abs(v) >= maxWhole {
		return Count(v)
	}
	return humanize.Comma(int64(v))
}

// Percent writes a percentage with zero to three decimals: "99.996 %". It never
// rounds up to 100 or down to 0: with three decimals 99.9996 is "99.999 %", and
// with one decimal 0.01 is "<0.1 %".
func Percent(v float64, decimals int) string {
	text := percentNumber(v, decimals)
	if text == NoValue {
		return text
	}
	return text + " %"
}

// PercentTight is Percent without the space: "18%", "100.0%".
func PercentTight(v float64, decimals int) string {
	return strings.Replace(Percent(v, decimals), " ", "", 1)
}

func percentNumber(v float64, decimals int) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	decimals = min(max(decimals, 0), maxDecimals)
	minus, size := sign(v)
	step := math.Pow10(-decimals)
	switch {
	case size == 0:
		return "0"
	case size < step/2 && minus == "":
		return "<" + strconv.FormatFloat(step, 'f', decimals, 64)
	case size < step/2:
		return almost0
	case size < 100 && size > 100-step:
		size = 100 - step
	case size > maxPercent && minus != "":
		return "<-" + strconv.Itoa(maxPercent)
	case size > maxPercent:
		return ">" + strconv.Itoa(maxPercent)
	case size >= 999.9995:
		decimals = min(decimals, 1)
	}
	return minus + strconv.FormatFloat(size, 'f', decimals, 64)
}

// Plural writes a number with its noun: 1 worker, 4,000 workers. The plural of the
// noun has an s, or is many if given: 2 entries, 1 message waits, 2 messages wait.
func Plural[N ~int | ~int64 | ~uint64](n N, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return Whole(float64(n)) + " " + many[0]
	}
	return Whole(float64(n)) + " " + one + "s"
}
