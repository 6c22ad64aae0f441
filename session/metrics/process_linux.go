package metrics

import (
	"bytes"
	"os"
	"strconv"
)

// statusMax is enough for /proc/self/status, which has about 1500 bytes and
// lists the memory in its first third.
const statusMax = 4096

// memory reads resident memory and its peak, in bytes, from /proc/self/status
// (proc(5)). It returns 0 if it cannot. getrusage(2) also has the peak, but
// includes that of the parent process before an exec.
func memory() (rss, peak int64) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	defer file.Close()
	var buffer [statusMax]byte
	n, _ := file.Read(buffer[:])
	rss, peak = kilobytes(buffer[:n], "VmRSS:"), kilobytes(buffer[:n], "VmHWM:")
	return rss, max(rss, peak)
}

// kilobytes returns, in bytes, the field that status writes as "Name:  123 kB".
func kilobytes(status []byte, name string) int64 {
	_, rest, _ := bytes.Cut(status, []byte(name))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	number, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
	kb, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		return 0
	}
	return kb * 1024
}
