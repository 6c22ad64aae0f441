//go:build !linux

package local

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// startedAt returns the start time of a process, as ps(1) prints it.
func startedAt(pid int) (string, bool) {
	out, err := exec.Command("ps", "-o", "state=,lstart=", "-p", strconv.Itoa(pid)).Output()
	state, start, ok := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || !ok || strings.HasPrefix(state, "Z") {
		return "", false
	}
	return strings.Join(strings.Fields(start), "_"), true
}

// residentMemory returns the resident memory of a process in bytes, or 0.
func residentMemory(pid int) int64 {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0
	}
	kb, _ := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return kb * 1024
}

// ownedBySupervisor gives the server its own process group. Only Linux can end it
// with its parent; elsewhere the next start ends it.
func ownedBySupervisor() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
