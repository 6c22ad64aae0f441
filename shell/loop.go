package shell

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fatih/color"

	"pulsh/shell/editor"
	"pulsh/shell/screen"
	"pulsh/shell/tty"
)

const (
	prefix         = "> "
	prefixContinue = "… "

	// stuckAfter is the time that a cancelled command may take to end. After it
	// another Ctrl-C exits the shell.
	stuckAfter = 3 * time.Second
	// slowPaint is longer than any write to a terminal on this machine takes.
	// After a longer write painting pauses, so that a slow link carries keys and
	// not frames.
	slowPaint = 20 * time.Millisecond
	restShare = 4           // the pause in multiples of the slow write
	restMax   = time.Second // the longest pause
)

// loop owns the terminal while the shell runs. Its fields belong to the
// goroutine in run, except for channels, atomics, and fields that say otherwise.
type loop struct {
	cfg    Config
	term   *tty.Terminal
	screen *screen.Screen
	editor *editor.Editor
	out    *lines

	ask       chan request  // one line is read for each
	inputs    chan input    // the results of ReadLine
	finished  chan error    // the results of Execute
	interrupt chan struct{} // Ctrl-C while busy
	ended     chan os.Signal
	resized   chan os.Signal
	sizing    sizing
	busy      atomic.Bool // a command runs or the shell is leaving: Ctrl-C does not go to the editor

	command  *command  // nil while the user may type
	question *Question // the question of the command, nil for none
	queued   []string  // lines of the configuration that have not run yet
	joined   joiner
	notes    notes
	rest     time.Time // the end of the pause after a slow write
	period   time.Duration
	ticker   *time.Ticker
}

// request asks for a line: a command, or the answer to a question.
type request struct {
	prefix   string
	question bool
}

// input is one line, or the reason for its absence.
type input struct {
	line  string
	event editor.Event
}

func newLoop(cfg Config, term *tty.Terminal) *loop {
	width, height := term.Size()
	l := &loop{
		cfg: cfg, term: term, queued: cfg.Lines, period: refreshDefault,
		screen: screen.New(term, width, height, screen.Options{
			Color: !color.NoColor, Size: term.Size,
		}),
		ask: make(chan request, 1), inputs: make(chan input, 1),
		finished: make(chan error, 1), interrupt: make(chan struct{}, 1),
		ended: make(chan os.Signal, 2), resized: make(chan os.Signal, 1),
	}
	l.sizing.at, l.sizing.late, l.sizing.settle = make(chan int, 1), time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	l.sizing.late.Stop()
	l.sizing.settle.Stop()
	l.out = &lines{print: l.screen.Print}
	l.joined.unfinished = cfg.Unfinished
	return l
}

// run runs the shell on a terminal and returns the exit code.
func (l *loop) run(ctx context.Context) int {
	defer l.term.Close()
	defer l.guard()
	notify(l.ended)
	defer signal.Stop(l.ended)
	signal.Notify(l.resized, syscall.SIGWINCH)
	defer signal.Stop(l.resized)

	l.screen.Start()
	l.screen.Print(l.cfg.Greeting...)
	undo, err := redirect(l.out, l.guard)
	if err != nil {
		l.screen.Print("what libraries print may disturb the screen: " + err.Error())
	}
	l.refresh(time.Now())
	stopReading := l.startReading()

	code := l.serve(ctx)
	l.leave()
	l.term.Wake()
	stopReading()
	undo()
	l.out.flush()
	l.giveBack()
	width, _ := l.screen.Size()
	for _, line := range l.cfg.Summary() {
		for _, row := range screen.FoldText(line, width) {
			_, _ = l.cfg.Stdout.WriteString(row + "\n") // there is no other place to report an error
		}
	}
	return code
}

