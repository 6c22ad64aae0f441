package shell

import "strings"

// Question is asked of whoever types, in the input line's place, while the
// command that wants to know runs.
type Question struct {
	Text   string
	Answer chan<- bool // gets one answer, and must have room for it
}

// askHints say how a question is answered.
const askHints = " (y/n) "

// put asks the question. What was typed ahead is no answer: it waits.
func (l *loop) put(q Question) {
	l.question = &q
	l.busy.Store(false) // Ctrl-C is a no
	l.ask <- request{q.Text + askHints, true}
}

// answered hands on what was said to the question. Whatever is not a yes is a no.
func (l *loop) answered(said string) {
	said = strings.ToLower(strings.TrimSpace(said))
	l.question.Answer <- said == "y" || said == "yes"
	l.question = nil
	l.busy.Store(true)
}
