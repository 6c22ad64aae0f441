package editor

import (
	"errors"
	"slices"
	"sync"
	"time"

	prompt "github.com/c-bata/go-prompt"
)

const (
	// readMax is how long one Read of go-prompt waits for a key. It stops its
	// reader through an unbuffered channel, so Read must come back soon.
	readMax = 50 * time.Millisecond
	// columnsMin is the narrowest line that go-prompt may know of: at 5 to 8
	// columns it panics. What it draws is not shown.
	columnsMin = 20
	// rowsTold is the height that go-prompt may know of: at a real one it
	// complains about small windows.
	rowsTold = 65535
	// takenMax are the tokens taken at once. go-prompt takes a hundred times a
	// second, so that no one types or pastes ahead of it; between two the line is
	// painted.
	takenMax = 256
)

var errNoKey = errors.New("no key")

// queue holds the tokens that were typed, and is the ConsoleParser that go-prompt
// reads from: it gets one key that says that tokens wait, and the function bound
// to that key takes them.
//
// It has a gate. A token that may end Input (Enter, Ctrl-C, Ctrl-D, a restart)
// closes it, because whatever is taken behind that would be lost; it opens again
// with the next Setup, or when Input goes on.
type queue struct {
	size func() (width, height int)

	mu     sync.Mutex
	tokens []token
	given  []token       // told to go-prompt, and not yet taken
	arrive chan struct{} // has a token when tokens may have come
	open   bool
}

func newQueue(size func() (int, int)) *queue {
	return &queue{size: size, arrive: make(chan struct{}, 1)}
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
	return &prompt.WinSize{Row: rowsTold, Col: uint16(max(width, columnsMin))}
}

// Read returns the key that says that tokens wait, or an error when none came in
// time.
func (q *queue) Read() ([]byte, error) {
	if q.give() {
		return []byte(wakeKey), nil
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
	if q.give() {
		return []byte(wakeKey), nil
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

// give sets tokens aside to be taken, up to one that may end Input.
func (q *queue) give() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open {
		return false
	}
	n := 0
	for n < min(len(q.tokens), takenMax) && q.open {
		q.open = !q.tokens[n].mayEnd()
		n++
	}
	q.given = append(q.given, q.tokens[:n]...)
	q.tokens = q.tokens[n:]
	return n > 0
}

// take returns what was given.
func (q *queue) take() []token {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.given
	q.given = nil
	return taken
}

// push appends tokens.
func (q *queue) push(tokens ...token) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range tokens {
		if n := len(q.tokens) - 1; n >= 0 && t.kind == textToken && q.tokens[n].kind == textToken {
			q.tokens[n].bytes += t.bytes // a long line comes in pieces
			continue
		}
		q.tokens = append(q.tokens, t)
	}
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
		q.tokens = append([]token{{restartToken, ""}}, q.tokens...)
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

// setAside removes what was typed ahead, to be put back.
func (q *queue) setAside() []token {
	q.mu.Lock()
	defer q.mu.Unlock()
	ahead := q.tokens
	q.tokens = nil
	return ahead
}

// takeLine removes a text and the Enter behind it from the front, or an Enter
// alone. Such lines need no editing, and go-prompt would take 22 ms for each.
func (q *queue) takeLine() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) > 0 && q.tokens[0].kind == enterToken {
		q.tokens = q.tokens[1:]
		return "", true
	}
	if len(q.tokens) < 2 || q.tokens[0].kind != textToken && q.tokens[0].kind != lineToken || q.tokens[1].kind != enterToken {
		return "", false
	}
	text := q.tokens[0].bytes
	q.tokens = q.tokens[2:]
	return text, true
}

// aheadShown is how much of the text typed ahead is shown, in bytes: more than
// fits in a row beside the command that runs.
const aheadShown = 256

// ahead returns the text that was typed ahead, as it will be when its keys have
// been pressed; lines are ended by a return sign.
func (q *queue) ahead() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	scratch := newTyping(nil, nil)
	done := ""
	for _, t := range q.tokens {
		if t.kind == enterToken {
			done += scratch.text + "⏎ "
			scratch.clear()
		} else {
			scratch.press(t)
		}
		if len(done)+len(scratch.text) > aheadShown {
			break
		}
	}
	return done + scratch.text
}
