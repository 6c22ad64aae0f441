package payload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limits of body sizes.
const (
	// MaxSize is the largest body in bytes. A broker accepts much less by
	// default (5 MiB, its maxMessageSize), which the caller checks. This limit
	// bounds the memory of a producer.
	MaxSize = 64 << 20

	// MinSigma and MaxSigma bound the spread of a lognormal Size. Below
	// MinSigma it is as good as fixed. Above MaxSigma its ends are five million
	// million times apart, and nearly every size is one of the limits.
	MinSigma = 0.01
	MaxSigma = 4

	// lognormalReach is where both tails of a lognormal Size end, in standard
	// deviations. On each side 32 of a million sizes would lie beyond it, and
	// without an end no slot would be large enough.
	lognormalReach = 4
)

// A sizeForm is the form of a Size.
type sizeForm uint8

const (
	fixedSize sizeForm = iota
	uniformSize
	lognormalSize
)

// A Size is a distribution of body sizes in bytes, stamp included. Sizes are
// comparable. The zero Size means that none was given; it cannot be parsed.
type Size struct {
	form      sizeForm
	low, high int // fixed: both the size; uniform: the ends; lognormal: both the median
	sigma     float64
}

// FixedSize returns the Size of bodies that all have n bytes, from StampSize to
// MaxSize.
func FixedSize(n int) (Size, error) {
	if err := checkSize(int64(n)); err != nil {
		return Size{}, err
	}
	return Size{low: n, high: n}, nil
}

// ParseSize reads a Size. "512", "1KiB" or "1.5KB" is fixed; "256..4KiB" is
// uniform with both ends included; "lognormal(1KiB,0.5)" has that median and
// that standard deviation of the logarithm, cut at four deviations.
func ParseSize(text string) (Size, error) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "lognormal("); ok {
		return parseLognormal(text, inner)
	}
	if low, high, ok := strings.Cut(text, ".."); ok {
		return parseUniform(text, low, high)
	}
	n, err := parseSizeBytes(text)
	if err != nil {
		return Size{}, err
	}
	return Size{low: n, high: n}, nil
}

func parseUniform(text, low, high string) (Size, error) {
	from, err := parseSizeBytes(low)
	if err != nil {
		return Size{}, err
	}
	to, err := parseSizeBytes(high)
	switch {
	case err != nil:
		return Size{}, err
	case from > to:
		return Size{}, fmt.Errorf("%q runs from %s down to %s", text, spacedBytes(int64(from)), spacedBytes(int64(to)))
	case from == to:
		return Size{low: from, high: to}, nil
	}
	return Size{form: uniformSize, low: from, high: to}, nil
}

func parseLognormal(text, inner string) (Size, error) {
	inner, closed := strings.CutSuffix(inner, ")")
	first, second, both := strings.Cut(inner, ",")
	if !closed || !both {
		return Size{}, fmt.Errorf("%q is not lognormal(MEDIAN,SIGMA) as in lognormal(1KiB,0.5)", text)
	}
	median, err := parseSizeBytes(first)
	if err != nil {
		return Size{}, err
	}
	typed := strings.TrimSpace(second)
	sigma, err := strconv.ParseFloat(typed, 64)
	if err != nil {
		return Size{}, fmt.Errorf("%q is not a number for the sigma of a lognormal size", typed)
	}
	if !(sigma >= MinSigma && sigma <= MaxSigma) {
		return Size{}, fmt.Errorf("the sigma %q of a lognormal size is not between %v and %v", typed, MinSigma, MaxSigma)
	}
	return Size{form: lognormalSize, low: median, high: median, sigma: sigma}, nil
}

func parseSizeBytes(text string) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, fmt.Errorf(`"" is not a size such as 512, 1KiB, 256..4KiB or lognormal(1KiB,0.5)`)
	}
	n, err := ParseBytes(text)
	if err != nil {
		return 0, err
	}
	return int(min(n, math.MaxInt32)), checkSize(n)
}

