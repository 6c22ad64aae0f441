package editor

import (
	"slices"
	"strings"
	"sync"

	prompt "github.com/c-bata/go-prompt"
)

// queue holds the tokens that were typed and not yet handled. The key reader
// fills it, the goroutine in ReadLine empties it; its methods may be called from
// any goroutine.
type queue struct {
	mu      sync.Mutex
	tokens  []token
	arrived chan struct{} // holds a value when tokens may have arrived
}

func newQueue() *queue { return &queue{arrived: make(chan struct{}, 1)} }

// push appends tokens.
func (q *queue) push(tokens ...token) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range tokens {
		if n := len(q.tokens) - 1; n >= 0 && t.kind == q.tokens[n].kind && (t.kind == textToken || t.kind == pasteToken) {
			q.tokens[n].text += t.text // a long line arrives in pieces
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
	case q.arrived <- struct{}{}:
	default:
	}
}

// redraw puts a redraw token first, unless one is there.
func (q *queue) redraw() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) == 0 || q.tokens[0].kind != redrawToken {
		q.tokens = append([]token{{kind: redrawToken}}, q.tokens...)
	}
	q.signal()
}

// dropRedraw removes a redraw token from the front.
func (q *queue) dropRedraw() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) > 0 && q.tokens[0].kind == redrawToken {
		q.tokens = q.tokens[1:]
	}
}

// take removes the first token. It reports false if there is none.
func (q *queue) take() (t token, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) == 0 {
		return token{}, false
	}
	t, q.tokens = q.tokens[0], q.tokens[1:]
	return t, true
}

// wait returns when there is a token to take.
func (q *queue) wait() {
	for !q.waiting() {
		<-q.arrived
	}
}

func (q *queue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.tokens) > 0
}

// flush drops the tokens that wait, except for Ctrl-C.
func (q *queue) flush() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = slices.DeleteFunc(q.tokens, func(t token) bool { return !t.is(prompt.ControlC) })
}

// setAside removes and returns all tokens, which the caller puts back later.
func (q *queue) setAside() []token {
	q.mu.Lock()
	defer q.mu.Unlock()
	ahead := q.tokens
	q.tokens = nil
	return ahead
}

// takeLine removes a text and the Enter behind it from the front, or an Enter
// alone. Such a line was pasted or typed ahead and needs no editing.
func (q *queue) takeLine() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tokens) > 0 && q.tokens[0].is(prompt.Enter) {
		q.tokens = q.tokens[1:]
		return "", true
	}
	if len(q.tokens) < 2 || q.tokens[0].kind != textToken && q.tokens[0].kind != lineToken || !q.tokens[1].is(prompt.Enter) {
		return "", false
	}
	line := q.tokens[0].text
	q.tokens = q.tokens[2:]
	return line, true
}

// aheadMax is the length in bytes from which on no more of the text typed ahead is
// shown: more than fits in a row beside the command that runs.
const aheadMax = 256

// ahead returns the text that was typed ahead, as it will be after its keys; a
// return sign ends each line.
func (q *queue) ahead() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	scratch := newTyping(nil, nil)
	done := ""
	for _, t := range q.tokens {
		if t.is(prompt.Enter) {
			done += strings.Join(append([]string{scratch.Text}, scratch.block.lines()...), "⏎ ") + "⏎ "
			scratch.clear()
		} else {
			scratch.press(t)
		}
		if len(done)+len(scratch.Text) > aheadMax {
			break
		}
	}
	return done + strings.Join(append([]string{scratch.Text}, scratch.block.lines()...), "⏎ ")
}
