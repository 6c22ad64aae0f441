package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"pulsh/shell/screen"
)

const (
	statusEvery = time.Second
	// lineMax is the length in bytes of the longest line read from stdin: longer
	// than any command, and short enough to refuse a binary file at once.
	lineMax = 1 << 20
)

// plainShell is the shell without a terminal.
type plainShell struct {
	cfg      Config
	out      *lines
	finished chan error
	ended    chan os.Signal
	status   *time.Ticker
	code     int
	running  string // the name of the running task
	begun    time.Time
	stopped  bool       // a signal or the context has set code
	lost     chan error // an error of writing results
	told     bool       // of it
}

func newPlain(cfg Config) *plainShell {
	p := &plainShell{cfg: cfg, finished: make(chan error, 1), ended: make(chan os.Signal, 2), lost: make(chan error, 1)}
	p.out = &lines{print: p.result}
	return p
}

// print writes lines without their escape sequences to stderr or a result to stdout.
func (p *plainShell) print(w io.Writer, lines ...string) (err error) {
	for _, line := range lines {
		_, failed := io.WriteString(w, screen.PlainText(line)+"\n")
		err = errors.Join(err, failed)
	}
	return err
}

// tellUser prints to stderr. There is no other place to report an error.
func (p *plainShell) tellUser(lines ...string) { _ = p.print(p.cfg.Stderr, lines...) }

// result prints to stdout. An error, as of a closed pipe or a full disk, ends the run.
func (p *plainShell) result(lines ...string) {
	if err := p.print(p.cfg.Stdout, lines...); err != nil {
		select {
		case p.lost <- err:
		default:
		}
	}
}

// losing tells of results that could not be written, and stops the shell.
func (p *plainShell) losing(err error) {
	if p.told {
		return
	}
	p.told = true
	why := "the disk is full"
	switch path, ok := errors.AsType[*fs.PathError](err); {
	case errors.Is(err, syscall.EPIPE):
		why = "their reader has gone (broken pipe)"
	case ok:
		why = path.Err.Error()
	}
	p.tellUser("the results cannot be written: " + why)
	p.stop(ExitFailed)
}

// run runs the lines of the configuration and, unless it is a batch, those of
// stdin. It returns the exit code.
func (p *plainShell) run(ctx context.Context) int {
	notify(p.ended)
	defer signal.Stop(p.ended)
	signal.Ignore(syscall.SIGPIPE) // a write to a closed pipe returns an error instead
	p.status = time.NewTicker(statusEvery)
	defer p.status.Stop()

	p.all(ctx)
	p.leave()
	p.result(p.cfg.Summary()...)
	select {
	case err := <-p.lost:
		p.losing(err)
	default:
	}
	return p.code
}

// all runs line after line until one fails or ends the shell.
func (p *plainShell) all(ctx context.Context) {
	next := p.source()
	var joined joiner
	if first := p.cfg.First; first.Run != nil {
		if err := p.execute(ctx, first); p.stopped {
			return
		} else if err != nil {
			p.tellUser(errorLines(err)...)
		}
	}
	for {
		line, ok := p.await(ctx, next)
		if !ok {
			return
		}
		whole, complete := joined.add(line)
		if !complete || strings.TrimSpace(whole) == "" {
			continue
		}
		p.cfg.History.Add(whole)
		err := p.execute(ctx, Task{whole, func(ctx context.Context, out io.Writer) error {
			return p.cfg.Executor.Execute(ctx, whole, out)
		}})
		if p.stopped || errors.Is(err, ErrQuit) {
			return
		}
		if err != nil {
			p.tellUser(errorLines(err)...)
			p.code = exitCode(err)
			if !p.cfg.KeepGoing {
				return
			}
		}
	}
}

// stop sets the exit code, unless an earlier stop did.
func (p *plainShell) stop(code int) {
	if !p.stopped {
		p.stopped, p.code = true, code
	}
}

// source returns the lines to run on a channel that is closed after the last.
// The goroutine that reads stdin cannot be stopped while it waits there; it ends
// with stdin or with the program, and holds no resources.
func (p *plainShell) source() <-chan string {
	next := make(chan string)
	go func() {
		defer close(next)
		for _, line := range p.cfg.Lines {
			next <- line
		}
		if p.cfg.Batch {
			return
		}
		in := bufio.NewScanner(p.cfg.Stdin)
		in.Buffer(nil, lineMax)
		for in.Scan() {
			next <- in.Text()
		}
		if err := in.Err(); err != nil {
			p.tellUser(fmt.Sprintf("stdin: %v", err))
		}
	}()
	return next
}

// await waits for the next line. It reports false after the last line and when
// the shell ends.
func (p *plainShell) await(ctx context.Context, next <-chan string) (line string, ok bool) {
	for !p.stopped {
		select {
		case line, ok = <-next:
			return line, ok
		case s := <-p.ended:
			p.stop(signalCode(s))
		case <-ctx.Done():
			p.stop(ExitInterrupted)
		case err := <-p.lost:
			p.losing(err)
		case <-p.status.C:
			p.tell()
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
	return "", false
}

// execute runs a task. A signal or the end of ctx cancels the task and stops the
// shell; execute then waits for at most quitMax.
func (p *plainShell) execute(ctx context.Context, t Task) error {
	p.running, p.begun = t.Name, time.Now()
	defer func() { p.running = "" }()
	lineCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { p.finished <- t.Run(lineCtx, p.out) }()
	var giveUp <-chan time.Time
	ending := ctx.Done()
	end := func(code int) {
		p.stop(code)
		cancel()
		ending, giveUp = nil, time.After(quitMax)
	}
	for {
		select {
		case err := <-p.finished:
			p.out.flush()
			if ctx.Err() != nil {
				p.stop(ExitInterrupted)
			}
			return err
		case s := <-p.ended:
			if p.stopped {
				return nil // the second one: do not wait
			}
			end(signalCode(s))
		case <-ending:
			end(ExitInterrupted)
		case err := <-p.lost:
			p.losing(err)
			end(ExitFailed)
		case <-giveUp:
			return nil
		case <-p.status.C:
			p.tell()
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
}

// leave calls Close and waits for it, at most quitMax. A signal ends its
// context.
func (p *plainShell) leave() {
	ctx, skip := context.WithTimeout(context.Background(), quitMax-quitGrace)
	defer skip()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		p.cfg.Close(ctx)
	}()
	limit := time.After(quitMax)
	for {
		select {
		case <-closed:
			p.lastNotes()
			return
		case <-limit:
			return
		case s := <-p.ended:
			skip()
			p.stop(signalCode(s))
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
}

// tell prints the status line and the progress of the running command.
func (p *plainShell) tell() {
	line := p.cfg.StatusLine()
	now := time.Now()
	if far := p.cfg.Progress(now, now.Sub(p.begun)); far != "" && p.running != "" {
		if line != "" {
			line += " | "
		}
		line += shortened(p.running) + "  " + far
	}
	if line != "" {
		p.tellUser(line)
	}
}

// runningMost is how many characters of the running line are told with its progress.
const runningMost = 40

// shortened returns the beginning of a line, which with -e may be long.
func shortened(line string) string {
	all := []rune(line)
	if len(all) <= runningMost {
		return line
	}
	return strings.TrimSpace(string(all[:runningMost-1])) + "…"
}

func (p *plainShell) note(line string, ok bool) {
	if !ok {
		p.cfg.Notes = nil
		return
	}
	p.tellUser(line)
}

// lastNotes prints the notes that wait.
func (p *plainShell) lastNotes() {
	for {
		select {
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
			if !ok {
				return
			}
		default:
			return
		}
	}
}
