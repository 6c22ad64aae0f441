package session

import "pulsh/session/broker"

// checkShift refuses to count messages where there is no one order of them.
func (g *consumer) checkShift(messages int64) error {
	if g.settings().Topics().Single() {
		return g.checkSeek(seekTo{})
	}
	try := "seek " + g.name + " -5m"
	if messages > 0 {
		try = "clear " + g.name
	}
	return &broker.Error{Message: g.name + " receives from several topics, and messages are counted in one", Try: try}
}
