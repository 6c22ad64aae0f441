package session

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/pacing"
	"pulsh/session/produce"
)

// allowRate refuses a rate of a producer group that, with those of the other active
// producer groups, is above what a protected cluster allows.
func allowRate(s *Session, name string, peak pacing.Rate) error {
	p := s.Preferences()
	if !p.Protected || p.ProtectedRate.IsMax() {
		return nil
	}
	others := ProducersRate(s, name)
	if peak+others <= p.ProtectedRate {
		return nil
	}
	e := &broker.Error{Message: fmt.Sprintf("this cluster is protected: producer groups send at most %s/s (protected-rate), and %s would send %s",
		p.ProtectedRate, name, perSecond(peak)), Try: "list"}
	if others > 0 {
		e.Message += fmt.Sprintf(" beside the %s of the others", perSecond(others))
	}
	if left := p.ProtectedRate - others; left > 0 {
		e.Try = fmt.Sprintf("set %s rate=%s", name, left)
	}
	return e
}

func perSecond(r pacing.Rate) string {
	if r.IsMax() {
		return "as much as it can"
	}
	return r.String() + "/s"
}

// ProducersRate returns the highest rates of all active producer groups but one, added
// up.
func ProducersRate(s *Session, but string) (sum pacing.Rate) {
	for _, g := range s.groups.active() {
		if p, ok := g.(*produce.Group); ok && g.Name() != but {
			sum += max(p.Settings().Rate.Peak(0), p.Schedule().Rate())
		}
	}
	return sum
}
