package answers

import "pulsh/session/snapshot"

// endOfTopic tells whether a reader has read all that is stored.
func endOfTopic(g snapshot.Group) string {
	c := g.Consumer
	switch {
	case !g.State.Active() || !c.Backlog.Known:
		return ""
	case c.Backlog.Entries == 0 && c.Waiting == 0:
		return ", at the end of the topic"
	}
	return ", " + Whole(c.Backlog.Messages) + " messages to the end of the topic"
}
