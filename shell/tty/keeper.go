package tty

import (
	"io"
	"os"
	"os/exec"
	"strings"
)

// keeperScript waits for the end of its input. A word there means that all is
// well; without one the program has died in a way that no code of it could
// catch (SIGKILL, a panic in a goroutine of a library), and the modes that it
// left are undone. If the shell above has taken the terminal back already, stty
// fails and nothing is done.
const keeperScript = `trap '' HUP INT QUIT TERM PIPE
exec 3<>/dev/tty || exit
read -r word && exit
stty "$1" <&3 && printf '\0337\033[?2026l\033[r\033[0m\033[?7h\033[?2004l\033[?25h\0338\r\n\033[J' >&3`

// Keeper is a process of about one MiB that outlives the program to restore the
// terminal. A nil Keeper does nothing.
type Keeper struct {
	process *exec.Cmd
	word    io.WriteCloser
}

// Keep starts a Keeper for the modes that the terminal has now; call it before
// Raw. It returns nil on a system without sh and stty.
func Keep() *Keeper {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	defer terminal.Close()
	ask := exec.Command("stty", "-g")
	ask.Stdin = terminal
	modes, err := ask.Output()
	if err != nil {
		return nil
	}
	k := &Keeper{process: exec.Command("sh", "-c", keeperScript, "sh", strings.TrimSpace(string(modes)))}
	if k.word, err = k.process.StdinPipe(); err != nil {
		return nil
	}
	if k.process.Start() != nil {
		return nil
	}
	return k
}

// Release ends the Keeper, after the terminal was restored, and waits for it.
func (k *Keeper) Release() {
	if k == nil {
		return
	}
	// Whatever fails here, the process ends with its input.
	_, _ = io.WriteString(k.word, "done\n")
	_ = k.word.Close()
	_ = k.process.Wait()
}
