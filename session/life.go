package session

import (
	"time"

	"pulsh/session/snapshot"
)

// life is a group's state with the times that belong to it.
type life struct {
	state snapshot.State
	since time.Time     // of the first start
	ran   time.Duration // in earlier stretches of running
	from  time.Time     // of the present stretch, or zero
	err   error         // why it is Failed
}

// enter changes the state; running time counts only in Running and Seeking.
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
		l.since, l.ran, l.err = now, 0, nil
	}
	l.state = to
}

func (l *life) fail(err error) {
	l.enter(snapshot.Failed)
	l.err = err
}

// running is the time spent running since the start.
func (l *life) running(now time.Time) time.Duration {
	if l.from.IsZero() {
		return l.ran
	}
	return l.ran + now.Sub(l.from)
}

// text is why the group failed, or "".
func (l *life) text() string {
	if l.err == nil {
		return ""
	}
	return l.err.Error()
}
