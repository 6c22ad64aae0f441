package shell

import (
	"context"
	"fmt"
	"io"
	"time"

	"pulsh/graphs/measure"
	"pulsh/shell/screen"
)

// quickCommand is how long a command may take before its row says that it runs;
// most are done sooner, and the row would only flicker.
const quickCommand = 300 * time.Millisecond

// command is the line that runs.
type command struct {
	line      string
	begun     time.Time
	cancel    context.CancelFunc
	cancelled time.Time // when Ctrl-C asked it to end
}

// start runs line.
func (l *loop) start(line string) {
	l.startTask(Task{line, func(ctx context.Context, out io.Writer) error {
		return l.cfg.Executor.Execute(ctx, line, out)
	}})
}

// startTask runs a task in a goroutine of its own, which ends with it; conclude
// or leave receive what it returns.
func (l *loop) startTask(t Task) {
	ctx, cancel := context.WithCancel(context.Background())
	l.command = &command{line: t.Name, begun: time.Now(), cancel: cancel}
	l.busy.Store(true)
	go func() {
		defer l.guard()
		l.finished <- t.Run(ctx, l.out)
	}()
}

// end forgets the command, which has returned.
func (l *loop) end() {
	l.command.cancel()
	l.command = nil
	l.busy.Store(false)
}

// cancel asks the command to end. It reports true when the command was asked
// long ago and still runs: then the shell is left instead.
func (l *loop) cancel() (stuck bool) {
	c := l.command
	if c == nil {
		return false // it ended in the same moment
	}
	if c.cancelled.IsZero() {
		c.cancelled = time.Now()
		c.cancel()
		return false
	}
	return time.Since(c.cancelled) >= stuckAfter
}

// showCommand says in place of the input line what runs and what was typed ahead.
func (l *loop) showCommand(now time.Time, width int) {
	c := l.command
	took := now.Sub(c.begun)
	if took < quickCommand && c.cancelled.IsZero() {
		return
	}
	state := "Ctrl-C cancels"
	if !c.cancelled.IsZero() {
		state = "stopping"
		if now.Sub(c.cancelled) >= stuckAfter {
			state = "does not stop, Ctrl-C leaves pulsh"
		}
	}
	seconds := fmt.Sprintf("%d s", int(took.Seconds()))
	far := l.cfg.Progress(now, took)
	if far == "" {
		far = seconds
	}
	row := runningRow(width, l.editor.Ahead(),
		"… "+c.line+"  "+far+", "+state, "… "+c.line+"  "+seconds+", "+state, "… "+c.line+", "+state, "… "+state)
	l.screen.SetPrompt(screen.TextView(row, width, l.screen.Color()))
}

// aheadLeast is how many cells of what was typed ahead the row shows at least:
// the word that is being typed.
const aheadLeast = 16

// runningRow is the first of the heads, which become shorter, that leaves room
// for all that was typed ahead; else the last, and the end of what was typed.
func runningRow(width int, ahead string, heads ...string) string {
	if ahead == "" {
		return faint(heads[0])
	}
	const gap = "  "
	for _, head := range heads {
		if measure.Text(head+gap+ahead) <= width {
			return faint(head) + gap + ahead
		}
	}
	last := heads[len(heads)-1] + gap
	if room := width - measure.Text(last); room >= aheadLeast {
		return faint(last) + ending(ahead, room)
	}
	return ending(ahead, width)
}

// ending is the end of a text in so many cells, with a sign of what is left out.
func ending(text string, width int) string {
	const more = "…"
	if measure.Text(text) <= width {
		return text
	}
	for measure.Text(more+text) > width {
		text = text[measure.Next(text):]
	}
	return more + text
}
