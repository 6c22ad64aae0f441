package session

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// notesMax is how many lines may wait for a reader: a screenful or two.
const notesMax = 100

// notes is the bounded way from groups to the user.
type notes struct {
	lines   chan snapshot.Note
	mu      sync.Mutex
	dropped int
}

func newNotes() *notes { return &notes{lines: make(chan snapshot.Note, notesMax)} }

// say never blocks.
func (n *notes) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dropped > 0 {
		text = fmt.Sprintf("%s (%d notes before it were dropped)", text, n.dropped)
	}
	select {
	case n.lines <- snapshot.Note{At: time.Now(), Text: text}:
		n.dropped = 0
	default:
		n.dropped++
	}
}

// timeline keeps the last marks.
type timeline struct {
	mu    sync.Mutex
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

// list is a copy that stays as it is.
func (t *timeline) list() []snapshot.Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.marks)
}
