package graphs

import (
	"math"
	"strconv"
)

// axisLabel returns the shortest text for a round value: 0, 0.25, 50, 12.5k, 80k,
// 500µs, 2.5ms.
func axisLabel(unit Unit, v float64) string {
	minus, size := sign(v)
	if size == 0 {
		return "0"
	}
	text := ""
	switch unit {
	case Time:
		if fourDigits(size) >= 1e14 { // a minus and six digits of seconds do not fit the label
			text = stepped(size/1e9, 1000, []string{"s", "ks", "Ms", "Gs"})
			break
		}
		text = stepped(size, 1000, []string{"ns", "µs", "ms", "s"})
	case ByteCount:
		text = stepped(size, kibi, []string{"", "K", "M", "G", "T", "P", "E", "Z"})
	default:
		text = stepped(size, 1000, []string{"", "k", "M", "G", "T", "P", "E", "Z"})
	}
	return minus + text
}

// stepped divides size by base until it is below base, and appends the name of the
// last step.
func stepped(size, base float64, names []string) string {
	i := 0
	for i < len(names)-1 && fourDigits(size) >= base {
		size /= base
		i++
	}
	return strconv.FormatFloat(fourDigits(size), 'f', -1, 64) + names[i]
}

// fourDigits rounds to four significant digits. A round value has fewer, so this
// only removes the error of divisions.
func fourDigits(size float64) float64 {
	if size == 0 {
		return 0
	}
	shift := 3 - int(math.Floor(math.Log10(size)))
	if shift < 0 {
		return math.Round(size/math.Pow10(-shift)) * math.Pow10(-shift)
	}
	return math.Round(size*math.Pow10(shift)) / math.Pow10(shift)
}
