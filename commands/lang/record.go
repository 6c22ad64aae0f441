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

	"pulsh/session/pacing"
)

// plan turns the times at which lines began into places of a script. Places are
// told from the one before, rounded so that nothing adds up.
type plan struct {
	start time.Time
	last  time.Duration // the place that was told last, since start
}

// pauseMin is the shortest pause that is told: what is closer was pasted, or
// stood on one line.
const pauseMin = 10 * time.Millisecond

// place is the line that waits for a time, "" if there is nothing to wait for.
func (p *plan) place(at time.Time) string {
	pause := at.Sub(p.start).Round(time.Millisecond) - p.last
	if pause < pauseMin {
		return ""
	}
	p.last += pause
	return "at +" + pacing.FormatDuration(pause) + "\n"
}

// recordingHead is the beginning of a recording, with the variables that lines
// may need.
func recordingHead(version string, at time.Time, vars []Variable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Recorded by pulsh %s on %s.\n# pulsh -f FILE replays it, --speed 2 in half the time.\n\n",
		version, at.UTC().Format("2006-01-02 15:04:05 UTC"))
	for _, v := range vars {
		fmt.Fprintf(&b, "let %s=%s\n", v.Name, Quote(v.Value))
	}
	return b.String()
}

// commented is a line that failed, as a comment.
func commented(line, failure string) string {
	first, _, _ := strings.Cut(failure, "\n")
	return "# " + line + "    # " + first + "\n"
}

// replays says whether a line that failed is worth doing again: an expectation
// is, since it may be met.
func replays(l Line) bool {
	return l.Failure == "" || strings.HasPrefix(l.Source, "expect ") || strings.HasPrefix(l.Source, "wait until ")
}

// Replay writes the typed lines of a journal as a script. The variables are
// those that were set before any line.
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

// recording is a file that typed lines are written to.
type recording struct {
	path  string
	plan  plan
	lines int
	size  int64 // of what was written
	kept  plan  // plan and size before the line that runs
	begun int64
}

// write adds to the file and gives it to the system at once: a crash of pulsh
// loses nothing.
func (r *recording) write(text string) error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	n, err := f.WriteString(text)
	r.size += int64(n)
	return errors.Join(err, f.Close())
}

// begin writes a line before it runs.
func (r *recording) begin(l Line) error {
	r.kept, r.begun = r.plan, r.size
	r.lines++
	return r.write(r.plan.place(l.At) + l.Source + "\n")
}

// end makes a comment of a line that has failed.
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

// Record starts to write the typed lines to the file that is named.
func Record(ctx context.Context, c *Call) error {
	path, _ := Value[string](c, "file")
	_, force := c.Args["force"]
	if old := c.recording; old != nil {
		return c.Fail("record stop", "%s is being recorded", old.path)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) && c.Config.Confirm != nil && c.Confirm(ctx, path+" is there already; write over it?") {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return c.Refuse("file", c.Statement.Plain()+" force", "%q is there already", path)
	case err != nil:
		return c.Refuse("file", "", "%q cannot be written: %s", path, errors.Unwrap(err))
	}
	r := &recording{path: path, plan: plan{start: c.Config.Now()}}
	n, err := f.WriteString(recordingHead(c.Config.Version, r.plan.start, c.known().list()))
	r.size = int64(n)
	if err := errors.Join(err, f.Close()); err != nil {
		return c.Refuse("file", "", "%q cannot be written: %s", path, errors.Unwrap(err))
	}
	c.recording = r
	c.Say("recording what is typed to %s until record stop", path)
	return nil
}

// RecordStop ends the recording.
func RecordStop(_ context.Context, c *Call) error {
	r := c.recording
	if r == nil {
		return c.Fail("record mine.pulsh", "nothing is being recorded")
	}
	c.recording = nil
	c.Say("%s recorded in %s", Count(r.lines, "line"), r.path)
	return nil
}

// recorded says whether a line belongs in a recording: it was typed, and is
// neither about recording nor the end.
func (c *Call) recorded() bool {
	return c.recording != nil && c.Statement.Text.file == "" &&
		c.Command.Name != "quit" && c.Command.Name != "record" && c.Command.Name != "record stop"
}

// keep writes to the recording, and ends it when that fails.
func (c *Call) keep(write func(Line) error, l Line) {
	r := c.recording
	if r == nil {
		return
	}
	l.Source = c.source(filepath.Dir(r.path))
	if err := write(l); err != nil {
		c.recording = nil
		c.Say("the recording has ended: %s cannot be written: %s", r.path, err)
	}
}

// source is the line on one row as it was typed, but that the script which it
// runs is found from a folder: by its whole name where that is "".
func (c *Call) source(dir string) string {
	s := c.Statement
	at, ok := c.scriptSpan()
	if !ok || len(c.passes) == 0 {
		return Flat(s.Source())
	}
	path := wholePath(c.passes[0].script.Name)
	if dir != "" {
		if near, err := filepath.Rel(wholePath(dir), path); err == nil && !strings.HasPrefix(near, "..") {
			path = near
		}
	}
	from := s.span()
	return Flat(s.Text.Body[from.From:at.From] + Quote(path) + s.Text.Body[at.To:from.To])
}

// scriptSpan is where the script that the line runs is named.
func (c *Call) scriptSpan() (Span, bool) {
	if a, ok := c.Args["values"]; ok && c.Command.Name == "for" {
		return a.last, true
	}
	a, ok := c.Args["file"]
	return a.Span, ok && c.Command.Prepare != nil
}

// wholePath is the whole name of a file, links and all.
func wholePath(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
