package shell

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pulsh/graphs/measure"
	"pulsh/shell/screen"
)

// quickCommand is the time after which the row of the input line shows the
// running command. Most commands end sooner, and the row would only flicker.
const quickCommand = 300 * time.Millisecond

// quitAfter is how long a command may go on after a quit was typed ahead.
const quitAfter = time.Second

// leaveWords are the lines that leave the shell.
var leaveWords = []string{"quit", "exit"}

// command is the running line.
type command struct {
	line      string
	begun     time.Time
	cancel    context.CancelFunc
	cancelled time.Time // the time of Ctrl-C, zero before
	leaving   time.Time // when a quit was typed ahead, zero without
}

// start runs line.
func (l *loop) start(line string) {
	l.startTask(Task{line, func(ctx context.Context, out io.Writer) error {
		return l.cfg.Executor.Execute(ctx, line, out)
	}})
}

// startTask runs a task in a goroutine of its own, which ends with the task.
// conclude or leave receives its error.
func (l *loop) startTask(t Task) {
	ctx, cancel := context.WithCancel(context.Background())
	l.command = &command{line: t.Name, begun: time.Now(), cancel: cancel}
	l.busy.Store(true)
	go func() {
		defer l.guard()
		l.finished <- t.Run(ctx, l.out)
	}()
}

// leaving cancels a command that hangs while the next line, typed ahead, is one that
// leaves the shell. The command has quitAfter to end by itself.
func (l *loop) leaving(now time.Time) {
	c := l.command
	if !c.cancelled.IsZero() {
		return
	}
	switch next, _, entered := strings.Cut(l.editor.Ahead(), "⏎"); {
	case !entered || !slices.Contains(leaveWords, strings.TrimSpace(next)) || l.cfg.Waits != nil && l.cfg.Waits(c.line):
		c.leaving = time.Time{}
	case c.leaving.IsZero():
		c.leaving = now
	case now.Sub(c.leaving) >= quitAfter:
		l.cancel()
	}
}

// end forgets the command after it has returned.
func (l *loop) end() {
	l.command.cancel()
	l.command = nil
	l.busy.Store(false)
}

// cancel asks the command to end. It reports true if the command does not end
// although it was asked stuckAfter ago; the shell then exits.
func (l *loop) cancel() (stuck bool) {
	c := l.command
	if c == nil {
		return false // it has just ended
	}
	if c.cancelled.IsZero() {
		c.cancelled = time.Now()
		c.cancel()
		return false
	}
	return time.Since(c.cancelled) >= stuckAfter
}

// showCommand shows the running command and the text typed ahead in the row of
// the input line.
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

// aheadLeast is the smallest number of columns for the text typed ahead: the
// word that the user is typing.
const aheadLeast = 16

// runningRow returns the row of a running command: the first of heads that
// leaves room for the whole text typed ahead, or the last head and the end of
// that text. Heads are ordered from long to short.
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

// ending returns the end of text in at most width columns, with an ellipsis for
// the rest.
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
