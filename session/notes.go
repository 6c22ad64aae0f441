package session

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// notesMax bounds the lines that wait for a reader: a screenful or two.
const notesMax = 100

// notes carries lines to the user. Its methods are for any goroutine.
type notes struct {
	lines   chan snapshot.Note
	mu      sync.Mutex // guards dropped; held for moments only
	dropped int
}

func newNotes() *notes { return &notes{lines: make(chan snapshot.Note, notesMax)} }

// say drops the line if notesMax of them wait.
func (n *notes) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dropped > 0 {
		text = fmt.Sprintf("%s (%d earlier notes were dropped)", text, n.dropped)
	}
	select {
	case n.lines <- snapshot.Note{At: time.Now(), Text: text}:
		n.dropped = 0
	default:
		n.dropped++
	}
}

// timeline keeps the last marks. Its methods are for any goroutine.
type timeline struct {
	mu    sync.Mutex // guards the fields below; held for moments only
	marks []snapshot.Mark
	added int // so far
}

func (t *timeline) add(kind snapshot.MarkKind, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.added++
	t.marks = append(t.marks, snapshot.Mark{At: time.Now(), Kind: kind, Number: t.added, Text: text})
	if len(t.marks) > spec.MarksMax {
		t.marks = slices.Clone(t.marks[len(t.marks)-spec.MarksMax:])
	}
}

// list returns a copy of the marks, newest last.
func (t *timeline) list() []snapshot.Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.marks)
}
