package host

import (
	"pulsh/commands/lang"
	"pulsh/graphs"
)

// Settling publishes the progress of a stop: the number of sends without a receipt,
// of the named group, or of all groups for "".
func Settling(c *Host, name string) {
	c.Publish(lang.WaitingFor(func() string {
		waiting := 0
		for _, g := range c.Env.Session.Snapshot().Groups {
			if g.Producer != nil && (name == "" || name == g.Name) {
				waiting += g.Producer.InFlight
			}
		}
		if waiting == 0 {
			return "closing"
		}
		return "waiting for " + graphs.Plural(waiting, "receipt")
	}))
}
