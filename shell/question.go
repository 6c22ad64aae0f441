package shell

import "strings"

// Question is asked in the row of the input line while its command waits for the
// answer.
type Question struct {
	Text   string
	Answer chan<- bool // gets one value, for which it must have room
}

// askHints shows the possible answers.
const askHints = " (y/n) "

// put asks a question. Text that was typed ahead is no answer.
func (l *loop) put(q Question) {
	l.question = &q
	l.busy.Store(false) // Ctrl-C goes to the editor and means no
	l.ask <- request{q.Text + askHints, true}
}

// answered passes the answer to the command. Only "y" and "yes" mean yes.
func (l *loop) answered(said string) {
	said = strings.ToLower(strings.TrimSpace(said))
	l.question.Answer <- said == "y" || said == "yes"
	l.question = nil
	l.busy.Store(true)
}
