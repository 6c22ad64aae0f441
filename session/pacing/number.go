package pacing

import (
	"strconv"
	"strings"
)

// longestNumber bounds the digits of a typed number. A float64 needs 17
// significant digits, and a rate at most seven zeros before them; the rest is
// room for redundant zeros.
const longestNumber = 40

// parseDecimal reads a plain decimal such as 50 or 1.5 and shifts it by a power
// of ten before it is rounded, so that 1.1k is the float64 nearest to 1100. It
// accepts no sign, exponent, hexadecimal number, infinity or underscore.
func parseDecimal(text string, shift int) (float64, bool) {
	if len(text) > longestNumber {
		return 0, false
	}
	whole, fraction, dotted := strings.Cut(text, ".")
	if !allDigits(whole) || dotted && !allDigits(fraction) {
		return 0, false
	}
	value, err := strconv.ParseFloat(text+"e"+strconv.Itoa(shift), 64)
	return value, err == nil
}

// allDigits reports whether text is one or more decimal digits.
func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// formatDecimal writes the shortest decimal that parseDecimal reads as the same
// value.
func formatDecimal(value float64) string {
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// tidyDigits is how many significant digits of a computed rate are kept. It
// hides the last bits of binary fractions (2.1, not 2.0999999999999996) and is
// far finer than any rate can be measured.
const tidyDigits = 12

// tidy rounds a computed value to tidyDigits significant digits.
func tidy(value float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', tidyDigits, 64), 64)
	if err != nil {
		return value
	}
	return rounded
}
