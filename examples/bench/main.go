// Package main measures pulsh beside a bare SendAsync loop, the Go client's own
// perf tool and Java's pulsar-perf, in turn on one local Pulsar with the same
// settings:
//
//	go run ./examples/bench -rounds 3 -seconds 10 -only produce/100B/batched
//
// Messages are counted by the broker and processor time by the system, alike
// for all, within a window that begins when a contender is under way. Each run
// has a topic of its own, or a subscription of its own where there is a backlog
// to drain. The first round is thrown away. Ratios are taken round by round.
//
// With -profile it writes a CPU profile of pulsh under a mix of loads instead,
// for a profile-guided build.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"pulsh/session/broker/local"
)

// The exit codes, as pulsh has them.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitInterrupted = 130
)

func main() {
	// Contenders die with the thread that started them.
	runtime.LockOSThread()
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) > 0 && args[0] == local.SuperviseWord {
		return local.Supervise(args[1:])
	}
	if len(args) == 2 && args[0] == bareWord {
		return runBare(args[1], os.Stdout)
	}
	o, err := readOptions(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
		return exitDone
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return report(ctx, bench(ctx, o, args))
}

// bench does what was asked for on a server that it gives back.
func bench(ctx context.Context, o options, args []string) error {
	scratch, err := os.MkdirTemp("", "pulsh-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	t, missing, err := findTools(ctx, o, scratch)
	if err != nil {
		return err
	}
	for _, m := range missing {
		fmt.Fprintln(os.Stderr, m)
	}
	p, err := reach(ctx, o)
	if err != nil {
		return err
	}
	defer p.release()
	if o.profile != "" {
		return profile(ctx, t, p, o)
	}
	s := suite{options: o, tools: t, cluster: p, out: os.Stdout}
	s.introduce(ctx, "go run ./examples/bench "+strings.Join(args, " "))
	return s.run(ctx)
}

// report prints an error and what to try, and returns the exit code.
func report(ctx context.Context, err error) int {
	var next interface{ Advice() string }
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted")
		return exitInterrupted
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.As(err, &next) && next.Advice() != "" {
		fmt.Fprintln(os.Stderr, "  try:", next.Advice())
	}
	return exitFailed
}
