package tty

import (
	"io"
	"os"
	"os/exec"
	"strings"
)

// keeperScript waits for the end of its input. A word before the end means that
// the program has restored the terminal. Without a word the program was killed
// or has panicked in a goroutine of a library, and the script restores the
// modes. If the calling shell has taken the terminal back already, stty fails
// and the script does nothing.
const keeperScript = `trap '' HUP INT QUIT TERM PIPE
exec 3<>/dev/tty || exit
read -r word && exit
stty "$1" <&3 && printf '\0337\033[?2026l\033[r\033[0m\033[?7h\033[?2004l\033[?25h\0338\r\n\033[J' >&3`

// Keeper is a process of about one MiB that restores the terminal if the program
// dies. A nil Keeper does nothing.
type Keeper struct {
	process *exec.Cmd
	word    io.WriteCloser
}

// Keep starts a Keeper for the present modes of the terminal; it must be called
// before Raw. It returns nil on a system without sh and stty.
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

// Release ends the Keeper and waits for it. The terminal must be restored
// before.
func (k *Keeper) Release() {
	if k == nil {
		return
	}
	// After an error the process ends all the same, with its input.
	_, _ = io.WriteString(k.word, "done\n")
	_ = k.word.Close()
	_ = k.process.Wait()
}
