package local

import (
	"fmt"
	"strings"
	"syscall"
)

// process names one process for good: ids are recycled, an id together with
// the time its process started is not.
type process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
}

// processOf returns the process that has the id now; ok is false when there is
// none, or only a dead one that nobody has waited for.
func processOf(pid int) (process, bool) {
	start, ok := startedAt(pid)
	return process{PID: pid, Start: start}, ok
}

// alive says whether this very process still runs.
func (p process) alive() bool {
	if p.PID <= 0 {
		return false
	}
	now, ok := processOf(p.PID)
	return ok && now == p
}

// signal sends a signal to this very process; it is no error when it is gone.
func (p process) signal(sig syscall.Signal) error {
	if !p.alive() {
		return nil
	}
	if err := syscall.Kill(p.PID, sig); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("signal %v to process %d: %w", sig, p.PID, err)
	}
	return nil
}

// reap collects a child that has ended, so that it does not stay behind as a
// zombie. It does nothing for a process that is no child or still runs.
func (p process) reap() {
	if p.PID > 0 {
		_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
	}
}

// cutLast splits s around the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
