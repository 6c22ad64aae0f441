package local

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// startedAt returns when a process started, in clock ticks since boot,
// together with the boot's own id, so that it stays unique over reboots.
// Source: proc(5), /proc/PID/stat, fields 3 (state) and 22 (starttime).
func startedAt(pid int) (string, bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	// The name in field 2 may hold spaces and brackets; fields go on after the
	// last closing one.
	_, rest, ok := cutLast(string(stat), ")")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	id, _, _ := strings.Cut(strings.TrimSpace(string(boot)), "-")
	return id + "-" + fields[19], true
}

// residentMemory returns the bytes of memory that a process occupies, or 0.
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

// ownedBySupervisor makes the kernel kill the server when the supervisor dies,
// however it dies. It works because the supervisor starts the server from a
// thread that lives as long as itself.
func ownedBySupervisor() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
