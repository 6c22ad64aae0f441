package tty

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// stopMax is how long a stop may take to happen. Without job control (no shell
// above us) the kernel ignores it, and we go on after this.
const stopMax = 300 * time.Millisecond

// Suspend stops the whole process group, as Ctrl-Z does in a terminal that is
// not raw, and returns when it is continued. The caller gives the terminal back
// before and takes it again after.
func Suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	if unix.Kill(0, unix.SIGTSTP) != nil {
		return
	}
	// kill returns before the stop takes effect; both events follow it.
	select {
	case <-continued:
	case <-time.After(stopMax):
	}
}
