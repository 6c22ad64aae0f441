package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Unit is what the number of a figure counts.
type Unit string

// The units of figures.
const (
	PerSecond      Unit = "messages per second"
	BytesPerSecond Unit = "bytes per second"
	Nanoseconds    Unit = "a duration"
	Bytes          Unit = "bytes"
	Count          Unit = "a count"
	Percent        Unit = "percent"
)

// Parse reads a value of the unit. A rate may be 0 here, and bytes per second
// without a unit are millions.
func (u Unit) Parse(text string) (float64, error) {
	switch u {
	case PerSecond:
		if n, ok := parseNumber(text); ok {
			return n, nil
		}
		r, err := pacing.ParseRate(text)
		if err == nil && r.IsMax() {
			err = fmt.Errorf("%q is not a number", text)
		}
		return float64(r), err
	case Nanoseconds:
		if text == "0" {
			return 0, nil
		}
		d, err := pacing.ParseDuration(text)
		return float64(d), err
	case Bytes:
		return wholeBytes(text)
	case BytesPerSecond:
		if n, ok := parseNumber(text + "M"); ok {
			return math.Round(n), nil
		}
		return wholeBytes(strings.TrimSuffix(text, "/s"))
	case Percent:
		text = strings.TrimSuffix(text, "%")
	}
	if n, ok := parseNumber(text); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%q is not a number such as 500, 5k or 1.5M", text)
}

// Format writes a value as Parse reads it.
func (u Unit) Format(v float64) string {
	switch u {
	case Nanoseconds:
		return pacing.FormatDuration(clampDuration(v))
	case Bytes:
		return payload.FormatBytes(int64(v))
	case BytesPerSecond:
		return payload.FormatBytes(int64(math.Round(v))) + "/s"
	case Percent:
		return formatNumber(v) + "%"
	case PerSecond:
		if v > 0 && v <= float64(pacing.Limit) && v >= float64(pacing.Least) {
			return pacing.Rate(v).String()
		}
	}
	return formatNumber(v)
}

// valueMax bounds a typed value. Up to here a float64 is exact for whole
// numbers.
const valueMax = 1 << 53

// wholeBytes reads a number of bytes that a float64 represents exactly.
func wholeBytes(text string) (float64, error) {
	n, err := payload.ParseBytes(text)
	if err == nil && n > valueMax {
		err = fmt.Errorf("%q is too large to compare with", text)
	}
	return float64(n), err
}

// parseNumber reads a decimal such as 500, 5k, 1.5M or 2G.
func parseNumber(text string) (float64, bool) {
	power := ""
	for letter, p := range map[string]string{"k": "e3", "M": "e6", "G": "e9"} {
		if number, found := strings.CutSuffix(text, letter); found {
			text, power = number, p
			break
		}
	}
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text+power, 64)
	return v, err == nil && v <= valueMax
}

// formatNumber writes a value as parseNumber reads it: 412, 1500, 5k, 1.5M.
func formatNumber(v float64) string {
	plain := strconv.FormatFloat(v, 'f', -1, 64)
	for _, unit := range []struct {
		size   float64
		letter string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		short := strconv.FormatFloat(v/unit.size, 'f', -1, 64) + unit.letter
		if back, ok := parseNumber(short); v >= unit.size && len(short) < len(plain) && ok && back == v {
			return short
		}
	}
	return plain
}

// clampDuration returns the duration nearest to a number of ns.
func clampDuration(v float64) time.Duration {
	if v >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(v)
}
