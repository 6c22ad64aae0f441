package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// stopGrace bounds the orderly end of a contender.
	stopGrace = 5 * time.Second
	// outputKept bounds the part of a contender's output that is kept for its
	// summary.
	outputKept = 16 << 10
)

// program is the command of a contender.
type program struct {
	path string
	args []string
	env  []string // added to the environment of this program without GOGC
	dir  string
}

// child is a running contender.
type child struct {
	cmd    *exec.Cmd
	output *tail
	ended  chan struct{}
}

// start starts a program. It runs until it ends, is stopped, or ctx ends.
func (p program) start(ctx context.Context) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, p.path, p.args...), output: &tail{}, ended: make(chan struct{})}
	c.cmd.Dir = p.dir
	c.cmd.Env = append(withoutGOGC(os.Environ()), p.env...)
	c.cmd.Stdout, c.cmd.Stderr = c.output, c.output
	c.cmd.SysProcAttr = ownedByUs()
	c.cmd.WaitDelay = stopGrace
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", p.path, err)
	}
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait() // the process's state has the result
	}()
	return c, nil
}

// withoutGOGC removes GOGC, since each contender sets its own.
func withoutGOGC(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "GOGC=") {
			kept = append(kept, e)
		}
	}
	return kept
}

// stop stops the child and waits for it. On SIGTERM pulsh and the bare loop flush.
// The Go tool ends at once; an interrupt would hang it.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
		return
	case <-time.After(stopGrace):
	}
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// running reports whether the child is running.
func (c *child) running() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// cpu returns the CPU time of the child so far.
func (c *child) cpu() (time.Duration, error) { return cpuOf(c.cmd.Process.Pid) }

// died returns an error for a child that ended by itself.
func (c *child) died() error {
	return fmt.Errorf("it ended by itself (%s); its last words: %s", c.cmd.ProcessState, c.output.last(3))
}

// tail is a writer that keeps the end of its input.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write keeps the end of p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - outputKept; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// String returns the kept part.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// last joins the last lines that are not empty.
func (t *tail) last(n int) string {
	lines := strings.FieldsFunc(t.String(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(len(lines)-n, 0):], " / ")
}
