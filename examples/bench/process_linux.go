package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of CPU times in /proc. Linux reports a hundred a second on
// every architecture.
const tick = time.Second / 100

// cpuOf returns the CPU time of a process and of those children that it has waited
// for. Source: proc(5), /proc/PID/stat, fields 14 to 17.
func cpuOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("the processor time of a contender cannot be read: %w", err)
	}
	return parseStat(string(stat))
}

// parseStat reads the times from a line of /proc/PID/stat. The name in field 2 may
// contain anything; the other fields follow its last bracket.
func parseStat(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const first, last = 11, 14 // fields 14 to 17, counted from field 3
	if len(fields) <= last {
		return 0, fmt.Errorf("%q holds no processor times", stat)
	}
	var sum time.Duration
	for _, field := range fields[first : last+1] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no processor time", field)
		}
		sum += time.Duration(ticks) * tick
	}
	return sum, nil
}

// ownedByUs makes the kernel kill a contender when this program ends in any way.
// This works because the main thread, which main locks, starts the contenders.
// Ctrl-C reaches only this program, which stops them in order.
func ownedByUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// machineLoad returns the average number of runnable processes of the last minute.
func machineLoad() string {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(load), " ")
	return first
}
