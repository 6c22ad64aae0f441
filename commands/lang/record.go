package lang

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pulsh/graphs"
	"pulsh/session/pacing"
	"pulsh/session/secret"
)

// plan converts the times of lines to offsets for `at`, each from the one before and
// rounded so that errors do not add up.
type plan struct {
	start time.Time
	last  time.Duration // of the last offset, since start
}

// pauseMin is the shortest pause that is recorded. Lines that follow faster were pasted,
// or typed as one.
const pauseMin = 10 * time.Millisecond

// place returns the line that waits until a time, "" for a pause below pauseMin.
func (p *plan) place(at time.Time) string {
	pause := at.Sub(p.start).Round(time.Millisecond) - p.last
	if pause < pauseMin {
		return ""
	}
	p.last += pause
	return "at +" + pacing.FormatDuration(pause) + "\n"
}

// recordingHead returns the beginning of a recording, which sets the variables.
func recordingHead(version string, at time.Time, vars []Variable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Recorded by pulsh %s on %s.\n# pulsh -f FILE replays it, --speed 2 in half the time.\n\n",
		version, at.UTC().Format("2006-01-02 15:04:05 UTC"))
	for _, v := range vars {
		fmt.Fprintf(&b, "%s\n", secret.Redact("let "+v.Name+"="+Quote(v.Value)))
	}
	return b.String()
}

// commented returns a failed line as a comment.
func commented(line, failure string) string {
	first, _, _ := strings.Cut(failure, "\n")
	return "# " + line + "    # " + first + "\n"
}

// replays reports whether a recording repeats a line: it did not fail, or is an
// expectation.
func replays(l Line) bool {
	return l.Failure == "" || strings.HasPrefix(l.Source, "expect ") || strings.HasPrefix(l.Source, "wait until ")
}

// Replay returns the typed lines of a journal as a script. vars are the variables set
// before the first line.
func (j Journal) Replay(version string, vars []Variable) string {
	var b strings.Builder
	var p plan
	for _, l := range j.Lines {
		switch {
		case l.Place != "" || l.Source == "quit" || l.Source == "exit" || strings.HasPrefix(l.Source, "record "):
			continue
		case p.start.IsZero():
			p.start = l.At
			b.WriteString(recordingHead(version, l.At, vars))
		}
		if !replays(l) {
			b.WriteString(commented(l.Source, l.Failure))
			continue
		}
		b.WriteString(p.place(l.At) + l.Source + "\n")
	}
	return b.String()
}

// recording is a file that typed lines are recorded to.
type recording struct {
	path  string
	plan  plan
	lines int
	size  int64 // bytes written
	kept  plan  // plan before the running line
	begun int64 // size before the running line
}

// write appends to the file and closes it, so that a crash of pulsh loses nothing.
func (r *recording) write(text string) error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	n, err := f.WriteString(text)
	r.size += int64(n)
	return errors.Join(err, f.Close())
}

// begin records a line before it runs.
func (r *recording) begin(l Line) error {
	r.kept, r.begun = r.plan, r.size
	r.lines++
	return r.write(r.plan.place(l.At) + l.Source + "\n")
}

// end turns a failed line into a comment.
func (r *recording) end(l Line) error {
	if replays(l) {
		return nil
	}
	r.plan, r.size = r.kept, r.begun
	r.lines--
	if err := os.Truncate(r.path, r.size); err != nil {
		return err
	}
	return r.write(commented(l.Source, l.Failure))
}

// Record runs the command record: record the typed lines as a script.
func Record(ctx context.Context, c *Call) error {
	path, _ := Value[string](c, "file")
	if old := c.recording; old != nil {
		return c.Fail("record stop", "already recording to %s", old.path)
	}
	if c.statement.text.file != "" && c.Config.Confirm == nil {
		return c.Fail("", "record takes typed lines, and all lines here are those of a script")
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Forced() {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o644)
	created := err == nil && !c.Forced()
	if errors.Is(err, fs.ErrExist) {
		if err := c.Replace(ctx, "file", fmt.Sprintf("%q already exists", path), "replace it?"); err != nil {
			return err
		}
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	}
	if err != nil {
		return c.Refuse("file", "", "cannot write %q: %s", path, cause(err))
	}
	r := &recording{path: path, plan: plan{start: c.Config.Now()}}
	n, err := f.WriteString(recordingHead(c.Config.Version, r.plan.start, c.known().list()))
	r.size = int64(n)
	if err := errors.Join(err, f.Close()); err != nil {
		if created {
			_ = os.Remove(path)
		}
		return c.Refuse("file", "", "cannot write %q: %s", path, cause(err))
	}
	c.recording = r
	c.Say("recording to %s; stop with `record stop`", path)
	return nil
}

// cause returns the reason of an error of a file without the name of the file.
func cause(err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		return named.Err
	}
	return err
}

// RecordStop runs the command record stop: stop recording.
func RecordStop(_ context.Context, c *Call) error {
	r := c.recording
	if r == nil {
		return c.Fail("record mine.pulsh", "not recording")
	}
	c.recording = nil
	c.Say("recorded %s to %s", graphs.Plural(r.lines, "line"), r.path)
	return nil
}

// recorded reports whether the line is recorded: it is typed, and not one of record,
// record stop and quit.
func (c *Call) recorded() bool {
	return c.recording != nil && c.statement.text.file == "" &&
		c.Command.Name != "quit" && c.Command.Name != "record" && c.Command.Name != "record stop"
}

// keep writes to the recording. It stops the recording after an error.
func (c *Call) keep(write func(Line) error, l Line) {
	r := c.recording
	if r == nil {
		return
	}
	l.Source = c.source(filepath.Dir(r.path))
	if err := write(l); err != nil {
		c.recording = nil
		c.Say("recording stopped: cannot write %s: %s", r.path, err)
	}
}

// source returns the line as typed, on one row, with the path of a script relative to
// dir, or absolute for "".
func (c *Call) source(dir string) string {
	s := c.statement
	at, ok := c.scriptSpan()
	if !ok || len(c.passes) == 0 {
		return Flat(s.source())
	}
	path := wholePath(c.passes[0].script.Name)
	if dir != "" {
		if near, err := filepath.Rel(wholePath(dir), path); err == nil && !strings.HasPrefix(near, "..") {
			path = near
		}
	}
	from := s.span()
	return Flat(s.text.body[from.From:at.From] + Quote(path) + s.text.body[at.To:from.To])
}

// scriptSpan returns the range of the name of the script that the line runs.
func (c *Call) scriptSpan() (span, bool) {
	if a, ok := c.args["values"]; ok && c.Command.Name == "for" {
		return a.last, true
	}
	a, ok := c.args["file"]
	return a.Span, ok && c.Command.Prepare != nil
}

// wholePath returns the absolute path of a file, links not resolved.
func wholePath(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
