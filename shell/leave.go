package shell

import (
	"context"
	"time"

	"pulsh/shell/screen"
)

const (
	// quitMax is the longest time that an exit takes, whatever the broker does.
	quitMax = 3 * time.Second
	// quitGrace is the time that Close has after its context ended.
	quitGrace = 250 * time.Millisecond
)

// leave cancels the command, calls Close, and waits for both while it goes on
// painting. Ctrl-C, a signal and quitMax end the wait.
func (l *loop) leave() {
	l.busy.Store(true)
	ctx, skip := context.WithTimeout(context.Background(), quitMax-quitGrace)
	defer skip()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		defer l.guard()
		l.cfg.Close(ctx)
	}()
	var running <-chan error
	if l.command != nil {
		l.command.cancel()
		running = l.finished
		l.command = nil
	}
	begun := time.Now()
	ticker := time.NewTicker(l.period)
	defer ticker.Stop()
	ending := ctx.Done()
	var grace <-chan time.Time
	for closed != nil || running != nil {
		select {
		case <-closed:
			closed = nil
		case <-running:
			running = nil
		case now := <-ticker.C:
			l.showLeaving(now, now.Sub(begun))
			l.refresh(now)
		case <-l.screen.Changed():
			l.paint()
		case note, ok := <-l.cfg.Notes:
			l.takeNote(note, ok)
		case <-l.resized:
			l.sized(-1) // the key reader may have ended
		case <-l.interrupt:
			skip()
		case <-l.ended:
			skip()
		case <-ending:
			ending, grace = nil, time.After(quitGrace)
		case <-grace:
			return
		}
	}
	l.screen.Print(l.notes.take()...)
}

// showLeaving shows the progress of the exit in the row of the input line.
func (l *loop) showLeaving(now time.Time, took time.Duration) {
	if took < quickCommand {
		return
	}
	text := "… stopping"
	if far := l.cfg.Progress(now, took); far != "" {
		text += "  " + far
	}
	width, _ := l.screen.Size()
	l.screen.SetPrompt(screen.TextView(faint(text+", Ctrl-C skips"), width, l.screen.Color()))
}

// giveBack restores the terminal. It may be called from any goroutine, any
// number of times.
func (l *loop) giveBack() {
	l.screen.Stop()
	l.term.Restore()
}

// guard is deferred in every goroutine of the shell. It restores the terminal
// before a panic ends the program.
func (l *loop) guard() {
	if fault := recover(); fault != nil {
		l.giveBack()
		panic(fault)
	}
}

// interrupted handles Ctrl-C if a command runs or the shell is leaving. It runs
// on the goroutine of the key reader.
func (l *loop) interrupted() bool {
	if !l.busy.Load() {
		return false
	}
	select {
	case l.interrupt <- struct{}{}:
	default:
	}
	return true
}
