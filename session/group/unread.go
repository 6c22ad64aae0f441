package group

import (
	"sync/atomic"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// Unread tells of messages that the engine cannot read: of each reason once, and counts
// all.
type Unread struct {
	told [broker.UnreadableCount]atomic.Bool
}

// Note counts a message, unless it was read.
func (u *Unread) Note(why broker.Unreadable, recorder *metrics.ReceiveRecorder, say func(format string, args ...any)) {
	if why == broker.Readable {
		return
	}
	recorder.Failed(1, broker.Unread, why.String())
	if u.told[why].CompareAndSwap(false, true) {
		say("%s", why)
	}
}
