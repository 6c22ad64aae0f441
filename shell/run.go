package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"pulsh/shell/tty"
)

// Run runs a shell until the user leaves, ctx ends or a signal comes, and
// returns the exit code. With a terminal that can do it, and lines to type, it
// takes the whole screen; otherwise it uses the plain face.
func Run(ctx context.Context, cfg Config) int {
	cfg = cfg.withDefaults()
	if cfg.Batch || tty.Usable(cfg.Stdin, cfg.Stdout, cfg.Env("TERM")) != nil {
		return newPlain(cfg).run(ctx)
	}
	keeper := tty.Keep()
	defer keeper.Release()
	term, err := tty.Open(cfg.Stdin, cfg.Stdout)
	if err == nil {
		err = term.Raw()
	}
	if err != nil {
		fmt.Fprintln(cfg.Stderr, err)
		return newPlain(cfg).run(ctx)
	}
	return newLoop(cfg, term).run(ctx)
}

// exitCode returns the code that err asks for, 1 when it does not say.
func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return ExitFailed
}

// signalCode returns the exit code of a program that a signal ended.
func signalCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return ExitInterrupted
}

// endSignals are the signals that end the shell in order.
func endSignals() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// joiner puts together lines that end in an odd number of backslashes, or that
// are unfinished otherwise.
type joiner struct {
	unfinished func(line string) bool // nil knows of none

	begun string
	open  bool // a line waits for its continuation
}

// add takes a line and returns the whole one when it is complete.
func (j *joiner) add(line string) (whole string, complete bool) {
	whole = j.begun + line
	slashes := len(line) - len(strings.TrimRight(line, `\`))
	switch {
	case slashes%2 == 1:
		j.begun, j.open = strings.TrimSuffix(whole, `\`), true
		return "", false
	case j.unfinished != nil && len(whole) < lineMax && j.unfinished(whole):
		j.begun, j.open = whole+" ", true
		return "", false
	}
	j.drop()
	return whole, true
}

// drop forgets what was begun.
func (j *joiner) drop() { j.begun, j.open = "", false }
