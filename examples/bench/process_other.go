//go:build !linux

package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cpuOf returns the CPU time of a process from ps(1), which prints
// [[hours:]minutes:]seconds.
func cpuOf(pid int) (time.Duration, error) {
	out, err := exec.Command("ps", "-o", "time=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, fmt.Errorf("the processor time of a contender cannot be read: %w", err)
	}
	var seconds float64
	for part := range strings.SplitSeq(strings.TrimSpace(string(out)), ":") {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no processor time", out)
		}
		seconds = seconds*60 + n
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// ownedByUs keeps Ctrl-C from contenders. This program receives it and stops them
// in order.
func ownedByUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// machineLoad returns "": the load is not known here.
func machineLoad() string { return "" }
