package editor

import prompt "github.com/c-bata/go-prompt"

// press handles one token. If the token ends the line, press reports true and
// returns the results of ReadLine.
func (e *Editor) press(t token) (line string, event Event, ended bool) {
	if t.kind == pasteToken && e.typing.history == nil {
		e.cfg.Note("a pasted block is no answer")
		return "", Line, false
	}
	if t.kind != keyToken {
		e.typing.press(t)
		return "", Line, false
	}
	if n, ok := functionKey(t.key); ok {
		e.pressFunctionKey(n)
		return "", Line, false
	}
	switch t.key {
	case prompt.Enter:
		return e.pressEnter()
	case prompt.ControlC:
		e.pressInterrupt()
		return "", Interrupted, true
	case prompt.ControlD:
		return "", EOF, e.typing.endsOrDeletes()
	case prompt.ControlL:
		e.cfg.Display.Clear()
	case prompt.PageUp, prompt.PageDown:
		e.pressPage(t)
	default:
		e.typing.press(t)
	}
	return "", Line, false
}

// pressEnter ends the line, unless Enter accepts a suggestion or the line refers
// to a history line that does not exist. The other lines of a paste follow.
func (e *Editor) pressEnter() (line string, event Event, ended bool) {
	if !e.typing.enters() {
		return "", Line, false
	}
	line, err := e.cfg.History.Expand(e.typing.Text)
	if err != nil {
		e.cfg.Note(err.Error())
		return "", Line, false
	}
	e.interrupts = 0
	e.queue.pushFront(e.typing.block.tokens()...)
	return e.commit(line), Line, true
}

// pressPage scrolls the display if the line is empty, else the popup.
func (e *Editor) pressPage(t token) {
	switch {
	case e.typing.Text != "" || e.typing.popup.list != nil:
		e.typing.press(t)
	case t.key == prompt.PageUp:
		e.cfg.Scroll(-1)
	default:
		e.cfg.Scroll(1)
	}
}

// pressFunctionKey enters the line of function key n if the present line is
// empty. Else F1 explains the word at the cursor.
func (e *Editor) pressFunctionKey(n int) {
	if n == 1 && e.typing.Text != "" && e.cfg.Explain != nil {
		for _, line := range e.cfg.Explain(e.typing.Text, len(e.typing.before())) {
			e.cfg.Note("  " + line)
		}
		return
	}
	run := e.cfg.Keys[n]
	if run == nil || e.typing.Text != "" {
		return
	}
	line, note := run()
	if note != "" {
		e.cfg.Note(note)
	}
	if line != "" {
		e.queue.pushFront(newLine(line), pressed(prompt.Enter))
	}
}

// pressInterrupt handles Ctrl-C: it prints a line that is not empty. On an empty
// line it prints how to leave, from the second Ctrl-C on.
func (e *Editor) pressInterrupt() {
	if e.typing.Text != "" {
		e.interrupts = 0
		e.cfg.Display.Commit(e.prefix + e.typing.Text + "^C")
		return
	}
	if e.interrupts++; e.interrupts >= interruptsMax {
		e.interrupts = 0
		e.cfg.Note("quit or Ctrl-D leaves")
	}
}
