package editor

import (
	"strconv"
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
)

// parser is the ConsoleParser of one go-prompt: the queue, until it is retired.
type parser struct {
	*queue
	retired atomic.Bool
}

var _ prompt.ConsoleParser = (*parser)(nil)

// Read returns a key. A retired parser never returns.
func (p *parser) Read() ([]byte, error) {
	if p.retired.Load() {
		select {}
	}
	return p.queue.Read()
}

// newPrompt sets e.prompt to a go-prompt that reads from the queue. All keys come
// to act; its own bindings and its popup are never reached.
func (e *Editor) newPrompt() {
	e.parser = &parser{queue: e.queue}
	e.writer = &writer{draw: e.draw}
	e.prompt = prompt.New(func(string) {}, func(prompt.Document) []prompt.Suggest { return nil },
		prompt.OptionParser(e.parser),
		prompt.OptionWriter(e.writer),
		prompt.OptionSetExitCheckerOnInput(e.isLeaving),
		prompt.OptionAddKeyBind(prompt.KeyBind{Key: prompt.Ignore, Fn: e.act}),
	)
}

// act does what was typed, and leaves the line in go-prompt's buffer.
func (e *Editor) act(b *prompt.Buffer) {
	for _, t := range e.queue.take() {
		e.take(t)
	}
	fill(b, e.typing.line)
}

// fill makes a buffer hold a line.
func fill(b *prompt.Buffer, l line) {
	if b.Text() == l.text && b.Document().TextBeforeCursor() == l.text[:l.at] {
		return
	}
	b.DeleteBeforeCursor(len([]rune(b.Document().TextBeforeCursor())))
	b.Delete(len([]rune(b.Document().TextAfterCursor())))
	b.InsertText(l.text[:l.at], false, true)
	b.InsertText(l.text[l.at:], false, false)
}

// take does what one token asks for.
func (e *Editor) take(t token) {
	switch t.kind {
	case restartToken:
		e.leave(restarted, "")
	case interruptToken:
		e.interrupted()
	case eofToken:
		if e.typing.text == "" {
			e.leave(ended, "")
			return
		}
		e.typing.press(key("\x1b[3~")) // Ctrl-D deletes, as in other shells
		e.queue.reopen()
	case enterToken:
		e.enter()
	case functionToken:
		e.function(t)
	default:
		if pages, ok := pageKey(t); ok && e.typing.text == "" && e.typing.popup.list == nil {
			e.cfg.Scroll(pages)
			return
		}
		if t.bytes == ctrlL {
			e.cfg.Display.Clear()
			return
		}
		e.typing.press(t)
	}
}

// pageKey is how many pages a key goes, if it goes by pages.
func pageKey(t token) (pages int, ok bool) {
	switch t {
	case key("\x1b[5~"):
		return -1, true
	case key("\x1b[6~"):
		return 1, true
	}
	return 0, false
}

// enter ends the line, with what it stands for in its place.
func (e *Editor) enter() {
	if !e.typing.enters() {
		e.queue.reopen()
		return
	}
	line, err := e.cfg.History.Expand(e.typing.text)
	if err != nil {
		e.cfg.Note(err.Error())
		e.queue.reopen()
		return
	}
	e.leave(entered, line)
}

// function does what a function key stands for, on an empty line.
func (e *Editor) function(t token) {
	n, _ := strconv.Atoi(t.bytes) // the splitter wrote it
	run := e.cfg.Keys[n]
	if run == nil || e.typing.text != "" {
		return
	}
	line, note := run()
	if note != "" {
		e.cfg.Note(note)
	}
	if line != "" {
		e.queue.pushFront(newLine(line), token{enterToken, enter})
	}
}

// interrupted is a Ctrl-C that clears the line.
func (e *Editor) interrupted() {
	e.leave(cleared, e.typing.text)
	if e.typing.text != "" {
		e.interrupts = 0
		return
	}
	if e.interrupts++; e.interrupts >= interruptsTold {
		e.interrupts = 0
		e.cfg.Note("quit or Ctrl-D leaves")
	}
}

// leave makes Input return.
func (e *Editor) leave(how outcome, line string) {
	e.leaving, e.outcome, e.entered = true, how, line
	e.writer.mute = true
}

// isLeaving is go-prompt's exit checker, called after every key.
func (e *Editor) isLeaving(string, bool) bool {
	leaving := e.leaving
	e.leaving = false
	return leaving
}

// draw shows the line.
func (e *Editor) draw() {
	width, height := e.cfg.Display.Size()
	e.face.setLine(e.typing.view(e.prefix, max(width, 1), height, e.cfg.Color))
}
