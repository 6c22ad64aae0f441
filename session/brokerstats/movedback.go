package brokerstats

import (
	"fmt"

	"pulsh/session/snapshot"
)

// movedBack finds out whether somebody else has moved a subscription back. The broker
// then delivers again what it has delivered before, and counts it as any delivery: more
// leaves the backlog than was in it. If the messages are still there, the backlog has
// grown by more entries than there are new messages, which nothing else explains. If
// they were delivered within a poll, the delivery audit must have received as many again
// without a reason.
type movedBack struct {
	suspected int64 // messages
	polls     int   // since then
	again     int64 // messages that came again without a reason, at the poll before
	known     bool  // there was a poll before
	certain   int64 // entries
}

// backPolls is for how many polls a suspicion waits for the audit.
const backPolls = 5

// observe takes the balance of two polls: how many more messages were acknowledged than
// can have been, how many entries the backlog has grown by beside the new messages, and
// how exact that is.
func (m *movedBack) observe(surplus, entries, slack int64) {
	if m.polls++; m.polls > backPolls {
		m.suspected = 0
	}
	if surplus > slack {
		m.suspected, m.polls = m.suspected+surplus, 0
	}
	m.certain = 0
	if entries > slack {
		m.certain = entries
	}
}

// MovedBack takes the statistics that Removal has taken. again is how many messages have
// come again so far without a reason that the group knows. restarted says that topics
// were reloaded lately, which has the same effect on the backlog, and disturbed that
// connections broke or consumers closed, which has the same effect on the audit. It
// returns a sentence when somebody else has moved the subscription back.
func (t *Tracker) MovedBack(subscription string, again int64, restarted, disturbed bool) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &t.removal.back
	came := again - m.again
	known := m.known && came >= 0
	m.again, m.known = again, true
	switch {
	case restarted:
		m.suspected, m.certain = 0, 0
	case m.certain > 0:
		n := m.certain
		m.suspected, m.certain = 0, 0
		return fmt.Sprintf("the subscription %s was moved back by about %s entries, not by this group", subscription, snapshot.Digits(n))
	case disturbed || !known:
		m.suspected = 0
	case m.suspected > 0 && came > 0 && 2*came >= m.suspected:
		m.suspected = 0
		return fmt.Sprintf("the subscription %s was moved back by about %s messages, not by this group", subscription, snapshot.Digits(came))
	}
	return ""
}