func checkSize(n int64) error {
	switch {
	case n < StampSize:
		return fmt.Errorf("%s is less than the %s stamp of every message", spacedBytes(n), spacedBytes(StampSize))
	case n > MaxSize:
		return fmt.Errorf("%s is more than the %s limit of a message", spacedBytes(n), spacedBytes(MaxSize))
	}
	return nil
}

// String writes the size as ParseSize reads it; the zero Size is "0".
func (s Size) String() string {
	switch s.form {
	case uniformSize:
		return FormatBytes(int64(s.low)) + ".." + FormatBytes(int64(s.high))
	case lognormalSize:
		return "lognormal(" + FormatBytes(int64(s.low)) + "," + strconv.FormatFloat(s.sigma, 'f', -1, 64) + ")"
	}
	return FormatBytes(int64(s.low))
}

// UnmarshalText reads the size as ParseSize does.
func (s *Size) UnmarshalText(text []byte) error {
	parsed, err := ParseSize(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// IsZero reports whether no size was given.
func (s Size) IsZero() bool { return s == Size{} }

// IsFixed reports whether all bodies have the same size.
func (s Size) IsFixed() bool { return s.form == fixedSize }

// Min returns the smallest possible size in bytes.
func (s Size) Min() int {
	if s.form == lognormalSize {
		return s.deviate(-lognormalReach)
	}
	return s.low
}

// Max returns the largest possible size in bytes.
func (s Size) Max() int {
	if s.form == lognormalSize {
		return s.deviate(lognormalReach)
	}
	return s.high
}

// Within returns a distribution like s with no size above most: a uniform one ends there,
// and a lognormal one has a smaller sigma, or a smaller median where that is above most.
func (s Size) Within(most int) Size {
	most = max(min(most, MaxSize), StampSize)
	switch {
	case s.Max() <= most:
		return s
	case s.form == uniformSize && s.low < most:
		return Size{form: uniformSize, low: s.low, high: most}
	case s.form != lognormalSize:
		return Size{low: most, high: most}
	}
	if float64(s.low) > float64(most)*math.Exp(-lognormalReach*MinSigma) {
		median := max(int(float64(most)*math.Exp(-lognormalReach*s.sigma)), min(1<<10, most))
		s.low, s.high = median, median
	}
	sigma := math.Log(float64(most)/float64(s.low)) / lognormalReach
	if s.sigma = min(s.sigma, math.Floor(sigma*100)/100); s.sigma < MinSigma || s.Max() > most {
		return Size{low: most, high: most}
	}
	return s
}

// Wide describes the largest size where that is not in the text of s, "" if it is.
func (s Size) Wide() string {
	if s.form != lognormalSize {
		return ""
	}
	return " (up to " + FormatBytes(int64(s.Max())) + ")"
}

// Mean returns the expected size in bytes. For a lognormal size that is the
// partial expectation between the ends, plus each end with the weight of the
// tail that is cut there.
func (s Size) Mean() float64 {
	if s.form != lognormalSize {
		return (float64(s.low) + float64(s.high)) / 2
	}
	low, high, median := float64(s.Min()), float64(s.Max()), float64(s.low)
	a, b := math.Log(low/median)/s.sigma, math.Log(high/median)/s.sigma
	middle := median * math.Exp(s.sigma*s.sigma/2) * (normal(b-s.sigma) - normal(a-s.sigma))
	return low*normal(a) + middle + high*normal(-b)
}

// normal is the distribution function of the standard normal distribution.
func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// Quantile returns the size in bytes below which the share p of all sizes lies,
// with p from 0 to 1.
func (s Size) Quantile(p float64) int {
	switch s.form {
	case uniformSize:
		return min(s.low+int(p*float64(s.high-s.low+1)), s.high)
	case lognormalSize:
		z := math.Sqrt2 * math.Erfinv(2*p-1)
		return s.deviate(max(-lognormalReach, min(z, lognormalReach)))
	}
	return s.low
}

// deviate returns the lognormal size that lies z standard deviations from the
// median, within the limits of all sizes.
func (s Size) deviate(z float64) int {
	n := math.Round(float64(s.low) * math.Exp(s.sigma*z))
	return int(max(StampSize, min(n, MaxSize)))
}
