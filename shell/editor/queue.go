package editor

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	prompt "github.com/c-bata/go-prompt"
)

const (
	// readMax is how long one Read of go-prompt waits for a key. It stops its
	// reader through an unbuffered channel, so Read must come back soon.
	readMax = 50 * time.Millisecond
	// columnsMin is the narrowest line that go-prompt may know of: at 5 to 8
	// columns with a popup it panics. The screen cuts what is too wide.
	columnsMin = 20
	// rowsTold is the height that go-prompt may know of: at a real one it
	// complains about small windows and erases the screen.
	rowsTold = 65535
)

var errNoKey = errors.New("no key")

// queue holds the tokens that were typed and not yet taken, and is the
// ConsoleParser that go-prompt reads them from.
//
// It has a gate. After Enter, Ctrl-C, Ctrl-D or a restart go-prompt ends its
// Input, and whatever its reader took ahead would be lost; so the gate closes
// behind these tokens, and opens with the next Setup.
type queue struct {
	size   func() (width, height int)
	resize func(width int) // tells the grid which width is drawn next

	mu     sync.Mutex
	tokens []token
	arrive chan struct{} // has a token when tokens may have come
	open   bool
	last   kind // of the token that was delivered last
}

func newQueue(size func() (int, int), resize func(int)) *queue {
	return &queue{size: size, resize: resize, arrive: make(chan struct{}, 1)}
}

// Setup opens the gate. Raw mode is not touched: it stays on all the time, so
// that keys typed while a command runs are neither echoed nor turned to signals.
func (q *queue) Setup() error {
	q.reopen()
	return nil
}

// TearDown closes the gate.
func (q *queue) TearDown() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = false
	return nil
}

// GetWinSize returns the width of the screen; see rowsTold for the height.
func (q *queue) GetWinSize() *prompt.WinSize {
	width, _ := q.size()
	width = max(width, columnsMin)
	q.resize(width)
	return &prompt.WinSize{Row: rowsTold, Col: uint16(width)}
}

// Read returns the next token, or an error when none came in time.
func (q *queue) Read() ([]byte, error) {
	if t, ok := q.take(); ok {
		return []byte(t.bytes), nil
	}
	if !q.isOpen() {
		return nil, errNoKey // at once: go-prompt is on its way out
	}
	timer := time.NewTimer(readMax)
	defer timer.Stop()
	select {
	case <-q.arrive:
	case <-timer.C:
	}
	if t, ok := q.take(); ok {
		return []byte(t.bytes), nil
	}
	return nil, errNoKey
}

func (q *queue) isOpen() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open
}

// reopen lets go-prompt read on.
func (q *queue) reopen() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = true
}

func (q *queue) take() (token, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open || len(q.tokens) == 0 {
		return token{}, false
	}
	t := q.tokens[0]
	q.tokens = q.tokens[1:]
	q.last = t.kind
	q.open = t.kind == textToken || t.kind == keyToken
	return t, true
}

// lastKind returns the kind of the token that go-prompt got last: it returns ""
// from Input for an empty line, for Ctrl-D and for a restart alike.
func (q *queue) lastKind() kind {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.last
}

// push appends tokens.
func (q *queue) push(tokens ...token) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = append(q.tokens, tokens...)
	q.signal()
}

// pushFront puts tokens before those that wait.
func (q *queue) pushFront(tokens ...token) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = append(tokens, q.tokens...)
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.arrive <- struct{}{}:
	default:
	}
}

// restart puts a restart first, unless one is there.
func (q *queue) restart() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) == 0 || q.tokens[0].kind != restartToken {
		q.tokens = append([]token{{restartToken, restartKey}}, q.tokens...)
	}
	q.signal()
}

// dropRestart removes a restart that waits, and says whether there was one: the
// next Input reads the size anyway.
func (q *queue) dropRestart() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) == 0 || q.tokens[0].kind != restartToken {
		return false
	}
	q.tokens = q.tokens[1:]
	return true
}

// wait returns when there is a token to take.
func (q *queue) wait() {
	for !q.waiting() {
		<-q.arrive
	}
}

func (q *queue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.tokens) > 0
}

// flush forgets what was typed ahead, except for other Ctrl-C.
func (q *queue) flush() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = slices.DeleteFunc(q.tokens, func(t token) bool { return t.kind != interruptToken })
}

// takeLine removes a text and the Enter behind it from the front. Such lines
// need no editing, and go-prompt would take 22 ms for each.
func (q *queue) takeLine() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) < 2 || q.tokens[0].kind != textToken || q.tokens[1].kind != enterToken {
		return "", false
	}
	line := q.tokens[0].bytes
	q.tokens = q.tokens[2:]
	return line, true
}

// ahead returns the text that was typed ahead, lines ended by a return sign.
func (q *queue) ahead() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var b strings.Builder
	for _, t := range q.tokens {
		switch t.kind {
		case textToken:
			b.WriteString(t.bytes)
		case enterToken:
			b.WriteString("⏎ ")
		}
		if b.Len() > aheadShown {
			break
		}
	}
	return b.String()
}

// aheadShown is how much of the text typed ahead is shown, in bytes: more than
// fits in a row beside the command that runs.
const aheadShown = 256
