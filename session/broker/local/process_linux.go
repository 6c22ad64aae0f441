package local

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// startedAt returns the start time of a process in clock ticks since boot, with the
// ID of the boot, which makes it unique over reboots.
// Source: proc(5), /proc/PID/stat, fields 3 (state) and 22 (starttime).
func startedAt(pid int) (string, bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	// The name in field 2 may contain blanks and parentheses; the fields after it
	// follow the last closing one.
	_, rest, ok := cutLast(string(stat), ")")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	id, _, _ := strings.Cut(strings.TrimSpace(string(boot)), "-")
	return id + "-" + fields[19], true
}

// residentMemory returns the resident memory of a process in bytes, or 0.
func residentMemory(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	kb, _ := strconv.ParseInt(fields[0], 10, 64)
	return kb * 1024
}

// ownedBySupervisor makes the kernel kill the server when the supervisor ends in
// any way. For this, the supervisor starts the server from a thread that lives as
// long as the supervisor itself.
func ownedBySupervisor() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
