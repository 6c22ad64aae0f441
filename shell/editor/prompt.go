package editor

import (
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
)

// parser is the ConsoleParser of one go-prompt: the queue, until it is retired.
type parser struct {
	*queue
	retired atomic.Bool
}

var _ prompt.ConsoleParser = (*parser)(nil)

// Read returns the next token. A retired parser never returns.
func (p *parser) Read() ([]byte, error) {
	if p.retired.Load() {
		select {}
	}
	return p.queue.Read()
}

// newPrompt sets e.prompt to a go-prompt that reads from the queue and draws on
// the grid.
func (e *Editor) newPrompt() {
	e.parser = &parser{queue: e.queue}
	options := []prompt.Option{
		prompt.OptionParser(e.parser),
		prompt.OptionWriter(e.grid),
		prompt.OptionPrefix(e.prefix),
		prompt.OptionCompletionWordSeparator(wordSeparators),
		prompt.OptionSetExitCheckerOnInput(e.isLeaving),
		prompt.OptionBreakLineCallback(e.lineBroken),
		prompt.OptionAddKeyBind(wordKeys()...),
		prompt.OptionAddASCIICodeBind(wordBindings()...),
		prompt.OptionAddKeyBind(
			// A line with text does not end by Ctrl-D: let go-prompt read on.
			prompt.KeyBind{Key: prompt.ControlD, Fn: func(*prompt.Buffer) { e.queue.reopen() }},
			prompt.KeyBind{Key: prompt.Ignore, Fn: e.leave},
			prompt.KeyBind{Key: prompt.ControlC, Fn: e.leave},
			prompt.KeyBind{Key: prompt.Tab, Fn: e.words.openBare},
		),
	}
	for i, k := range functionKeys {
		if run := e.cfg.Keys[i+1]; run != nil {
			options = append(options, prompt.OptionAddKeyBind(
				prompt.KeyBind{Key: k, Fn: e.onEmptyLine(run)}))
		}
	}
	e.prompt = prompt.New(func(string) {}, e.words.suggest, append(options, e.colors()...)...)
}

// wordSeparators end a word for the popup: a suggestion replaces what follows
// the last of them.
const wordSeparators = " ;"

// onEmptyLine returns what a function key does.
func (e *Editor) onEmptyLine(run func() string) prompt.KeyBindFunc {
	return func(b *prompt.Buffer) {
		if b.Text() != "" {
			return
		}
		if line := run(); line != "" {
			e.queue.pushFront(text(line), token{enterToken, enter})
		}
	}
}

// leave is bound to the keys that end Input: the restart and Ctrl-C. What was
// delivered last would not tell: go-prompt may be some keys behind.
func (e *Editor) leave(*prompt.Buffer) { e.leaving = true }

// isLeaving is go-prompt's exit checker, called after every key. It must not say
// yes for Enter, which would swallow the line. Until the next Input the grid is mute,
// so that the line stays as it is on the screen.
func (e *Editor) isLeaving(_ string, ended bool) bool {
	if ended || !e.leaving {
		return false
	}
	e.leaving, e.grid.muted = false, true
	return true
}

// lineBroken is called when go-prompt ends a line: by Enter, by Ctrl-C, by
// Ctrl-D, or for a restart.
func (e *Editor) lineBroken(d *prompt.Document) {
	muted := e.grid.muted
	e.grid.reset()
	if muted {
		return
	}
	switch e.queue.lastKind() {
	case interruptToken:
		e.interrupted(d.Text)
	case eofToken:
	default:
		e.interrupts = 0
		e.cfg.Display.Commit(e.prefix + d.Text)
	}
}

// interrupted handles a Ctrl-C that cleared the line.
func (e *Editor) interrupted(line string) {
	if line != "" {
		e.interrupts = 0
		e.cfg.Display.Commit(e.prefix + line + "^C")
		return
	}
	if e.interrupts++; e.interrupts >= interruptsTold {
		e.interrupts = 0
		e.cfg.Note("quit or Ctrl-D leaves")
	}
}

const prefixColor = prompt.Cyan

// colors returns go-prompt's colours. Without colour only the selected suggestion
// and the scrollbar's thumb have a background, which the grid draws reversed.
func (e *Editor) colors() []prompt.Option {
	if !e.cfg.Color {
		return []prompt.Option{
			prompt.OptionSuggestionBGColor(prompt.DefaultColor),
			prompt.OptionDescriptionBGColor(prompt.DefaultColor),
			prompt.OptionSelectedSuggestionBGColor(prompt.Turquoise),
			prompt.OptionSelectedDescriptionBGColor(prompt.DefaultColor),
			prompt.OptionScrollbarBGColor(prompt.DefaultColor),
			prompt.OptionScrollbarThumbColor(prompt.DarkGray),
		}
	}
	return []prompt.Option{
		prompt.OptionPrefixTextColor(prefixColor),
		prompt.OptionPreviewSuggestionTextColor(prompt.Cyan),
		prompt.OptionSuggestionTextColor(prompt.White),
		prompt.OptionSuggestionBGColor(prompt.DarkGray),
		prompt.OptionDescriptionTextColor(prompt.LightGray),
		prompt.OptionDescriptionBGColor(prompt.DarkGray),
		prompt.OptionSelectedSuggestionTextColor(prompt.Black),
		prompt.OptionSelectedSuggestionBGColor(prompt.Cyan),
		prompt.OptionSelectedDescriptionTextColor(prompt.Black),
		prompt.OptionSelectedDescriptionBGColor(prompt.Cyan),
		prompt.OptionScrollbarThumbColor(prompt.LightGray),
		prompt.OptionScrollbarBGColor(prompt.DarkGray),
	}
}
