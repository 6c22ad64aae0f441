package group

import (
	"time"

	"pulsh/session/snapshot"
)

// life is the state of a group with its times.
type life struct {
	state  snapshot.State
	since  time.Time     // of the last start, zero before the first
	ran    time.Duration // in the stretches of running that have ended
	from   time.Time     // of the present stretch, zero if there is none
	err    error         // of the failure, nil unless the state is Failed
	before time.Duration // ran before the last start
	why    string        // why the group stops by itself, or ""
}

// enter changes the state. Only time in Running and Seeking counts as running.
func (l *life) enter(to snapshot.State) {
	now := time.Now()
	if !l.from.IsZero() {
		l.ran += now.Sub(l.from)
		l.from = time.Time{}
	}
	if to == snapshot.Running || to == snapshot.Seeking {
		l.from = now
	}
	if to == snapshot.Starting {
		l.since, l.err, l.why = now, nil, ""
		l.before = l.ran
	}
	if to == snapshot.Stopped && l.why != "" {
		to = snapshot.Done
	}
	l.state = to
}

func (l *life) fail(err error) {
	l.enter(snapshot.Failed)
	l.err = err
}

// running returns the time spent running since the first start: with the next start it
// goes on, as the figures do.
func (l *life) running(now time.Time) time.Duration {
	if l.from.IsZero() {
		return l.ran
	}
	return l.ran + now.Sub(l.from)
}

// text returns the error of the failure, or "".
func (l *life) text() string {
	if l.err == nil {
		return ""
	}
	return l.err.Error()
}