// startReading starts the editor and the goroutine that reads its lines. stop
// ends both and waits for them.
func (l *loop) startReading() (stop func()) {
	l.editor = editor.New(editor.Config{
		Display: display{l.screen}, Keyboard: l.term,
		History:   l.cfg.History,
		Color:     l.screen.Color(),
		Complete:  l.cfg.Executor.Complete,
		Keys:      l.cfg.Keys,
		Explain:   l.cfg.Explain,
		Scroll:    l.cfg.Scroll,
		Interrupt: l.interrupted,
		Suspend:   l.suspend,
		CursorAt:  l.cursorAt,
		Note:      func(line string) { l.screen.Print(faint(line)) },
		Guard:     l.guard,
		Warned:    l.warned,
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer l.guard()
		for r := range l.ask {
			read := l.editor.ReadLine
			if r.question {
				read = l.editor.ReadAnswer
			}
			line, event := read(r.prefix)
			l.inputs <- input{line, event}
		}
	}()
	return func() {
		close(l.ask)
		l.editor.Close()
		<-done
	}
}

// serve handles events until the shell ends, and returns the exit code.
func (l *loop) serve(ctx context.Context) int {
	l.ticker = time.NewTicker(l.period)
	defer l.ticker.Stop()
	if l.cfg.First.Run != nil {
		l.startTask(l.cfg.First)
	} else {
		l.next()
	}
	for {
		select {
		case in := <-l.inputs:
			switch {
			case in.event == editor.Closed:
				return signalCode(syscall.SIGHUP)
			case l.question != nil:
				l.answered(in.line)
			case in.event == editor.Line:
				l.enter(in.line, true)
			case in.event == editor.Interrupted:
				l.joined.drop()
				l.next()
			case in.event == editor.EOF:
				return ExitDone
			}
		case err := <-l.finished:
			if l.conclude(err) {
				return ExitDone
			}
		case <-l.screen.Changed():
			l.paint()
		case now := <-l.ticker.C:
			l.tick(now)
		case note, ok := <-l.cfg.Notes:
			l.takeNote(note, ok)
		case q := <-l.cfg.Questions:
			l.put(q)
		case <-l.resized:
			l.resize()
		case <-l.sizing.settle.C:
			l.askCursor()
		case row := <-l.sizing.at:
			l.sized(row)
		case <-l.sizing.late.C:
			l.sizing.silence++
			l.sized(-1)
		case <-l.interrupt:
			if l.cancel() {
				return ExitInterrupted
			}
		case s := <-l.ended:
			return signalCode(s)
		case <-ctx.Done():
			return ExitInterrupted
		}
	}
}

// next runs a line of the configuration, or asks the user for one.
func (l *loop) next() {
	if len(l.queued) > 0 {
		line := l.queued[0]
		l.queued = l.queued[1:]
		l.screen.Commit(l.prefixed(prefix) + line)
		l.enter(line, false)
		return
	}
	if l.joined.open {
		l.ask <- request{prefix: l.prefixed(prefixContinue)}
	} else {
		l.ask <- request{prefix: l.prefixed(prefix)}
	}
}

// prefixed returns the prefix of a line, after the warning if there is one.
func (l *loop) prefixed(prefix string) string {
	if l.cfg.Warning == nil {
		return prefix
	}
	return l.cfg.Warning() + prefix
}

// warned reports whether prompts have a warning.
func (l *loop) warned() bool { return l.cfg.Warning != nil && l.cfg.Warning() != "" }

// enter takes a line and runs it if it is complete. Typed lines go to the
// history.
func (l *loop) enter(line string, typed bool) {
	whole, complete := l.joined.add(line)
	if !complete || strings.TrimSpace(whole) == "" {
		l.next()
		return
	}
	if typed {
		l.cfg.History.Add(whole)
	}
	l.start(whole)
}

// conclude ends the command that returned err. It reports whether the shell
// exits.
func (l *loop) conclude(err error) (quit bool) {
	l.out.flush()
	cancelled := l.command.cancelled
	l.end()
	switch {
	case errors.Is(err, ErrQuit):
		return true
	case err == nil:
	case errors.Is(err, context.Canceled) && !cancelled.IsZero():
		l.screen.Print(faint("  cancelled"))
	default:
		l.screen.Print(errorLines(err)...)
	}
	l.next()
	return false
}

func (l *loop) takeNote(note string, ok bool) {
	if !ok {
		l.cfg.Notes = nil
		return
	}
	l.notes.add(note)
}

// tick paints the next frame and applies a changed refresh period.
func (l *loop) tick(now time.Time) {
	if !now.Before(l.rest) {
		l.refresh(now)
	}
	if period := max(l.cfg.Refresh(), refreshMin); period != l.period {
		l.period = period
		l.ticker.Reset(period)
	}
}

// refresh paints frame, notes and running command.
func (l *loop) refresh(now time.Time) {
	width, height := l.screen.Size()
	frame := l.cfg.Frames(now, width, screen.Budget(height))
	l.screen.SetLive(frame.Graph, frame.Status)
	l.screen.Print(l.notes.take()...)
	if l.command != nil && l.question == nil {
		l.showCommand(now, width)
		l.leaving(now)
	}
	l.paint()
}

// paint paints the screen. After a slow write it begins a pause.
func (l *loop) paint() {
	begun := time.Now()
	l.screen.Paint()
	if took := time.Since(begun); took > slowPaint {
		l.rest = time.Now().Add(min(restShare*took, restMax))
	}
}

const (
	// settleTime is how long a size must last: a window that is dragged changes its
	// size many times a second.
	settleTime = 100 * time.Millisecond
	// cursorWait bounds the wait for the terminal's report of the cursor: longer than
	// a connection around the world takes.
	cursorWait = 500 * time.Millisecond
	// cursorTries is how many requests without a report show that the terminal
	// reports none.
	cursorTries = 2
)

// sizing is a change of size that waits for the place of the cursor.
type sizing struct {
	asked   atomic.Int32 // requests without a report
	at      chan int     // reports: the row of the cursor
	settle  *time.Timer
	late    *time.Timer
	silence int // requests in a row without a report in time
}

// resize takes a change of the terminal's size, and waits for the last one of several.
func (l *loop) resize() {
	l.screen.Hold()
	l.sizing.settle.Reset(settleTime)
}

// askCursor asks where the cursor is now; the report, or its absence, leads to sized.
func (l *loop) askCursor() {
	if l.sizing.silence >= cursorTries {
		l.sized(-1)
		return
	}
	l.sizing.asked.Add(1)
	l.screen.AskCursor()
	l.sizing.late.Reset(cursorWait)
}

// cursorAt takes the terminal's report. It runs on the goroutine of the key reader.
func (l *loop) cursorAt(row, _ int) bool {
	left := l.sizing.asked.Add(-1)
	if left < 0 {
		l.sizing.asked.Store(0)
		return false // nobody asked
	}
	if left == 0 { // of several changes the last one counts
		select {
		case l.sizing.at <- row:
		default:
		}
	}
	return true
}

// sized applies the size of the terminal. row is the place of the cursor, or -1.
func (l *loop) sized(row int) {
	l.sizing.late.Stop()
	width, height := l.term.Size()
	if row < 0 {
		l.sizing.asked.Store(0)
		l.screen.Resize(width, height)
	} else {
		l.sizing.silence = 0
		l.screen.ResizeAt(width, height, row)
	}
	l.refresh(time.Now())
	l.editor.Resize()
}
