// Package main kills a local Pulsar with SIGKILL again and again under load, and fails
// if a message is lost or duplicated without a reason:
//
//	go run ./examples/survive -kills 100 -rate 20000
//
// The load is survive.pulsh beside this file: a producer group on each engine, and the
// four types of subscriptions, two on each engine. -swap exchanges their engines. It is
// run by pulsh itself, and judged by the JSON that it writes.
//
// A message that was in flight when the server died may be stored and sent again,
// because Pulsar does not remove duplicates by default. Such a duplicate is stored in
// the topic, so all subscriptions have the same ones, and there are no more of them
// than fit in flight. Any other number means that a consumer has made them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// The exit codes, which are those of pulsh.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// options are the flags.
type options struct {
	pulsh string // the program; "" builds it
	dir   string // of the local server; "" is a new one that is removed
	kills int
	rate  int
	every time.Duration
	swap  bool
}

func main() {
	var o options
	flag.StringVar(&o.pulsh, "pulsh", "", "the pulsh to run; built if not given")
	flag.StringVar(&o.dir, "local-dir", "", "data folder of the local Pulsar; a new one if not given")
	flag.IntVar(&o.kills, "kills", 100, "number of kills")
	flag.IntVar(&o.rate, "rate", 20_000, "messages per second of both producer groups together")
	flag.DurationVar(&o.every, "every", 30*time.Second, "interval between two kills")
	flag.BoolVar(&o.swap, "swap", false, "exchange the engines of the subscriptions")
	flag.Parse()
	if flag.NArg() > 0 || o.kills < 1 || o.rate < 2 || o.every < time.Second {
		fmt.Fprintln(os.Stderr, "at least 1 kill, 2 messages per second and 1s between kills; try: go run ./examples/survive -kills 10")
		os.Exit(exitUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := survive(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	os.Exit(exitDone)
}

// survive runs the load and judges it.
func survive(ctx context.Context, o options) error {
	work, err := os.MkdirTemp("", "survive-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if o.pulsh == "" {
		o.pulsh = filepath.Join(work, "pulsh")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.pulsh, "pulsh")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("building pulsh: %w", err)
		}
	}
	if o.dir == "" {
		o.dir = filepath.Join(work, "server")
	}
	script := filepath.Join(work, "survive.pulsh")
	if err := os.WriteFile(script, load, 0o600); err != nil {
		return err
	}
	report := filepath.Join(work, "run.json")
	ran := o.run(ctx, script, report)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	r, err := readReport(report)
	if err != nil {
		return errors.Join(ran, err)
	}
	fmt.Print(r.summary())
	return errors.Join(append(r.judge(o.kills), ran)...)
}

// run runs pulsh, and ends it like Ctrl-C when ctx ends.
func (o options) run(ctx context.Context, script, report string) error {
	first, second := "client", "wire"
	if o.swap {
		first, second = second, first
	}
	args := []string{"--local", "--local-dir", o.dir, "--yes", "--allow-behind", "-k", "-f", script, "--json", report}
	for _, v := range []string{
		"rate=" + strconv.Itoa(o.rate/2), "every=" + o.every.String(), "time=" + (time.Duration(o.kills) * o.every).String(), "first=" + first, "second=" + second,
	} {
		args = append(args, "--set", v)
	}
	c := exec.CommandContext(ctx, o.pulsh, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = time.Minute
	if err := c.Run(); err != nil {
		return fmt.Errorf("pulsh: %w", err)
	}
	return nil
}
