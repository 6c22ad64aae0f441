package group

import (
	"time"

	"pulsh/session/snapshot"
)

// Life is a group's state with the times that belong to it.
type Life struct {
	State snapshot.State
	Since time.Time     // of the first start
	ran   time.Duration // in earlier stretches of running
	from  time.Time     // of the present stretch, or zero
	err   error         // why it is Failed
}

// Enter changes the state; running time counts only in Running and Seeking.
func (l *Life) Enter(to snapshot.State) {
	now := time.Now()
	if !l.from.IsZero() {
		l.ran += now.Sub(l.from)
		l.from = time.Time{}
	}
	if to == snapshot.Running || to == snapshot.Seeking {
		l.from = now
	}
	if to == snapshot.Starting {
		l.Since, l.ran, l.err = now, 0, nil
	}
	l.State = to
}

func (l *Life) Fail(err error) {
	l.Enter(snapshot.Failed)
	l.err = err
}

// Running is the time spent running since the start.
func (l *Life) Running(now time.Time) time.Duration {
	if l.from.IsZero() {
		return l.ran
	}
	return l.ran + now.Sub(l.from)
}

// Text is why the group failed, or "".
func (l *Life) Text() string {
	if l.err == nil {
		return ""
	}
	return l.err.Error()
}
