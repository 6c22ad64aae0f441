package graphs

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The largest widths that the functions of this file return for values of zero or
// more. A negative value may take one column more for its sign.
const (
	LatencyWidth = 6 // 11.2ms
	ClockWidth   = 8 // 00:01:12
	ElapsedWidth = 6 // 59m59s
)

const (
	day         = 24 * time.Hour
	clockDays   = 10   // from here on Clock has no room for minutes
	elapsedDays = 9999 // more than a session can last
	maxMillis   = 9_999_999
)

// Latency writes a time span with its unit and at most three significant digits:
// 850µs, 2.1ms, 11.2ms, 112ms, 1.98s. NaN stands for a missing value.
func Latency(nanoseconds float64) string {
	if text, ok := unmeasured(nanoseconds); ok {
		return text
	}
	minus, size := sign(nanoseconds)
	switch {
	case size == 0:
		return "0"
	case size < 0.5:
		return almost0
	case size < 999.5:
		return minus + strconv.FormatFloat(size, 'f', 0, 64) + "ns"
	case size < 999.5e3:
		return minus + strconv.FormatFloat(size/1e3, 'f', 0, 64) + "µs"
	case size < 99.95e6:
		return minus + strconv.FormatFloat(size/1e6, 'f', 1, 64) + "ms"
	case size < 999.5e6:
		return minus + strconv.FormatFloat(size/1e6, 'f', 0, 64) + "ms"
	case size < 99.95e9:
		return minus + threeDigits(size/1e9) + "s"
	}
	return minus + elapsed(roundSeconds(size))
}

// roundSeconds returns a duration of whole seconds, at most the longest one.
func roundSeconds(nanoseconds float64) time.Duration {
	if nanoseconds >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(nanoseconds).Round(time.Second)
}

// Millis writes nanoseconds as milliseconds without the unit, for a column that has
// the unit in its heading: 0.085, 0.85, 2.1, 12.1, 2,104.
func Millis(nanoseconds float64) string {
	if text, ok := unmeasured(nanoseconds); ok {
		return text
	}
	minus, size := sign(nanoseconds / 1e6)
	switch {
	case size == 0:
		return "0"
	case size < 0.0005:
		return almost0
	case size < 0.0995:
		return minus + strconv.FormatFloat(size, 'f', 3, 64)
	case size < 0.995:
		return minus + strconv.FormatFloat(size, 'f', 2, 64)
	case size < 99.95:
		return minus + strconv.FormatFloat(size, 'f', 1, 64)
	case size < maxMillis:
		return minus + Whole(size)
	}
	return minus + elapsed(roundSeconds(size*1e6))
}

// MillisUnit is Millis with the unit: "2,104 ms". From about three hours on it has
// the units of Elapsed.
func MillisUnit(nanoseconds float64) string {
	text := Millis(nanoseconds)
	if _, size := sign(nanoseconds / 1e6); text == NoValue || size >= maxMillis {
		return text
	}
	return text + " ms"
}

// Clock writes the age of a session in whole seconds: 00:01:12, from a hundred hours
// on 4d04h10m, from ten days on "  11d13h". Its width is exactly ClockWidth, and
// one more for a negative age.
func Clock(d time.Duration) string {
	minus := ""
	if d < 0 {
		minus, d = "-", -max(d, -math.MaxInt64)
	}
	days, hours := int(d/day), int(d/time.Hour)
	minutes, seconds := int(d/time.Minute)%60, int(d/time.Second)%60
	text := ""
	switch {
	case hours < 100:
		text = fmt.Sprintf("%02d:%02d:%02d", hours, minutes, seconds)
	case days < clockDays:
		text = fmt.Sprintf("%dd%02dh%02dm", days, hours%24, minutes)
	case days <= elapsedDays:
		text = fmt.Sprintf("%dd%02dh", days, hours%24)
	default:
		text = fmt.Sprintf(">%dd", elapsedDays)
	}
	return minus + fmt.Sprintf("%*s", ClockWidth, text)
}

// Elapsed writes a time span in its two largest units, rounded down: 58s, 1m12s,
// 2h05m, 3d04h.
func Elapsed(d time.Duration) string {
	if d < 0 {
		text := elapsed(-max(d, -math.MaxInt64))
		if text == "0s" {
			return text
		}
		return "-" + text
	}
	return elapsed(d)
}

func elapsed(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d < 100*day:
		return fmt.Sprintf("%dd%02dh", d/day, d%day/time.Hour)
	case d <= elapsedDays*day:
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf(">%dd", elapsedDays)
}

// Seconds writes a short time span with one decimal, for a sentence: "5.4 s". From
// a hundred seconds on it is Elapsed.
func Seconds(d time.Duration) string {
	if d < 0 {
		return "-" + Seconds(-max(d, -math.MaxInt64))
	}
	if s := d.Seconds(); s < 99.95 {
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	}
	return Elapsed(d)
}
