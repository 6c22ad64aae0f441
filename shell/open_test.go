package shell

import (
	"os"
	"os/exec"
	"testing"

	"pulsh/shell/ptytest"
)

// open starts the toy shell on a terminal of the given size.
func open(t testing.TB, width, height int, words string, env ...string) *ptytest.Terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	switch words {
	case "under": // under a shell that owns the session
		cmd = exec.Command("sh", "-c", `"$0"; cat`, os.Args[0])
	case "jobs": // under a shell with job control
		cmd = exec.Command("sh", "-c", `set -m; "$0"; echo STOPPED; read word; fg; echo ENDED; cat`, os.Args[0])
	}
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", toyVariable+"=toy "+words)
	cmd.Env = append(cmd.Env, env...)
	return ptytest.Start(t, cmd, width, height)
}
