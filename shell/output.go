package shell

import (
	"bytes"
	"strings"
	"sync"

	"github.com/fatih/color"
)

// tailMax is the length in bytes above which a line without a line feed is
// broken. It bounds the memory.
const tailMax = 64 << 10

// lines cuts written bytes into whole lines. It passes all lines of one Write to
// print together. It may be used from any goroutine.
type lines struct {
	print func(lines ...string)

	mu   sync.Mutex
	tail []byte // a line without its line feed
}

// Write takes all of p.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, p...)
	end := bytes.LastIndexByte(l.tail, '\n')
	if end < 0 && len(l.tail) > tailMax {
		end = len(l.tail)
		l.tail = append(l.tail, '\n')
	}
	if end >= 0 {
		l.handOn(string(l.tail[:end]))
		l.tail = append(l.tail[:0], l.tail[end+1:]...)
	}
	return len(p), nil
}

// flush passes on a line without a line feed.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tail) > 0 {
		l.handOn(string(l.tail))
		l.tail = l.tail[:0]
	}
}

func (l *lines) handOn(text string) {
	l.print(strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")...)
}

// red and faint paint text, whether or not there is a terminal and with
// NO_COLOR. A shell without a terminal removes all escape sequences later, and
// the screen removes the colours.
var red, faint = painter(color.FgRed), painter(color.Faint)

func painter(a color.Attribute) func(text ...any) string {
	c := color.New(a)
	c.EnableColor()
	return c.SprintFunc()
}

// errorLines returns the lines to show for err: the first line is the fault, a
// line that begins with "try:" is advice. An error without a text was shown
// already and has no lines.
func errorLines(err error) []string {
	if err.Error() == "" {
		return nil
	}
	out := strings.Split(strings.TrimRight(err.Error(), "\n"), "\n")
	advice := false
	for i, line := range out {
		advice = advice || strings.HasPrefix(strings.TrimSpace(line), "try:")
		switch {
		case i == 0:
			out[i] = red(line)
		case advice:
			out[i] = faint(line)
		}
	}
	return out
}
