package local

import (
	"fmt"
	"strings"
	"syscall"
)

// process identifies a process for ever: an ID is reused, but not together with the
// start time of its process.
type process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
}

// processOf returns the process that has an ID now; ok is false if there is none,
// or only a zombie.
func processOf(pid int) (process, bool) {
	start, ok := startedAt(pid)
	return process{PID: pid, Start: start}, ok
}

// alive reports whether the process runs.
func (p process) alive() bool {
	if p.PID <= 0 {
		return false
	}
	now, ok := processOf(p.PID)
	return ok && now == p
}

// signal sends a signal to the process. It returns nil if the process has ended.
func (p process) signal(sig syscall.Signal) error {
	if !p.alive() {
		return nil
	}
	if err := syscall.Kill(p.PID, sig); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("signal %v to process %d: %w", sig, p.PID, err)
	}
	return nil
}

// reap waits for a child that has ended, so that it does not stay a zombie. It does
// nothing for a process that runs or is no child.
func (p process) reap() {
	if p.PID > 0 {
		_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
	}
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
