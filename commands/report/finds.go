package report

import (
	"pulsh/commands/find"
	"pulsh/commands/host"
	"pulsh/session/export"
)

// findsOf returns the searches of a session as data.
func findsOf(c *host.Host) (all []export.Find) {
	for _, f := range find.Results(c) {
		one := export.Find{At: f.At, Group: f.Group, Condition: f.Condition, Within: f.Within, Best: float64(f.Best), Limit: f.Limit, Sentence: f.Sentence()}
		for _, p := range f.Probes {
			one.Probes = append(one.Probes, export.Probe{At: p.At, Rate: float64(p.Rate), Holds: p.Holds, Reached: p.Reached, Why: p.Why, Limit: p.Limit, Seconds: p.Took.Seconds()})
		}
		all = append(all, one)
	}
	return all
}
