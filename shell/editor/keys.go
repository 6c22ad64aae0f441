package editor

import (
	prompt "github.com/c-bata/go-prompt"
)

// The keys that go-prompt has no name for: a character typed with Alt.
const (
	altB prompt.Key = prompt.NotDefined + 1 + iota
	altD
	altF
	altDot
	altBackspace
)

// moreSequences are the byte sequences of keys that are missing in go-prompt's
// table, prompt.ASCIISequences.
var moreSequences = []prompt.ASCIICode{
	{Key: prompt.Enter, ASCIICode: []byte("\r")},

	{Key: prompt.Home, ASCIICode: []byte("\x1bOH")}, // application mode
	{Key: prompt.End, ASCIICode: []byte("\x1bOF")},
	{Key: prompt.ControlRight, ASCIICode: []byte("\x1bOc")}, // rxvt
	{Key: prompt.ControlLeft, ASCIICode: []byte("\x1bOd")},

	{Key: altB, ASCIICode: []byte("\x1bb")}, {Key: altB, ASCIICode: []byte("\x1bB")},
	{Key: altD, ASCIICode: []byte("\x1bd")}, {Key: altD, ASCIICode: []byte("\x1bD")},
	{Key: altF, ASCIICode: []byte("\x1bf")}, {Key: altF, ASCIICode: []byte("\x1bF")},
	{Key: altDot, ASCIICode: []byte("\x1b.")}, {Key: altDot, ASCIICode: []byte("\x1b_")},
	{Key: altBackspace, ASCIICode: []byte("\x1b\x7f")}, {Key: altBackspace, ASCIICode: []byte("\x1b\x08")},
	{Key: altF, ASCIICode: []byte("\x1b[1;3C")}, {Key: altB, ASCIICode: []byte("\x1b[1;3D")}, // Alt and an arrow
	{Key: altD, ASCIICode: []byte("\x1b[3;3~")}, // Alt-Delete

	{Key: prompt.F1, ASCIICode: []byte("\x1b[[A")},                                                   // Linux console
	{Key: prompt.F1, ASCIICode: []byte("\x1b[11~")}, {Key: prompt.F2, ASCIICode: []byte("\x1b[12~")}, // rxvt, old xterm
	{Key: prompt.F3, ASCIICode: []byte("\x1b[13~")}, {Key: prompt.F4, ASCIICode: []byte("\x1b[14~")},
	{Key: prompt.F1, ASCIICode: []byte("\x1b[P")}, {Key: prompt.F2, ASCIICode: []byte("\x1b[Q")}, // kitty
	{Key: prompt.F4, ASCIICode: []byte("\x1b[S")},
}

// keyOf returns the key that a terminal reports with sequence, prompt.NotDefined
// if the sequence is unknown.
func keyOf(sequence string) prompt.Key {
	for _, code := range moreSequences {
		if string(code.ASCIICode) == sequence {
			return code.Key
		}
	}
	return prompt.GetKey([]byte(sequence))
}

// bindings holds the function of each key that edits the line. The keys that end
// the line or go past it are in Editor.press and Editor.accept.
var bindings = map[prompt.Key]func(*typing){
	prompt.Left: (*typing).charLeft, prompt.ControlB: (*typing).charLeft,
	prompt.Right: (*typing).charRight, prompt.ControlF: (*typing).charRight,
	prompt.Home: (*typing).lineStart, prompt.ControlA: (*typing).lineStart,
	prompt.End: (*typing).lineEnd, prompt.ControlE: (*typing).lineEnd,
	prompt.ControlLeft: (*typing).wordBack, altB: (*typing).wordBack,
	prompt.ControlRight: (*typing).wordForward, altF: (*typing).wordForward,
	prompt.Backspace: (*typing).deleteLeft, prompt.ControlH: (*typing).deleteLeft,
	prompt.Delete:   (*typing).deleteRight,
	prompt.ControlW: (*typing).killToBlank,
	altBackspace:    (*typing).killWordLeft,
	altD:            (*typing).killWordRight, prompt.ControlDelete: (*typing).killWordRight,
	prompt.ControlU:          (*typing).killToStart,
	prompt.ControlK:          (*typing).killToEnd,
	prompt.ControlY:          (*typing).yank,
	prompt.ControlT:          (*typing).transpose,
	prompt.ControlUnderscore: (*typing).takeBack,
	altDot:                   (*typing).lastArgument,
	prompt.Up:                (*typing).up, prompt.ControlP: (*typing).older,
	prompt.Down: (*typing).down, prompt.ControlN: (*typing).newer,
	prompt.Tab: (*typing).tab, prompt.BackTab: (*typing).backTab,
	prompt.PageUp: (*typing).pageUp, prompt.PageDown: (*typing).pageDown,
	prompt.Escape: (*typing).escape, prompt.ControlG: (*typing).escape,
}

// isKill reports whether a key adds to the text that the key before it deleted.
func isKill(k prompt.Key) bool {
	switch k {
	case prompt.ControlW, altBackspace, altD, prompt.ControlDelete, prompt.ControlU, prompt.ControlK:
		return true
	}
	return false
}

// functionKey returns the number of a function key, 1 to 10. It reports false for
// other keys.
func functionKey(k prompt.Key) (n int, ok bool) {
	return int(k-prompt.F1) + 1, k >= prompt.F1 && k <= prompt.F10
}
