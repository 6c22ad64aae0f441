package tty

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// stopMax is the longest time that a stop takes to happen. Without job control,
// in a session without a shell, the kernel ignores the stop, and Suspend returns
// after this time.
const stopMax = 300 * time.Millisecond

// Suspend stops the process group, as Ctrl-Z does in a terminal that is not raw,
// and returns when it is continued. The caller restores the terminal before and
// takes it again afterwards.
func Suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	if unix.Kill(0, unix.SIGTSTP) != nil {
		return
	}
	// kill returns before the stop takes effect, and the process continues after
	// it.
	select {
	case <-continued:
	case <-time.After(stopMax):
	}
}
