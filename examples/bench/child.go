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
	// stopGrace is how long a contender may take to end by itself.
	stopGrace = 5 * time.Second
	// outputKept bounds what is kept of a contender's output: its summary.
	outputKept = 16 << 10
)

// program is a command to run as a contender.
type program struct {
	path string
	args []string
	env  []string // added to this program's, which has no GOGC
	dir  string
}

// child is a running contender.
type child struct {
	cmd    *exec.Cmd
	output *tail
	ended  chan struct{}
}

// start runs a program until it ends, is stopped, or ctx is done.
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
		_ = c.cmd.Wait() // the process's state tells what matters
	}()
	return c, nil
}

// withoutGOGC leaves the collector as each contender sets it itself.
func withoutGOGC(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "GOGC=") {
			kept = append(kept, e)
		}
	}
	return kept
}

// stop ends the child and waits for it. SIGTERM lets pulsh and the bare loop
// flush; the Go tool dies of it at once, where an interrupt would hang it.
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

// running says whether the child has not ended.
func (c *child) running() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// cpu is the processor time that the child has used so far.
func (c *child) cpu() (time.Duration, error) { return cpuOf(c.cmd.Process.Pid) }

// died describes a child that ended by itself.
func (c *child) died() error {
	return fmt.Errorf("it ended by itself (%s); its last words: %s", c.cmd.ProcessState, c.output.last(3))
}

// tail keeps the end of what is written to it.
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

// String is what has been kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// last joins the last lines that say something.
func (t *tail) last(n int) string {
	lines := strings.FieldsFunc(t.String(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(len(lines)-n, 0):], " / ")
}
