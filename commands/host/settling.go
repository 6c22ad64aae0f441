package host

import (
	"pulsh/commands/answers"
	"pulsh/commands/lang"
)

// Settling publishes how many messages still wait for their receipts, of the
// group with that name or, for "", of all: what a stop waits for.
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
		return answers.Plural(uint64(waiting), "message waits", "messages wait") + " for a receipt"
	}))
}
