// Package find searches the highest rate of a producer group at which a condition
// holds.
package find

import "pulsh/session/pacing"

// search decides which rate is probed next: doubled rates until one fails, then the
// middle between the highest that held and the lowest that failed. At the end it probes
// the lowest that failed a second time. If that holds now, the first failure had another
// cause, such as a cold broker, and the search goes on above it. It is pure.
type search struct {
	from, to pacing.Rate // of the first probe, and the highest; to is 0 for no limit
	within   float64     // the share of the result by which it may be too low
	held     pacing.Rate // the highest rate that held, 0 for none
	failed   pacing.Rate // the lowest rate that failed and has not held since, 0 for none
	sure     bool        // failed has failed twice
	probes   int
}

// The limits of a search, each with its reason.
const (
	probesMax = 40   // doubling reaches any rate in 30, and each further one halves the rest
	downMax   = 1024 // the first rate by the lowest that is tried
)

// next returns the rate to probe; ok is false at the end of the search.
func (s *search) next() (rate pacing.Rate, ok bool) {
	switch {
	case s.probes >= probesMax:
		return 0, false
	case s.held == 0 && s.failed == 0:
		return s.from, true
	case s.failed == 0:
		rate = s.held * 2
		if s.to > 0 {
			rate = min(rate, s.to)
		}
		rate = min(rate, pacing.Limit)
		return rate, rate > s.held
	case s.held == 0:
		rate = s.failed / 2
		return rate, rate >= s.from/downMax
	}
	if float64(s.failed-s.held) > s.within*float64(s.failed) {
		return (s.held + s.failed) / 2, true
	}
	return s.failed, !s.sure
}

// add enters the result of a probe.
func (s *search) add(rate pacing.Rate, holds bool) {
	s.probes++
	switch {
	case !holds && rate == s.failed:
		s.sure = true
	case !holds && (s.failed == 0 || rate < s.failed):
		s.failed, s.sure = rate, false
	case holds:
		s.held = max(s.held, rate)
		if s.failed <= s.held { // what failed above it is not trusted either
			s.failed, s.sure = 0, false
		}
	}
}
