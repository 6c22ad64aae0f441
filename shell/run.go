package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"pulsh/shell/tty"
)

// Run runs a shell until the user leaves, ctx ends or a signal comes, and
// returns the exit code. It takes the whole screen if there is a usable terminal
// and no batch; otherwise the shell is plain.
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

// exitCode returns the exit code of err, ExitFailed if err has none.
func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return ExitFailed
}

// signalCode returns the exit code after a signal.
func signalCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return ExitInterrupted
}

// EndSignals returns the signals that end the shell in order. A signal that was
// ignored at the start stays ignored, so that a script under nohup, or behind an &
// in a shell without job control, outlives the logout.
func EndSignals() []os.Signal {
	return slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}, signal.Ignored)
}

// EndContext returns a context that ends with the first end signal, and a function
// that gives the signals back.
func EndContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if signals := EndSignals(); len(signals) > 0 {
		return signal.NotifyContext(ctx, signals...)
	}
	return context.WithCancel(ctx)
}

// notify sends the end signals to c. Without any it does nothing: signal.Notify
// would then take all signals there are.
func notify(c chan<- os.Signal) {
	if signals := EndSignals(); len(signals) > 0 {
		signal.Notify(c, signals...)
	}
}

// joiner joins lines that end in an odd number of backslashes or are unfinished
// otherwise.
type joiner struct {
	unfinished func(line string) bool // may be nil

	begun string
	open  bool // a line waits for its next part
}

// add takes a line. If the line completes a whole one, add returns it.
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

// drop forgets an incomplete line.
func (j *joiner) drop() { j.begun, j.open = "", false }
