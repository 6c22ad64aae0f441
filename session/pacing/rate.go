package pacing

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a number of messages per second. Zero occurs in the parts of a shape
// that send nothing for a time, and in a schedule that is paused or not set yet.
// ParseRate reads no text as zero.
type Rate float64

// The limits of a finite rate.
const (
	// Limit is the highest finite rate. It is 25 times the four million per
	// second that one machine was measured to send, and it leaves ten ns, a
	// whole number of clock units, between two slots.
	Limit Rate = 100e6
	// Least is the lowest rate, one message in 11.6 days. That is longer than
	// any run, and the rate can be written without a long row of zeros.
	Least Rate = 1e-6
)

// maxText is how Max is written.
const maxText = "max"

// Max returns the rate without a limit, written max: as fast as the workers can
// send. Its value is positive infinity.
func Max() Rate { return Rate(math.Inf(1)) }

// IsMax reports whether the rate has no limit.
func (r Rate) IsMax() bool { return math.IsInf(float64(r), 1) }

// ParseRate reads 50000, 50k, 1.5M, 50k/s, 300/m, 10/h or max. A finite rate
// lies between Least and Limit. The error is a sentence that quotes the text.
func ParseRate(text string) (Rate, error) {
	if text == maxText {
		return Max(), nil
	}
	number, negative := strings.CutPrefix(text, "-")
	value, ok := parsePer(number)
	switch {
	case !ok:
		return 0, fmt.Errorf("%q is not a rate", text)
	case negative || value == 0:
		return 0, errors.New("a rate must be more than 0")
	}
	if err := checkRate(Rate(value)); err != nil {
		return 0, fmt.Errorf("%q is %w", text, err)
	}
	return Rate(value), nil
}

// checkRate returns the fault of a positive rate, as the end of a sentence, or
// nil.
func checkRate(r Rate) error {
	switch {
	case r.IsMax():
		return nil
	case r > Limit:
		return fmt.Errorf("more than %s per second, the highest rate (max has no limit)", Limit)
	case r < Least:
		return fmt.Errorf("less than %s per second, the lowest rate", formatDecimal(float64(Least)))
	}
	return nil
}

// parsePer reads a number with an optional magnitude (k, M) and an optional
// unit of time (/s, /m, /h), in messages per second.
func parsePer(text string) (float64, bool) {
	number, unit, slashed := strings.Cut(text, "/")
	seconds := 1.0
	if slashed {
		switch unit {
		case "s":
		case "m":
			seconds = 60
		case "h":
			seconds = 3600
		default:
			return 0, false
		}
	}
	shift := 0
	if last := len(number) - 1; last >= 0 {
		switch number[last] {
		case 'k', 'K':
			shift, number = 3, number[:last]
		case 'M':
			shift, number = 6, number[:last]
		}
	}
	value, ok := parseDecimal(number, shift)
	return value / seconds, ok
}

// String writes the shortest form that ParseRate reads as the same value, per
// second unless another unit of time is shorter: 50k, 1.5M, 10/h, max.
func (r Rate) String() string {
	if r.IsMax() {
		return maxText
	}
	best := formatScaled(strconv.FormatFloat(float64(r), 'e', -1, 64))
	for _, unit := range []struct {
		suffix  string
		seconds float64
	}{{"/m", 60}, {"/h", 3600}} {
		if text := r.formatPer(unit.suffix, unit.seconds); text != "" && len(text) < len(best) {
			best = text
		}
	}
	return best
}

// formatPer writes the rate per unit of time with the fewest digits that read
// back exactly, or "" if none do.
func (r Rate) formatPer(suffix string, seconds float64) string {
	for digits := range 17 {
		text := formatScaled(strconv.FormatFloat(float64(r)*seconds, 'e', digits, 64)) + suffix
		if value, ok := parsePer(text); ok && Rate(value) == r {
			return text
		}
	}
	return ""
}

// formatScaled turns a number in scientific notation into the shortest of its
// plain, k and M forms. Of equally short forms it prefers the larger magnitude
// if that has a whole part (1.5k rather than 1500, but 100k rather than 0.1M).
func formatScaled(scientific string) string {
	mantissa, exponentText, _ := strings.Cut(scientific, "e")
	exponent, err := strconv.Atoi(exponentText)
	if err != nil {
		return scientific // NaN, which is no rate
	}
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	if digits == "" {
		return "0"
	}
	best := placePoint(digits, exponent)
	for _, magnitude := range []struct {
		shift  int
		suffix string
	}{{3, "k"}, {6, "M"}} {
		if exponent < magnitude.shift {
			break
		}
		if text := placePoint(digits, exponent-magnitude.shift) + magnitude.suffix; len(text) <= len(best) {
			best = text
		}
	}
	return best
}

// placePoint writes digits d₀d₁d₂… as the decimal d₀.d₁d₂… × 10^exponent.
func placePoint(digits string, exponent int) string {
	switch point := exponent + 1; {
	case point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits))
	default:
		return digits[:point] + "." + digits[point:]
	}
}

// times multiplies a rate, up to the highest rate.
func (r Rate) times(factor float64) Rate {
	if r.IsMax() || factor == 1 {
		return r
	}
	return min(r*Rate(factor), Limit)
}
