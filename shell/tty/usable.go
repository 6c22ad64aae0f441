package tty

import (
	"errors"
	"fmt"
	"os"

	"github.com/mattn/go-isatty"
)

// The errors of Usable.
var (
	ErrNotTerminal = errors.New("stdin or stdout is not a terminal")
	ErrDumb        = errors.New("the terminal cannot move its cursor (TERM is empty or dumb)")
)

// Usable returns nil if the shell can use the full screen: stdin and stdout are
// terminals, TERM is neither empty nor "dumb", and there is a controlling terminal,
// which signals and the Keeper need. Otherwise it returns the reason.
func Usable(stdin, stdout *os.File, term string) error {
	if !isatty.IsTerminal(stdin.Fd()) || !isatty.IsTerminal(stdout.Fd()) {
		return ErrNotTerminal
	}
	if term == "" || term == "dumb" {
		return ErrDumb
	}
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("there is no controlling terminal: %w", err)
	}
	return f.Close()
}
