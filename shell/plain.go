package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"pulsh/shell/screen"
)

const (
	statusEvery = time.Second
	// lineMax is the longest line read from stdin, in bytes: longer than any
	// command, and small enough to refuse a binary file at once.
	lineMax = 1 << 20
)

// plainFace is the shell without a terminal.
type plainFace struct {
	cfg      Config
	out      *lines
	finished chan error
	ended    chan os.Signal
	status   *time.Ticker
}

func newPlain(cfg Config) *plainFace {
	p := &plainFace{cfg: cfg, finished: make(chan error, 1), ended: make(chan os.Signal, 2)}
	p.out = &lines{print: func(lines ...string) { p.print(cfg.Stdout, lines...) }}
	return p
}

// print writes lines without their escape sequences. A closed pipe is no fault
// of the load: what cannot be told is left.
func (p *plainFace) print(w io.Writer, lines ...string) {
	for _, line := range lines {
		_, _ = io.WriteString(w, screen.PlainText(line)+"\n")
	}
}

// run executes the lines of the configuration, then, unless it is a batch, those
// of stdin, and returns the exit code.
func (p *plainFace) run(ctx context.Context) int {
	signal.Notify(p.ended, endSignals()...)
	defer signal.Stop(p.ended)
	p.status = time.NewTicker(statusEvery)
	defer p.status.Stop()

	code := p.all(ctx)
	code = p.leave(code)
	p.print(p.cfg.Stdout, p.cfg.Summary()...)
	return code
}

// all executes line after line until one fails or says quit.
func (p *plainFace) all(ctx context.Context) int {
	code := ExitDone
	next := p.source()
	var joined joiner
	for {
		line, more, stop := p.await(ctx, next)
		if stop != nil {
			return *stop
		}
		if !more {
			return code
		}
		whole, complete := joined.add(line)
		if !complete || strings.TrimSpace(whole) == "" {
			continue
		}
		err, stop := p.execute(ctx, whole)
		switch {
		case stop != nil:
			return *stop
		case errors.Is(err, ErrQuit):
			return code
		case err != nil:
			p.print(p.cfg.Stderr, errorLines(err)...)
			code = exitCode(err)
			if !p.cfg.KeepGoing {
				return code
			}
		}
	}
}

// source returns the lines to run, the channel closed after the last. The
// goroutine that reads stdin cannot be ended while it waits there; it ends with
// the program or with stdin, and holds nothing.
func (p *plainFace) source() <-chan string {
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
			p.print(p.cfg.Stderr, fmt.Sprintf("stdin: %v", err))
		}
	}()
	return next
}

// await waits for the next line. stop is set to an exit code when the shell is
// to end instead.
func (p *plainFace) await(ctx context.Context, next <-chan string) (line string, more bool, stop *int) {
	for {
		select {
		case line, more = <-next:
			return line, more, nil
		default:
		}
		select {
		case line, more = <-next:
			return line, more, nil
		case s := <-p.ended:
			code := signalCode(s)
			return "", false, &code
		case <-ctx.Done():
			code := ExitInterrupted
			return "", false, &code
		case <-p.status.C:
			p.tell()
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
}

// execute runs one line. stop is set to an exit code when a signal ended it.
func (p *plainFace) execute(ctx context.Context, line string) (err error, stop *int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { p.finished <- p.cfg.Executor.Execute(ctx, line, p.out) }()
	var giveUp <-chan time.Time
	for {
		select {
		case err := <-p.finished:
			p.out.flush()
			return err, stop
		case s := <-p.ended:
			if stop != nil {
				return nil, stop
			}
			code := signalCode(s)
			stop = &code
			giveUp = time.After(quitMax)
			cancel()
		case <-giveUp:
			return nil, stop
		case <-p.status.C:
			p.tell()
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
}

// leave closes what runs, within quitMax; a signal skips what takes time.
func (p *plainFace) leave(code int) int {
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
			return code
		case <-limit:
			return code
		case s := <-p.ended:
			skip()
			if code == ExitDone {
				code = signalCode(s)
			}
		case note, ok := <-p.cfg.Notes:
			p.note(note, ok)
		}
	}
}

func (p *plainFace) tell() {
	if line := p.cfg.StatusLine(); line != "" {
		p.print(p.cfg.Stderr, line)
	}
}

func (p *plainFace) note(line string, ok bool) {
	if !ok {
		p.cfg.Notes = nil
		return
	}
	p.print(p.cfg.Stderr, line)
}

// lastNotes prints the notes that wait.
func (p *plainFace) lastNotes() {
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
