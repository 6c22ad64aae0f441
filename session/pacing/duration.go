package pacing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// day is the unit that ParseDuration adds to those of Go: always 24 hours.
const day = 24 * time.Hour

// ParseDuration reads a duration of Go (300ms, 1h30m, -5m), which may begin
// with days, as in 2d or 1d12h. The error is a sentence that quotes the text.
func ParseDuration(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a duration", text)
	rest, negative := strings.CutPrefix(text, "-")
	days, rest, found := cutDays(rest)
	var total time.Duration
	if found {
		value, ok := parseDecimal(days, 0)
		value *= float64(day)
		switch {
		case !ok:
			return 0, wrong
		case value >= math.MaxInt64:
			return 0, tooLong(text)
		}
		total = time.Duration(value)
	}
	if rest != "" || !found {
		if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
			return 0, wrong
		}
		clock, err := time.ParseDuration(rest)
		switch {
		case err != nil && !overflows(rest):
			return 0, wrong
		case err != nil || total > math.MaxInt64-clock:
			return 0, tooLong(text)
		}
		total += clock
	}
	if negative {
		total = -total
	}
	return total, nil
}

// tooLong refuses a duration that is one, but does not fit.
func tooLong(text string) error {
	return fmt.Errorf("%q is too long; a duration is at most %dd", text, math.MaxInt64/int64(day))
}

// overflows reports whether text that time.ParseDuration refuses would be a duration if
// its numbers were small.
func overflows(text string) bool {
	small, in := strings.Builder{}, false
	for _, r := range text {
		digit := r >= '0' && r <= '9'
		if digit && !in {
			small.WriteByte('1')
		}
		if in = digit; !digit {
			small.WriteRune(r)
		}
	}
	_, err := time.ParseDuration(small.String())
	return err == nil
}

// cutDays splits text at its first d, a letter that only days have.
func cutDays(text string) (days, rest string, found bool) {
	days, rest, found = strings.Cut(text, "d")
	if !found {
		return "", text, false
	}
	return days, rest, true
}

// FormatDuration writes a duration as ParseDuration reads it, without the zero
// units that Go prints: 2m rather than 2m0s, 1d12h rather than 36h0m0s.
func FormatDuration(d time.Duration) string {
	if d == math.MinInt64 {
		return d.String() // has no positive counterpart
	}
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	if d < time.Second {
		return d.String()
	}
	var b strings.Builder
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if count := d / unit.size; count > 0 {
			b.WriteString(strconv.FormatInt(int64(count), 10) + unit.name)
			d %= unit.size
		}
	}
	if d > 0 {
		b.WriteString(d.String())
	}
	return b.String()
}
