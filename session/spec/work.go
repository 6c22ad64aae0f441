package spec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"pulsh/session/pacing"
)

// Work is the processing time of a message, fixed or distributed. It is
// comparable. The zero Work is none.
type Work struct {
	form      workForm
	low, high time.Duration // fixed: low; uniform: the ends; lognormal: low is the median
	sigma     float64
}

type workForm uint8

const (
	fixedWork workForm = iota
	uniformWork
	lognormalWork
)

// Limits of work, each with its reason.
const (
	WorkMin       = time.Microsecond // pulsh itself takes about as long per message
	WorkMax       = time.Hour
	workSigmaMin  = 0.01 // below it the time is as good as fixed
	workSigmaMax  = 4    // above it nearly every time is one of the limits
	workDigits    = 8    // of a typed sigma
	workDeviation = 4    // where the tails end, in standard deviations
)

// ParseWork reads none, a duration, 1ms..5ms (uniform) or lognormal(5ms,0.6),
// which has that median and that standard deviation of the logarithm, cut at
// four deviations. The error is a sentence that quotes the text.
func ParseWork(text string) (Work, error) {
	text = strings.TrimSpace(text)
	if text == "none" || text == "0" {
		return Work{}, nil
	}
	if inner, ok := strings.CutPrefix(text, "lognormal("); ok {
		return parseLognormalWork(text, inner)
	}
	var w Work
	low, high, uniform := strings.Cut(text, "..")
	if err := readDuration(&w.low, strings.TrimSpace(low), WorkMin, WorkMax); err != nil {
		return Work{}, err
	}
	if !uniform {
		return w, nil
	}
	if err := readDuration(&w.high, strings.TrimSpace(high), WorkMin, WorkMax); err != nil {
		return Work{}, err
	}
	switch {
	case w.high < w.low:
		return Work{}, fmt.Errorf("%q runs from %s down to %s", text, pacing.FormatDuration(w.low), pacing.FormatDuration(w.high))
	case w.high == w.low:
		return Work{low: w.low}, nil
	}
	w.form = uniformWork
	return w, nil
}

func parseLognormalWork(text, inner string) (Work, error) {
	inner, closed := strings.CutSuffix(inner, ")")
	median, sigma, both := strings.Cut(inner, ",")
	if !closed || !both {
		return Work{}, fmt.Errorf("%q is not lognormal(MEDIAN,SIGMA) as in lognormal(5ms,0.6)", text)
	}
	w := Work{form: lognormalWork}
	if err := readDuration(&w.low, strings.TrimSpace(median), WorkMin, WorkMax); err != nil {
		return Work{}, err
	}
	typed := strings.TrimSpace(sigma)
	var err error
	if typed == "" || len(typed) > workDigits || strings.Trim(typed, "0123456789.") != "" {
		return Work{}, fmt.Errorf("%q is not a number for the sigma of a lognormal time", typed)
	}
	if w.sigma, err = strconv.ParseFloat(typed, 64); err != nil {
		return Work{}, fmt.Errorf("%q is not a number for the sigma of a lognormal time", typed)
	}
	if w.sigma < workSigmaMin || w.sigma > workSigmaMax {
		return Work{}, fmt.Errorf("the sigma %q of a lognormal time is not between %v and %v", typed, workSigmaMin, workSigmaMax)
	}
	return w, nil
}

// String writes the work as ParseWork reads it.
func (w Work) String() string {
	switch {
	case w == Work{}:
		return "none"
	case w.form == uniformWork:
		return pacing.FormatDuration(w.low) + ".." + pacing.FormatDuration(w.high)
	case w.form == lognormalWork:
		return "lognormal(" + pacing.FormatDuration(w.low) + "," + strconv.FormatFloat(w.sigma, 'f', -1, 64) + ")"
	}
	return pacing.FormatDuration(w.low)
}

// IsZero reports whether there is no work.
func (w Work) IsZero() bool { return w == Work{} }

// Sample draws the processing time of one message.
func (w Work) Sample(r *rand.Rand) time.Duration {
	switch w.form {
	case uniformWork:
		return w.low + time.Duration(r.Int64N(int64(w.high-w.low)+1))
	case lognormalWork:
		z := max(-workDeviation, min(r.NormFloat64(), workDeviation))
		return time.Duration(max(float64(WorkMin), min(float64(w.low)*math.Exp(w.sigma*z), float64(WorkMax))))
	}
	return w.low
}
