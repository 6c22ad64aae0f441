package session

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// notesMax is how many lines may wait for a reader: a screenful or two.
const notesMax = 100

// notes is the bounded way from groups to the user.
type notes struct {
	lines   chan Note
	mu      sync.Mutex
	dropped int
}

func newNotes() *notes { return &notes{lines: make(chan Note, notesMax)} }

// say never blocks.
func (n *notes) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dropped > 0 {
		text = fmt.Sprintf("%s (%d notes before it were dropped)", text, n.dropped)
	}
	select {
	case n.lines <- Note{At: time.Now(), Text: text}:
		n.dropped = 0
	default:
		n.dropped++
	}
}

// timeline keeps the last marks.
type timeline struct {
	mu    sync.Mutex
	marks []Mark
	added int // so far
}

func (t *timeline) add(kind MarkKind, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.added++
	t.marks = append(t.marks, Mark{At: time.Now(), Kind: kind, Number: t.added, Text: text})
	if len(t.marks) > marksMax {
		t.marks = slices.Clone(t.marks[len(t.marks)-marksMax:])
	}
}

// list is a copy that stays as it is.
func (t *timeline) list() []Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.marks)
}
