package snapshot

// Aim returns the target that Rate is compared with, a mean over the same time: of a rate
// that changes by itself the messages that fell due, else the present target, which is the
// one that was set. It is 0 without a target, and means nothing under max.
func (p *Producer) Aim() float64 {
	if _, constant := p.Shape.IsHold(); constant || p.Target == 0 {
		return float64(p.Target)
	}
	return p.Expected()
}

// Expected returns the rate that keeps to the schedule: the messages that fell due in the
// time of Rate, also of a target that was changed meanwhile.
func (p *Producer) Expected() float64 {
	if p.DuePerSecond > 0 && !p.Target.IsMax() {
		return p.DuePerSecond
	}
	return float64(p.Target)
}
