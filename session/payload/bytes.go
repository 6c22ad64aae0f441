package payload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A byteUnit is a unit of bytes as it is typed.
type byteUnit struct {
	name  string
	bytes int64
}

// byteUnits returns the units in the order in which FormatBytes prefers them.
func byteUnits() [8]byteUnit {
	return [8]byteUnit{
		{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3},
	}
}

// maxFractional is the largest number of bytes that FormatBytes writes with a
// decimal. Up to here a float64 is exact to far less than half a byte.
const maxFractional = 1 << 48

// ParseBytes reads a number of bytes: digits, an optional decimal fraction, and
// an optional unit. KiB, MiB, GiB and TiB are powers of 1,024; KB, MB, GB and
// TB are powers of 1,000; B or no unit is bytes. Case does not matter. A
// fraction of a byte is rounded to the nearest byte.
func ParseBytes(text string) (int64, error) {
	number, unit, err := splitBytes(text)
	if err != nil {
		return 0, err
	}
	if strings.Contains(number, ".") {
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || value*float64(unit) >= math.MaxInt64 {
			return 0, tooManyBytes(text)
		}
		return int64(math.Round(value * float64(unit))), nil
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil || value > math.MaxInt64/unit {
		return 0, tooManyBytes(text)
	}
	return value * unit, nil
}

// splitBytes splits a typed number of bytes into its digits, with at most one
// decimal point between them, and the size of its unit.
func splitBytes(text string) (number string, unit int64, err error) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(text)
	}
	number, name := text[:end], strings.TrimSpace(text[end:])
	whole, fraction, pointed := strings.Cut(number, ".")
	if whole == "" || strings.Contains(fraction, ".") || (pointed && fraction == "") {
		return "", 0, notBytes(text)
	}
	switch strings.ToLower(name) {
	case "", "b":
		return number, 1, nil
	case "k", "m", "g", "t":
		letter := strings.ToUpper(name)
		return "", 0, fmt.Errorf("%q could be %s%siB or %s%sB, which differ", text, number, letter, number, letter)
	}
	for _, u := range byteUnits() {
		if strings.EqualFold(name, u.name) {
			return number, u.bytes, nil
		}
	}
	return "", 0, notBytes(text)
}

func notBytes(text string) error {
	return fmt.Errorf("%q is not a number of bytes such as 512, 1KiB or 1.5MB", text)
}

func tooManyBytes(text string) error {
	return fmt.Errorf("%q is too large", text)
}

// FormatBytes writes n as ParseBytes reads it, without loss: with the largest
// unit that leaves at most one decimal, binary units first, else in plain
// bytes.
func FormatBytes(n int64) string {
	for _, u := range byteUnits() {
		if n < u.bytes {
			continue
		}
		whole, rest := n/u.bytes, n%u.bytes
		if rest == 0 {
			return strconv.FormatInt(whole, 10) + u.name
		}
		if tenths := rest * 10; n < maxFractional && tenths%u.bytes == 0 {
			return strconv.FormatInt(whole, 10) + "." + strconv.FormatInt(tenths/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// spacedBytes writes n for a sentence, with a space before the unit.
func spacedBytes(n int64) string {
	text := FormatBytes(n)
	end := strings.IndexFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	if end < 0 {
		return text + " B"
	}
	return text[:end] + " " + text[end:]
}
